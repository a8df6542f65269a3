"""What columns and rows are called in the back office."""

from django.contrib import admin
from django.utils.functional import Promise


def test_every_column_and_row_of_our_own_has_words_that_are_translated():
    unnamed = []
    for model in admin.site._registry:
        if model._meta.app_label != "django_celery_beat":
            named = [(model._meta.label, model._meta.verbose_name)]
            named += [(str(field), field.verbose_name) for field in model._meta.fields]
            unnamed += [place for place, words in named if not isinstance(words, Promise)]

    assert unnamed == []
