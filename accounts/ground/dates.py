"""Days as one person reads them: one form on every page, chosen by the person."""

from contextvars import ContextVar
from datetime import date, datetime

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from accounts.ground.amounts import NOTHING

# Each form with the format of Django that writes it.
FORMS = {"iso": "Y-m-d", "words": "j M Y", "month_first": "m/d/Y", "day_first": "d.m.Y"}
FORM_NAMES = {
    "iso": _("2026-11-19"),
    "words": _("19 Nov 2026"),
    "month_first": _("11/19/2026"),
    "day_first": _("19.11.2026"),
}
USUAL = "iso"

current_form: ContextVar[str] = ContextVar("current_form", default=USUAL)


def day_text(value: date | None) -> str:
    """A day in the reader's form; a dash where there is none."""
    if value is None:
        return NOTHING
    if isinstance(value, datetime):
        value = value.date()
    return date_format(value, FORMS.get(current_form.get(), FORMS[USUAL]))


def moment_text(at: datetime | None) -> str:
    """An instant as its day and its minute in the zone that holds; a dash where there is none."""
    if at is None:
        return NOTHING
    there = timezone.localtime(at) if timezone.is_aware(at) else at
    return f"{day_text(there)} {there:%H:%M}"


def weekday_text(value: date | None) -> str:
    """The same with the name of its weekday before it."""
    return f"{date_format(value, 'l')}, {day_text(value)}" if value else NOTHING
