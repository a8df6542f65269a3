"""Files go to a folder of the test, and everybody can be written to."""

import pytest
from django.test import override_settings

from accounts.ground.people.models import User


@pytest.fixture(autouse=True)
def storage(tmp_path):
    where = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(tmp_path)}}
    static = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    with override_settings(STORAGES={"default": where, "staticfiles": static}):
        yield tmp_path


@pytest.fixture(autouse=True)
def addresses(world):
    for user in User.objects.all():
        User.objects.filter(pk=user.pk).update(email=f"{user.username}@example.com")
