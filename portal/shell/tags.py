"""Template tags of every page: icons, amounts, rates, sortable headings."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.broker.instruments.rules import side_words
from accounts.ground import stored_words
from accounts.ground.access.gates import Gate, may_pass
from accounts.ground.amounts import NOTHING, grouped, money_words, number_words
from accounts.ground.dates import day_text, moment_text, weekday_text
from portal.lib.money import MINOR_UNITS, USUAL_PLACES, round_display
from portal.preferences import queries as preferences
from portal.preferences import rules as preference_rules
from portal.shell.icons import NAME
from portal.shell.ways import Way, ways_of

register = template.Library()
register.filter("side_words", side_words)

LOWER_CASE_WEEKDAYS = ("ru",)


@register.simple_tag
def icon(name: str) -> SafeString:
    """A decorative icon; the words beside it say what it means."""
    return _drawn(name)


@cache
def _drawn(name: str) -> SafeString:
    """A long list has hundreds of them, and templates name a few dozen."""
    return format_html('<svg class="icon" aria-hidden="true"><use href="{}#{}"></use></svg>', static(NAME), name)


@register.simple_tag
def money(value: Decimal | None, currency: str = "", sign: bool = False) -> SafeString:
    """An amount with its currency, in the currency's own number of places."""
    text = number_words(value, MINOR_UNITS.get(currency, USUAL_PLACES), sign=sign)
    if value is None or not currency:
        return format_html('<span class="money">{}</span>', text)
    return format_html('<span class="money">{}<span class="cur">{}</span></span>', text, currency)


@register.filter
def bare_amount(value: Decimal | None, currency: str) -> str:
    """An amount in the currency's number of places, where a column of its own names the currency."""
    return number_words(value, MINOR_UNITS.get(currency, USUAL_PLACES))


@register.filter
def money_text(value: Decimal | None, currency: str = "") -> str:
    """An amount without mark-up, for attributes and sentences."""
    return money_words(value, currency)


@register.filter
def signed_money(value: Decimal | None, currency: str = "") -> str:
    """A change of an amount, with its sign, for sentences."""
    return money_words(value, currency, sign=True)


@register.filter
def percent(value: Decimal | None, places: int = 2) -> str:
    """A fraction as a percentage: 0.0101 is 1.01 %."""
    if value is None:
        return NOTHING
    return _("%(number)s%%") % {"number": number_words(value * 100, places)}


@register.simple_tag
def change(value: Decimal | None, places: int = 2) -> SafeString:
    """A return: sign first, colour second."""
    if value is None:
        return format_html("{}", NOTHING)
    shown = round_display(value * 100, places)
    mood = "up" if shown > 0 else "down" if shown < 0 else ""
    words = _("%(number)s%%") % {"number": number_words(value * 100, places, sign=True)}
    return format_html('<span class="num {}">{}</span>', mood, words)


@register.filter
def count(value: int | None) -> str:
    """A whole number, grouped."""
    return NOTHING if value is None else grouped(value, 0)


@register.filter(expects_localtime=True)
def day(value: date | None) -> str:
    """A day in the reader's form, the same on every page."""
    return day_text(value)


@register.filter(expects_localtime=True)
def moment(value: datetime | None) -> str:
    """An instant in the reader's zone and form."""
    return moment_text(value)


@register.filter
def long_day(value: date | None) -> str:
    """A day with its weekday."""
    return weekday_text(value)


@register.filter
def day_words(value: date | None) -> str:
    """The same inside a sentence; only some languages write weekdays in capitals."""
    text = long_day(value)
    return text[:1].lower() + text[1:] if get_language() in LOWER_CASE_WEEKDAYS else text


@register.simple_tag(takes_context=True)
def sort_query(context: dict[str, Any], key: str, key_name: str = "sort") -> str:
    """The query for a heading's next click: ascending first, then descending; paging starts again."""
    query = context["request"].GET.copy()
    query[key_name] = f"-{key}" if query.get(key_name, context.get("sort")) == key else key
    for gone in ("after", "before"):
        query.pop(gone, None)
    return "?" + query.urlencode()


@register.filter
def aria_sort(sort: str, key: str) -> str:
    """The state of a heading: ascending, descending or none."""
    if sort == key:
        return "ascending"
    return "descending" if sort == f"-{key}" else "none"


@register.simple_tag(takes_context=True)
def shell_button(context: dict[str, Any], key: str) -> Any:
    """A button of the list of places, or nothing while it is not built or not this person's."""
    return context["shell"].button(key)


@register.simple_tag(takes_context=True)
def ways_from(context: dict[str, Any], account: Any) -> list[Way]:
    """From an account to what the reader does with it, or why not; for records of the rooms too."""
    return ways_of(context["request"].seat, account)


@register.simple_tag(takes_context=True)
def opens_funding(context: dict[str, Any], item: Any) -> bool:
    """Whether the reader may open the movement of money behind a pending item; a level above reads that it is there."""
    who = context["request"].seat
    if who is None or not may_pass(who, Gate("fund")):
        return False
    return not who.is_advisor or item.practice_id == who.practice_id


@register.simple_tag(takes_context=True)
def views_of(context: dict[str, Any], name: str) -> Any:
    """The views that the reader has saved of a list, for lists of the rooms, which know nothing of preferences."""
    return preferences.views_of(context["request"].seat, name)


@register.simple_tag(takes_context=True)
def saved_query(context: dict[str, Any]) -> str:
    """The part of the address that a view keeps."""
    return preferences.saved_query(context["request"].GET)


@register.simple_tag(takes_context=True)
def columns_of(context: dict[str, Any], name: str) -> tuple[str, ...]:
    """The columns that the reader has chosen for a list; where a view has columns of its own, those of the view."""
    request = context["request"]
    said = request.GET.get("columns", "") if name in preference_rules.ARRANGED else ""
    of_view = preference_rules.chosen_of(name, said.split(","))
    return of_view or preference_rules.columns_of(name, preferences.remembered(request, name))


@register.simple_tag
def column_choices(name: str, columns: Sequence[str], own: Mapping[str, str]) -> list[tuple[str, Any, bool]]:
    """Every column that a list can show, in words: those that it shows first, in their order."""
    words = {**preference_rules.COLUMNS[name], **own}
    shown = [key for key in columns if key in words]
    others = [key for key in words if key not in shown]
    return [(key, words[key], key in shown) for key in (*shown, *others)]


@register.filter
def split_words(text: str) -> list[str]:
    """The words of a text, to walk through in a template."""
    return text.split()


@register.filter
def item(mapping: Any, key: str) -> Any:
    """A value by a key that is itself a variable."""
    return mapping.get(key)


@register.filter
def told(msgid: str, data: Any = None) -> str:
    """A stored title in the reader's language; `data` fills the gaps of a title that has any."""
    return stored_words.said(msgid, data)
