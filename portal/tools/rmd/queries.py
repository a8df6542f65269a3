"""What the portal knows of retirement accounts for a year: balances, births, withdrawals, and what is due from them."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Q, QuerySet

from accounts.broker.activity.models import CashLine, PositionTransfer
from accounts.broker.feed.models import NavDaily
from accounts.ground.access.context import Who
from accounts.ground.access.scope import scope
from accounts.ground.people.models import ClientRight
from accounts.ground.tree.models import Account, Status
from portal.tools.rmd import inherited, rules
from portal.tools.rmd.inherited import Heir, Inheritance
from portal.tools.rmd.models import DistributionFacts, YearEndValue
from portal.tools.rmd.rules import ZERO, Reason, Requirement, Taken, Together

OWN = ("IRA Traditional", "IRA Rollover", "IRA SEP")
ROTH, INHERITED = "IRA Roth", "IRA Inherited"
RETIREMENT = (*OWN, ROTH, INHERITED)
# What leaves in kind for the owner: transfers to another broker in the owner's name go on as the same IRA.
IN_KIND = ("FOP", "INTERNAL")
LAST_WEEK = 25


@dataclass(frozen=True)
class Balance:
    """A value at the end of a year, from the broker or typed by hand, and rollovers that were on their way."""

    value: Decimal
    rollover: Decimal
    day: date
    is_typed: bool

    @property
    def total(self) -> Decimal:
        return self.value + self.rollover


@dataclass(frozen=True)
class Withdrawal:
    """One thing that left an account for its owner."""

    day: date
    amount: Decimal
    words: str
    in_kind: bool


@dataclass(frozen=True)
class Sheet:
    """One account's year: what is known, what is due, what was taken."""

    account: Account
    facts: DistributionFacts | None
    born_on: date | None
    born_is_typed: bool
    balance: Balance | None
    typed: YearEndValue | None
    requirement: Requirement
    # Of the year before, where that was the first: its distribution may be taken in this one.
    earlier: Requirement | None
    withdrawals: tuple[Withdrawal, ...]
    taken: Taken

    @property
    def is_inherited(self) -> bool:
        return self.account.customer_type == INHERITED

    @property
    def is_own(self) -> bool:
        return self.account.customer_type in OWN

    @property
    def withdrawn(self) -> Decimal:
        return counted(self.requirement, self.earlier, self.taken)

    @property
    def remaining(self) -> Decimal | None:
        """None where nothing is asked for."""
        amount = self.requirement.amount
        if amount is None or self.requirement.is_waived:
            return None
        return max(amount - self.withdrawn, ZERO)


def counted(due: Requirement, earlier: Requirement | None, taken: Taken) -> Decimal:
    """What of the withdrawals counts for the year of a requirement."""
    return rules.counted(
        taken,
        year=due.year,
        first=due.first_year,
        amount=due.amount or ZERO,
        first_amount=earlier.amount if earlier else None,
    )


def retirement_accounts(who: Who, text: str = "") -> "QuerySet[Account]":
    """Open accounts of the retirement kinds that somebody sees reports of."""
    rows = scope(who, Account, "report").filter(customer_type__in=RETIREMENT, status=Status.OPEN)
    return rows.filter(Q(number__istartswith=text) | Q(title__icontains=text)) if text else rows


def sheets(who: Who, accounts: Sequence[Account], year: int) -> list[Sheet]:
    """The year of each account, in their order; as many questions for fifty as for one."""
    keys = [one.pk for one in accounts]
    facts = {one.pk: one for one in scope(who, DistributionFacts).filter(account_id__in=keys)}
    typed = {
        (one.account_id, one.year): one
        for one in scope(who, YearEndValue).filter(account_id__in=keys, year__in=(year - 2, year - 1))
    }
    values = _year_ends(who, keys, (year - 2, year - 1))
    withdrawals = _withdrawals(who, accounts, year)
    return [_sheet(one, year, facts.get(one.pk), typed, values, tuple(withdrawals.get(one.pk, ()))) for one in accounts]


def sheet(who: Who, account: Account, year: int) -> Sheet:
    """The year of one account."""
    return sheets(who, [account], year)[0]


def of_owner(who: Who, account: Account, year: int) -> list[Sheet]:
    """The years of all own IRAs of an account's holder that the person sees, the account's own first."""
    parties = scope(who, ClientRight).filter(account_id=account.pk, may_sign=True).values("party_id")
    others = retirement_accounts(who).filter(
        pk__in=scope(who, ClientRight).filter(party_id__in=parties, may_sign=True).values("account_id"),
        customer_type__in=OWN,
        base_currency=account.base_currency,
        holder_born_on=account.holder_born_on,
    )
    return sheets(who, [account, *others.exclude(pk=account.pk).order_by("number")[:20]], year)


def together(found: Sequence[Sheet]) -> Together | None:
    """All own IRAs of an owner added up; None while one of them has no amount."""
    due = [one for one in found if one.is_own]
    if not due or any(one.requirement.amount is None for one in due):
        return None
    required = sum((one.requirement.amount or ZERO for one in due), ZERO)
    earlier = [one.earlier.amount for one in due if one.earlier and one.earlier.amount is not None]
    withdrawn = rules.counted(
        sum((one.taken for one in due), Taken()),
        year=due[0].requirement.year,
        first=due[0].requirement.first_year,
        amount=required,
        first_amount=sum(earlier, ZERO) if len(earlier) == len(due) else None,
    )
    return Together(required, withdrawn)


