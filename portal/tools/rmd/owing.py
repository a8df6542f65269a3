"""What is owed of required distributions, reckoned ahead: written several times a day and when facts change, and
read by the calendar."""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from django.db.models import Count, Window
from django.db.models.functions import RowNumber
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.ground.access.context import Who
from accounts.ground.access.scope import scope
from accounts.ground.amounts import money_words
from accounts.ground.people.models import ClientRight
from accounts.ground.tree.models import Account, Status
from crm.calendar.layers import FURTHER, LAYERS, Mark
from portal.tools.rmd.deadlines import Deadline, days_of, deadlines
from portal.tools.rmd.models import OwedDistribution
from portal.tools.rmd.queries import OWN, RETIREMENT, retirement_accounts
from portal.tools.rmd.rules import CENT

LAYER = "distributions"
# A day names so many accounts, and says how many more there are.
MOST = 100


def years_open(today: date) -> list[int]:
    """The years of which something may still be owed: this one, and until 1 April the one before."""
    return sorted({year for year, _day in days_of(today, date(today.year, 12, 31)) if year <= today.year})


def keep(found: Sequence[Deadline], accounts: Sequence[Account], year: int, today: date) -> None:
    """Write what these accounts owe of a year, in the order of accounts: two who reckon at once wait for each other."""
    owed = {one.account.pk: one for one in found if _cents(one)}
    rows = OwedDistribution.unscoped
    keys = sorted(one.pk for one in accounts)
    list(rows.filter(account_id__in=keys, year=year).order_by("account_id").select_for_update().values_list("pk"))
    rows.filter(account_id__in=[one.pk for one in accounts if one.pk not in owed], year=year).delete()
    rows.bulk_create(
        [
            OwedDistribution(
                firm_id=one.account.firm_id,
                account_id=key,
                year=year,
                day=one.day,
                remaining=_cents(one),
                reckoned_on=today,
            )
            for key, one in sorted(owed.items())
        ],
        update_conflicts=True,
        unique_fields=["account", "year"],
        update_fields=["day", "remaining", "reckoned_on"],
    )


def reckon_owner(who: Who, account: Account, today: date) -> None:
    """What an account and the other own IRAs of its holder owe, anew; those of other practices wait for later.
    Who sees only a part of the practice's accounts leaves it to the next reckoning."""
    if who.is_narrowed:
        return
    holders = scope(who, ClientRight).filter(account_id=account.pk, may_sign=True).values("party_id")
    beside = retirement_accounts(who).filter(
        pk__in=scope(who, ClientRight).filter(party_id__in=holders, may_sign=True).values("account_id"),
        customer_type__in=OWN,
        practice_id=who.practice_id,
    )
    of_owner = [account, *beside.exclude(pk=account.pk).order_by("pk")] if account.status == Status.OPEN else []
    for year in years_open(today) if of_owner else []:
        keep(deadlines(who, of_owner, year), of_owner, year, today)


def forget_stale(today: date) -> None:
    """What no reckoning of today has found: accounts that were closed, years that are over. For the back office."""
    OwedDistribution.unscoped.filter(reckoned_on__lt=today).delete()


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


def _cents(one: Deadline) -> Decimal:
    return one.remaining.quantize(CENT, ROUND_HALF_UP)


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
