"""Writing down what distributions are worked out from: family, inheritance, year-end values that nobody has sent; and
what is still owed of them, which the calendar reads."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal

from django.utils.translation import gettext as _

from accounts.ground.access.context import Who
from accounts.ground.access.scope import NotAllowed, scope
from accounts.ground.people.models import ClientRight
from accounts.ground.tree.models import Account, Status
from portal.lib.words import gettext_noop
from portal.tools.rmd.deadlines import Deadline, deadlines
from portal.tools.rmd.inherited import Heir
from portal.tools.rmd.models import DistributionFacts, OwedDistribution, YearEndValue
from portal.tools.rmd.owing import years_open
from portal.tools.rmd.queries import INHERITED, OWN, RETIREMENT, retirement_accounts
from portal.tools.rmd.rules import CENT
from portal.tools.rmd.tables import FIRST_YEAR

EARLIEST = date(1880, 1, 1)
OWN_PRACTICE = gettext_noop("The account's own practice writes this down.")


class DistributionProblem(ValueError):
    """What was typed cannot be; `problems` says why, by field."""

    def __init__(self, problems: dict[str, str]) -> None:
        super().__init__(problems)
        self.problems = problems


@dataclass(frozen=True)
class Facts:
    """What an advisor writes down about one account."""

    born_on: date | None = None
    spouse_born_on: date | None = None
    spouse_is_sole: bool = False
    owner_born_on: date | None = None
    owner_died_on: date | None = None
    heir: str = ""
    was_roth: bool = False


@dataclass(frozen=True)
class YearEnd:
    """What an account was worth when a year ended, and what was on its way to it."""

    year: int
    value: Decimal | None = None
    rollover: Decimal | None = None


def write(*, who: Who, account: Account, facts: Facts, ended: YearEnd, today: date, at: datetime) -> None:
    """Keep what is known of an account of one's own practice: all of it or nothing; the same again changes nothing."""
    if who.practice_id is None or account.practice_id != who.practice_id:
        raise NotAllowed("report", _(OWN_PRACTICE))
    problems = check(account, facts, today) | check_year_end(ended, today)
    if problems:
        raise DistributionProblem(problems)
    stamp = {"firm_id": account.firm_id, "saved_by": who.user_id, "saved_at": at}
    kept = DistributionFacts.unscoped.filter(pk=account.pk).first()
    if vars(facts) != ({name: getattr(kept, name) for name in vars(facts)} if kept else vars(Facts())):
        DistributionFacts.unscoped.update_or_create(account_id=account.pk, defaults={**vars(facts), **stamp})
    said = {"value": ended.value, "rollover": ended.rollover or Decimal(0)}
    old = YearEndValue.unscoped.filter(account_id=account.pk, year=ended.year).first()
    if said != ({name: getattr(old, name) for name in said} if old else {"value": None, "rollover": Decimal(0)}):
        YearEndValue.unscoped.update_or_create(account_id=account.pk, year=ended.year, defaults={**said, **stamp})
    reckon_owner(who=who, account=account, today=today)


def keep(*, found: Sequence[Deadline], accounts: Sequence[Account], year: int, today: date) -> None:
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


def reckon_owner(*, who: Who, account: Account, today: date) -> None:
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
        keep(found=deadlines(who, of_owner, year), accounts=of_owner, year=year, today=today)


def forget_stale(*, today: date) -> None:
    """What no reckoning of today has found: accounts that were closed, years that are over. For the back office."""
    OwedDistribution.unscoped.filter(reckoned_on__lt=today).delete()


def check_year_end(ended: YearEnd, today: date) -> dict[str, str]:
    """What is wrong with a year's end, by field, as messages."""
    problems: dict[str, str] = {}
    if not FIRST_YEAR - 2 <= ended.year < today.year:
        problems["value"] = gettext_noop("The year is not over yet, or too long ago.")
    for name in ("value", "rollover"):
        amount = getattr(ended, name)
        if amount is not None and amount < 0:
            problems[name] = gettext_noop("A value is not negative.")
    return problems


def check(account: Account, facts: Facts, today: date) -> dict[str, str]:
    """What is wrong with facts, by field, as messages."""
    problems: dict[str, str] = {}
    if account.customer_type not in RETIREMENT:
        problems["born_on"] = gettext_noop("This account is of no retirement kind.")
    for name in ("born_on", "spouse_born_on", "owner_born_on", "owner_died_on"):
        day = getattr(facts, name)
        if day is not None and not EARLIEST <= day <= today:
            problems[name] = gettext_noop("The day lies in the future or too far in the past.")
    if facts.spouse_is_sole and facts.spouse_born_on is None:
        problems["spouse_born_on"] = gettext_noop("Say when the spouse was born.")
    if account.customer_type == INHERITED:
        for name in ("owner_born_on", "owner_died_on"):
            if getattr(facts, name) is None:
                problems[name] = gettext_noop("An inheritance needs this day.")
        if facts.heir not in {one.value for one in Heir}:
            problems["heir"] = gettext_noop("Say who has inherited.")
    elif facts.heir or facts.owner_born_on or facts.owner_died_on or facts.was_roth:
        problems["heir"] = gettext_noop("This account is not an inherited one.")
    if facts.owner_born_on and facts.owner_died_on and facts.owner_died_on <= facts.owner_born_on:
        problems["owner_died_on"] = gettext_noop("The death lies before the birth.")
    return problems


def _cents(one: Deadline) -> Decimal:
    return one.remaining.quantize(CENT, ROUND_HALF_UP)