def _sheet(
    account: Account,
    year: int,
    facts: DistributionFacts | None,
    typed: dict[tuple[int, int], YearEndValue],
    values: dict[tuple[int, int], tuple[date, Decimal]],
    withdrawals: tuple[Withdrawal, ...],
) -> Sheet:
    born_on = account.holder_born_on or (facts.born_on if facts else None)
    now, before = (_balance(account, one, typed, values) for one in (year - 1, year - 2))
    due = _required(account, facts, born_on, year, now)
    is_second = due.first_year is not None and account.customer_type in OWN and year == due.first_year + 1
    return Sheet(
        account=account,
        facts=facts,
        born_on=born_on,
        born_is_typed=account.holder_born_on is None and born_on is not None,
        balance=now,
        typed=typed.get((account.pk, year - 1)),
        requirement=due,
        earlier=_required(account, facts, born_on, year - 1, before) if is_second else None,
        withdrawals=tuple(one for one in withdrawals if one.day.year == year),
        taken=_taken(withdrawals, year),
    )


def _required(
    account: Account, facts: DistributionFacts | None, born_on: date | None, year: int, balance: Balance | None
) -> Requirement:
    total = balance.total if balance else None
    if account.customer_type == ROTH:
        return Requirement(year, Reason.ROTH)
    if account.customer_type == INHERITED:
        if facts is None or not facts.heir or facts.owner_born_on is None or facts.owner_died_on is None:
            return Requirement(year, Reason.NO_FACTS)
        case = Inheritance(facts.owner_born_on, facts.owner_died_on, Heir(facts.heir), born_on, facts.was_roth)
        return inherited.required(case, year=year, balance=total)
    return rules.required(
        born_on=born_on,
        year=year,
        balance=total,
        spouse_born_on=facts.spouse_born_on if facts else None,
        spouse_is_sole=bool(facts and facts.spouse_is_sole),
    )


def _balance(
    account: Account,
    year: int,
    typed: dict[tuple[int, int], YearEndValue],
    values: dict[tuple[int, int], tuple[date, Decimal]],
) -> Balance | None:
    """The broker's value of the year's last days; where it sent none, what was typed."""
    by_hand, known = typed.get((account.pk, year)), values.get((account.pk, year))
    rollover = by_hand.rollover if by_hand else ZERO
    if known is not None:
        return Balance(known[1], rollover, known[0], is_typed=False)
    if by_hand is not None and by_hand.value is not None:
        return Balance(by_hand.value, rollover, date(year, 12, 31), is_typed=True)
    return None


def _year_ends(who: Who, keys: Sequence[int], years: Sequence[int]) -> dict[tuple[int, int], tuple[date, Decimal]]:
    """The last value of each year's last week, by account and year."""
    weeks = Q()
    for year in years:
        weeks |= Q(nav_date__gte=date(year, 12, LAST_WEEK), nav_date__lte=date(year, 12, 31))
    rows = scope(who, NavDaily).filter(weeks, account_id__in=keys).order_by("nav_date")
    return {(account, day.year): (day, nlv) for account, day, nlv in rows.values_list("account_id", "nav_date", "nlv")}


def _withdrawals(who: Who, accounts: Sequence[Account], year: int) -> dict[int, list[Withdrawal]]:
    """Cash and positions that left for the owner, from the year before until the spring of the next, by account."""
    span = {"account_id__in": [one.pk for one in accounts], "report_on__gte": date(year - 1, 1, 1)}
    span["report_on__lte"] = date(year + 1, 4, 1)
    own = {one.pk: one.base_currency for one in accounts}
    found: dict[int, list[Withdrawal]] = defaultdict(list)
    cash = scope(who, CashLine).filter(**span, kind=CashLine.DEPOSITS, amount__lt=0)
    columns: tuple[str, ...] = ("account_id", "report_on", "base", "amount", "rate", "currency", "description")
    for key, day, base, amount, rate, currency, words in cash.order_by("report_on", "pk").values_list(*columns):
        worth = base if base is not None else amount if currency == own[key] else rate and amount * rate
        if worth:
            found[key].append(Withdrawal(day, -worth, words, in_kind=False))
    kinds = scope(who, PositionTransfer).filter(**span, kind__in=IN_KIND, flow__lt=0)
    columns = ("account_id", "report_on", "flow", "description", "symbol")
    for key, day, flow, words, symbol in kinds.order_by("report_on", "pk").values_list(*columns):
        found[key].append(Withdrawal(day, -flow, words or symbol, in_kind=True))
    return found


def _taken(withdrawals: Sequence[Withdrawal], year: int) -> Taken:
    def until(first: date, last: date) -> Decimal:
        return sum((one.amount for one in withdrawals if first <= one.day <= last), ZERO)

    return Taken(
        before=until(date(year - 1, 1, 1), date(year - 1, 12, 31)),
        in_year=until(date(year, 1, 1), date(year, 12, 31)),
        until_april=until(date(year, 1, 1), date(year, 4, 1)),
        next_spring=until(date(year + 1, 1, 1), date(year + 1, 4, 1)),
    )
