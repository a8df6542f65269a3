"""Writing down what distributions are worked out from: family, inheritance, year-end values that nobody has sent."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.utils.translation import gettext as _

from accounts.ground.access.context import Who
from accounts.ground.access.scope import NotAllowed
from accounts.ground.tree.models import Account
from portal.lib.words import gettext_noop
from portal.tools.rmd.inherited import Heir
from portal.tools.rmd.models import DistributionFacts, YearEndValue
from portal.tools.rmd.owing import reckon_owner
from portal.tools.rmd.queries import INHERITED, RETIREMENT
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
    reckon_owner(who, account, today)


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
