"""What columns and rows are called in the back office."""

from collections import defaultdict
from collections.abc import Iterator

from django.contrib import admin
from django.contrib.admin.options import BaseModelAdmin
from django.contrib.admin.utils import flatten_fieldsets
from django.db import models
from django.utils.functional import Promise

from portal.office.columns import COLUMNS
from portal.office.names import OWN

# The same thing in two ways: a chunk points at its stage and a hold names it; a level is a number or a choice.
SAME_THING = {"level", "stage"}


def pages() -> Iterator[BaseModelAdmin]:
    """Every list with its rows' page, and the rows that stand on the page of others."""
    for model, page in admin.site._registry.items():
        if model._meta.app_label != "django_celery_beat":
            yield from (page, *(inline(model, admin.site) for inline in page.inlines))


def columns() -> list[models.Field]:
    return [field for page in pages() for field in page.model._meta.fields]


def sort_of(field: models.Field) -> str:
    """What a column holds, as far as one word cannot stand for two of them."""
    if field.is_relation or field.name.endswith("_by"):  # people are told by their number, too
        return "row"
    if field.choices or not isinstance(field, models.IntegerField | models.DecimalField):
        return field.get_internal_type() if isinstance(field, models.BooleanField | models.UUIDField) else "text"
    return "number"


def test_every_column_and_row_that_is_shown_has_words_that_are_translated(rf):
    request = rf.get("/")
    request.seat = None
    unnamed = []
    for page in pages():
        shown = {*flatten_fieldsets(page.get_fieldsets(request)), *map(str, getattr(page, "list_display", ()))}
        named = [(page.model._meta.label, page.model._meta.verbose_name)]
        named += [(str(field), field.verbose_name) for field in page.model._meta.fields if field.name in shown]
        unnamed += [place for place, words in named if not isinstance(words, Promise)]

    assert unnamed == []


def test_no_words_stand_for_columns_that_hold_different_things():
    sorts: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for field in columns():
        name = field.name.replace("_", " ")
        if not field.primary_key and name not in SAME_THING and field.verbose_name is COLUMNS.get(name):
            sorts[name][sort_of(field)].append(str(field))

    assert {name: dict(found) for name, found in sorts.items() if len(found) > 1} == {}


def test_columns_with_words_of_their_own_are_columns_of_the_back_office():
    shown = {str(field): field.verbose_name for field in columns()}

    assert {place for place, words in OWN.items() if shown.get(place) is not words} == set()
