"""Whether money and positions may move: the way, the amount, what is free, and the limits of the device that confirmed
it."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.conf import settings

from accounts.broker.funding import rules
from accounts.broker.funding.models import FundingKind, FundingMethod, PositionKind, SavedBank
from accounts.broker.funding.queries import free_cash, has_one_owner, usable_banks, usable_brokers, withdrawn
from accounts.broker.funding.rules import FundingLater, FundingProblem
from accounts.broker.positions.queries import movable
from accounts.broker.positions.rules import Part, parts_problem
from accounts.broker.rates.queries import rates
from accounts.ground.access.context import Who
from accounts.ground.amounts import money_words
from accounts.ground.days.queries import calendar
from accounts.ground.stepup.limits import ach_problem, withdrawal_problem
from accounts.ground.tree.models import Account, Kind, Status
from portal.lib.exchange import exchange_day
from portal.lib.money import minor_unit, round_money
from portal.lib.words import gettext_noop

MOST = Decimal(10) ** 15


@dataclass(frozen=True)
class Asked:
    """What is wanted, apart from who wants it. `key` makes asking twice one request."""

    kind: str
    currency: str
    key: UUID
    amount: Decimal | None = None
    method: str = ""
    bank: SavedBank | None = None
    counter: Account | None = None
    parts: tuple[Part, ...] = ()


def check_method(asked: Asked) -> None:
    """Raises FundingProblem where the way does not fit what is asked for, or its currency."""
    if problem := rules.method_problem(asked.kind, asked.method, asked.currency):
        wanted = rules.CURRENCY_OF.get(FundingMethod(asked.method), "") if asked.method in FundingMethod.values else ""
        raise FundingProblem(problem, method=asked.method, currency=wanted)


def check_amount(amount: Decimal | None, currency: str) -> None:
    """Raises FundingProblem for what is no amount of money in the currency."""
    if amount is None or not 0 < amount < MOST:
        raise FundingProblem(gettext_noop("Enter an amount above zero."))
    if amount != round_money(amount, currency):
        raise FundingProblem(
            gettext_noop("The smallest amount of %(currency)s is %(least)s."),
            currency=currency,
            least=minor_unit(currency),
        )


def checked(who: Who, account: Account, asked: Asked, factor: str, at: datetime) -> dict[str, object]:
    """What the account has free and what counts against limits, once both allow it; under the locks."""
    if asked.kind == FundingKind.BANK:
        return {}
    if asked.kind in PositionKind.values:
        return _checked_positions(who, account, asked, factor, at)
    check_amount(asked.amount, asked.currency)
    assert asked.amount is not None, "checked a line above"
    if asked.kind == FundingKind.DEPOSIT:
        return {}
    day = exchange_day(at)
    free = free_cash(account, asked.currency, day=day)
    if asked.amount > free.amount:
        raise FundingProblem(gettext_noop("Only %(free)s is available."), free=money_words(free.amount, asked.currency))
    fields: dict[str, object] = {"available": round_money(free.amount, asked.currency)}
    if asked.kind == FundingKind.WITHDRAWAL:
        if asked.bank is not None and not usable_banks(who, account).filter(pk=asked.bank.pk).exists():
            raise FundingProblem(gettext_noop("Choose a saved bank instruction of this method."))
        # Weekends and holidays count with the business day on which the broker hears of it.
        counts_on = calendar().on_or_after(day)
        usd = max(_dollars(asked.amount, asked.currency, day), Decimal("0.01"))
        fields |= {"usd": _within_limits(usd, asked.method, factor, counts_on), "counts_on": counts_on}
    return fields


def _checked_positions(who: Who, account: Account, asked: Asked, factor: str, at: datetime) -> dict[str, object]:
    """That the positions are there and promised to nobody. What goes to another broker counts against the limits with
    what it was worth at the last statement."""
    if problem := parts_problem(asked.kind, asked.parts):
        raise FundingProblem(problem)
    if asked.bank is not None and not usable_brokers(who, account).filter(pk=asked.bank.pk).exists():
        raise FundingProblem(gettext_noop("Choose a saved broker."))
    if asked.kind == PositionKind.IN:
        return {}
    there = {(one.symbol, one.currency): one for one in movable(who, account)}
    day, worth = exchange_day(at), Decimal(0)
    for part in asked.parts:
        found = there.get((part.symbol, part.currency))
        if found is None or part.quantity > found.free:
            free = Decimal(0) if found is None else found.free
            raise FundingProblem(
                gettext_noop("Only %(free)s of %(symbol)s can move."), free=f"{free.normalize():f}", symbol=part.symbol
            )
        if asked.kind == PositionKind.OUT:
            if found.worth is None:
                raise FundingProblem(
                    gettext_noop("No price of %(symbol)s is known, so the limit of your device cannot be checked."),
                    symbol=part.symbol,
                )
            worth += _dollars(part.quantity * found.worth, part.currency, day)
    if asked.kind == PositionKind.INTERNAL:
        return {}
    counts_on = calendar().on_or_after(day)
    usd = max(round_money(worth, "USD"), Decimal("0.01"))
    return {"usd": _within_limits(usd, asked.method, factor, counts_on), "counts_on": counts_on}


def check_ends(who: Who, account: Account, asked: Asked) -> None:
    """Raises FundingProblem where an account is closed or cash may not go between the two; asked at each step."""
    ends = (account, asked.counter) if asked.counter is not None else (account,)
    if any(one.status != Status.OPEN for one in ends):
        raise FundingProblem(gettext_noop("Money moves only in and out of an open account."))
    if asked.counter is None:
        return
    problem = rules.internal_problem(
        account,
        asked.counter,
        subs_pay_each_other=settings.STL_SUBS_PAY_EACH_OTHER,
        is_one_owner=account.kind == Kind.CLIENT and has_one_owner(who, account, asked.counter),
    )
    if problem:
        raise FundingProblem(problem)


def _dollars(amount: Decimal, currency: str, day: date) -> Decimal:
    """An amount in US dollars at the day's rate."""
    if currency == "USD":
        return round_money(amount, "USD")
    pair = (currency, "USD", day)
    rate = rates([pair]).get(pair)
    if rate is None:
        raise FundingLater(
            gettext_noop("No rate of %(currency)s is known yet, so the limit of your device cannot be checked."),
            currency=currency,
        )
    return round_money(amount * rate, "USD")


def _within_limits(usd: Decimal, method: str, factor: str, counts_on: date) -> Decimal:
    """The same amount, once the limits of the device allow it."""
    before = withdrawn(counts_on)
    problem = withdrawal_problem(factor, amount=usd, today=before.today, five_days=before.five_days)
    if problem is None and method in rules.BY_ACH:
        problem = ach_problem(factor, amount=usd, before=before.by_ach)
    if problem is not None:
        raise FundingProblem.of(problem)
    return usd
