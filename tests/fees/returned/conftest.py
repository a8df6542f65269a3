"""The table at which advisor and client sit, and a proposal that waits."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from accounts.ground.access.context import as_role
from accounts.ground.people.models import User
from tests.fees.proposals.conftest import ANA, percent, table, wanted

__all__ = ["table"]

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


@pytest.fixture(autouse=True)
def storage(settings, tmp_path):
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": tmp_path}},
    }
    return tmp_path


@pytest.fixture
def waiting(table):
    """Sent just now: from 0.80 % to 1.00 %, which takes the client's signature."""
    with as_role("owner"):
        User.objects.filter(username="ana").update(email="ana@example.test")
    return table.propose("alice", ANA, wanted(percent("0.010")), on=timezone.now())


def scan(content: bytes = PDF, name: str = "signed.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, content_type="application/pdf")
