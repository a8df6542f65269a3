"""What is owed of required distributions, as the calendar reads it; it is reckoned ahead, several times a day and when
facts change."""

from collections.abc import Iterable
from datetime import date

from django.db.models import Count, Window
from django.db.models.functions import RowNumber
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.ground.access.context import Who
from accounts.ground.access.scope import scope
from accounts.ground.amounts import money_words
from accounts.ground.tree.models import Status
from crm.calendar.layers import FURTHER, LAYERS, Mark
from portal.tools.rmd.deadlines import days_of
from portal.tools.rmd.models import OwedDistribution
from portal.tools.rmd.queries import RETIREMENT

LAYER = "distributions"
# A day names so many accounts, and says how many more there are.
MOST = 100


def years_open(today: date) -> list[int]:
    """The years of which something may still be owed: this one, and until 1 April the one before."""
    return sorted({year for year, _day in days_of(today, date(today.year, 12, 31)) if year <= today.year})


def marks(who: Who, first: date, last: date, today: date) -> Iterable[tuple[date, Mark]]:
    """The lines of the calendar: accounts of one's own practice, until the day has passed or all is taken."""
    asked = {day for year, day in days_of(max(first, today), last) if year <= today.year}
    if not asked or not who.is_advisor or not who.can("report"):
        return
    rows = scope(who, OwedDistribution, "report").filter(
        day__in=asked,
        account__practice_id=who.practice_id,
        account__customer_type__in=RETIREMENT,
        account__status=Status.OPEN,
    )
    order = ("account__sort_key", "account_id")
    counted = rows.select_related("account").annotate(
        place=Window(RowNumber(), partition_by="day", order_by=order), all_of=Window(Count("pk"), partition_by="day")
    )
    for one in counted.filter(place__lte=MOST).order_by("day", *order):
        yield one.day, _mark(one)
        if one.place == MOST < one.all_of:
            yield one.day, _more(one.all_of - MOST, one.year)


def _mark(one: OwedDistribution) -> Mark:
    account = one.account
    amount = money_words(one.remaining, account.base_currency)
    words = _("%(account)s: %(amount)s still to take out") % {"account": account.number, "amount": amount}
    return _line(words, f"{reverse('tools:rmd_account', args=[account.number])}?year={one.year}")


def _more(count: int, year: int) -> Mark:
    words = ngettext(
        "%(count)d more account owes a distribution", "%(count)d more accounts owe a distribution", count
    ) % {"count": count}
    return _line(words, f"{reverse('tools:rmd')}?year={year}")


def _line(words: str, href: str) -> Mark:
    return Mark(LAYER, words, "calendar-dollar", href)


LAYERS[LAYER] = gettext_lazy("Required distributions")
FURTHER[LAYER] = marks
