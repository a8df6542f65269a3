"""What one fee would have come to on a client's real values and trades, worked out by the engine; no rows here."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from itertools import groupby

from fees.engine import investments
from fees.engine.arithmetic import CONTEXT, ZERO
from fees.engine.charge import MissingNav, recompute
from fees.engine.executions import Execution, MissingCommission, day_total, fee_of
from fees.engine.executions import story as trades_story
from fees.engine.explain import explain
from fees.engine.high_water import Loss
from fees.engine.investments import Valuation
from fees.engine.profit import ProfitFee
from fees.engine.quotes import MissingPrice, Prices
from fees.engine.registry import EVERY, FUND_CODES, METHODS, PROFIT_CODES, TRADE_CODES
from fees.engine.results import (
    DayValue,
    Measured,
    MissingBegin,
    MissingValues,
    losses_carried_in,
    measure,
    stretches_of,
)
from fees.engine.results import story as profit_story
from fees.engine.types import Charge, NavPoint, Terms
from fees.schedules.rules import Figures
from portal.lib.business_days import Calendar
from portal.lib.money import round_money
from portal.lib.periods import Period, last_business_day, period_of
from portal.lib.words import Sentence, gettext_noop

# So many trades are told one by one; more would be a statement.
TOLD_TRADES = 5


class Unknown(LookupError):
    """Something of the period is not known, so the fee cannot be worked out; the sentence says what."""

    def __init__(self, msgid: str, **params: object) -> None:
        super().__init__(msgid)
        self.sentence = Sentence(msgid, params)


@dataclass(frozen=True, kw_only=True)
class Values:
    """A client over a span: values by day from before its first day on, trades with the rate from their fee's currency
    to the account's, losses carried into it by method, prices of benchmarks, what investments in funds were worth.
    `begins` is the first day that counts.
    """

    span: Period
    by_day: tuple[DayValue, ...]
    begins: date
    currency: str
    days: Calendar
    trades: tuple[tuple[Execution, Decimal | None], ...] = ()
    carried: Mapping[int, tuple[Terms | None, tuple[Loss, ...]]] = field(default_factory=dict)
    prices: Prices = field(default_factory=dict)
    valuations: tuple[Valuation, ...] = ()

    @property
    def business_days(self) -> int:
        return self.days.count(max(self.span.starts, self.begins), self.span.ends)

    @property
    def last(self) -> NavPoint | None:
        """The latest value that is known."""
        return NavPoint(*self.by_day[-1][:2]) if self.by_day else None

    def scaled(self, percent: int) -> "Values":
        """The same with every value of the span so much lower or higher; what it began with stays."""
        scale = (Decimal(100) + percent) / 100
        moved = tuple(
            one if one.day < self.span.starts else one._replace(nlv=CONTEXT.multiply(one.nlv, scale))
            for one in self.by_day
        )
        worth = tuple(
            one
            if one.value is None or one.day < self.span.starts
            else one._replace(value=CONTEXT.multiply(one.value, scale))
            for one in self.valuations
        )
        return replace(self, by_day=moved, valuations=worth)


@dataclass(frozen=True)
class Worked:
    """One fee over the span: the amount, one line of arithmetic, and the engine's own words."""

    method: int
    amount: Decimal
    line: Sentence
    story: tuple[Sentence, ...]


def work_out(figures: Figures, values: Values) -> Worked:
    """The fee of a method whose figures are known to be right; Unknown says what is missing."""
    if figures.method in PROFIT_CODES:
        return _on_profit(figures, values)
    if figures.method in TRADE_CODES:
        return _on_trades(figures, values)
    if figures.method in FUND_CODES:
        return _on_funds(figures, values)
    return _on_value(figures, values)


def periods_of(method: int, values: Values) -> list[Period]:
    """The method's own periods within the span: business days, months, quarters or the year."""
    days = values.days.between(max(values.span.starts, values.begins), values.span.ends)
    return list(dict.fromkeys(period_of(EVERY[method].frequency, day) for day in days))


def _on_value(figures: Figures, values: Values) -> Worked:
    terms = figures.terms(starts=max(values.span.starts, values.begins))
    points = [NavPoint(one.day, one.nlv) for one in values.by_day if values.span.covers(one.day)]
    charges = []
    for period in periods_of(figures.method, values):
        closes = last_business_day(values.days, period)
        if closes is None or not values.span.covers(closes):
            continue  # it has not ended yet
        try:
            charge = recompute(
                method=figures.method,
                nav=points,
                terms=[terms],
                calendar=values.days,
                period=period,
                currency=values.currency,
            )
        except MissingNav:
            raise Unknown(_DAYS_MISSING) from None
        if charge is not None:
            charges.append(charge)
    amount = sum((one.amount for one in charges), start=ZERO)
    told = explain(charges[-1], [terms]) if charges else []
    return Worked(figures.method, amount, _value_line(figures.method, charges, amount), tuple(told))


def _value_line(code: int, charges: Sequence[Charge], amount: Decimal) -> Sentence:
    """The sum that a person can check with a pocket calculator, where one line can hold it."""
    lines = [line for one in charges for line in one.accruals]
    segments = [segment for one in charges for segment in one.segments]
    if len(charges) == 1 and len(segments) == 1 and charges[0].closing:
        one = segments[0]
        if CONTEXT.multiply(charges[0].closing.nlv, one.rate) == one.annual:
            msgid = gettext_noop("%(nlv)s × %(percent)s %% ÷ (252 ÷ %(days)s) = %(amount)s")
            params: dict[str, object] = {"nlv": charges[0].closing.nlv, "percent": one.rate * 100, "days": one.days}
            return Sentence(msgid, params | {"amount": amount})
        msgid = gettext_noop("%(annual)s a year at the closing value ÷ (252 ÷ %(days)s) = %(amount)s")
        return Sentence(msgid, {"annual": one.annual, "days": one.days, "amount": amount})
    rates = {one.rate for one in lines}
    if METHODS[code].family == "flat" and lines:
        msgid = gettext_noop("%(flat)s a year ÷ 252 × %(days)s business days = %(amount)s")
        return Sentence(msgid, {"flat": lines[0].base, "days": len(lines), "amount": amount})
    if len(rates) == 1 and len(charges) == 1:
        msgid = gettext_noop(
            "%(sum)s, the closing values of %(days)s days together, × %(percent)s %% ÷ 252 = %(amount)s"
        )
        total = sum((one.base for one in lines), start=ZERO)
        return Sentence(msgid, {"sum": total, "days": len(lines), "percent": lines[0].rate * 100, "amount": amount})
    msgid = gettext_noop("%(count)s charges of the period come to %(amount)s")
    if len(charges) == 1:
        msgid = gettext_noop("%(days)s business days come to %(amount)s")
    return Sentence(msgid, {"count": len(charges), "days": len(lines), "amount": amount})


def _on_profit(figures: Figures, values: Values) -> Worked:
    terms = figures.terms(starts=max(values.span.starts, values.begins))
    before, left = values.carried.get(figures.method, (None, ()))
    carried = losses_carried_in(terms, before=before, left=left)
    found: list[tuple[Measured, ProfitFee]] = []
    for period in periods_of(figures.method, values):
        ends = min(period.ends, values.span.ends)
        measured = _measured(terms, Period(period.starts, ends), values, carried)
        fee = measured.fee()
        carried = fee.carried
        found.append((measured, fee))
    amount = sum((fee.amount for _measured_one, fee in found), start=ZERO)
    told = profit_story(*found[-1]) if found else []
    return Worked(figures.method, amount, _profit_line(found, amount), tuple(told))


def _measured(terms: Terms, period: Period, values: Values, carried: Iterable[Loss]) -> Measured:
    stretches = stretches_of([terms], period=period, opened_on=values.begins, closed_on=None, days=values.days)
    try:
        return measure(
            stretches,
            values.by_day,
            period=period,
            begins=values.begins,
            currency=values.currency,
            carried=carried,
            prices=values.prices,
            days=values.days,
        )
    except (MissingValues, MissingBegin):
        raise Unknown(_DAYS_MISSING) from None
    except MissingPrice as missing:
        msgid = gettext_noop("No price of %(symbol)s is known for %(day)s, so the threshold cannot be worked out.")
        raise Unknown(msgid, symbol=missing.symbol, day=missing.day) from None


def _profit_line(found: Sequence[tuple[Measured, ProfitFee]], amount: Decimal) -> Sentence:
    if len(found) != 1:
        msgid = gettext_noop("%(count)s periods come to %(amount)s")
        return Sentence(msgid, {"count": len(found), "amount": amount})
    measured, fee = found[0]
    params: dict[str, object] = {"profit": fee.profit, "surplus": fee.surplus, "amount": amount}
    if fee.surplus <= 0:
        return Sentence(gettext_noop("A result of %(profit)s: nothing is charged, %(amount)s"), params)
    params["percent"] = measured.parts[-1].share * 100
    if fee.surplus == fee.profit:
        return Sentence(gettext_noop("%(profit)s of profit × %(percent)s %% = %(amount)s"), params)
    msgid = gettext_noop("%(surplus)s of a profit of %(profit)s are charged × %(percent)s %% = %(amount)s")
    return Sentence(msgid, params)


def _on_trades(figures: Figures, values: Values) -> Worked:
    terms = figures.terms(starts=values.span.starts)
    try:
        fees = sorted(
            ((fee_of(terms, one), rate) for one, rate in values.trades),
            key=lambda pair: (pair[0].execution.charged_in, pair[0].execution.day, pair[0].execution.key),
        )
    except MissingCommission as missing:
        raise Unknown(_NO_RATE, currency=missing.currency, day=missing.day) from None
    amount, told = ZERO, []
    for (currency, day), group in groupby(fees, key=lambda one: (one[0].execution.charged_in, one[0].execution.day)):
        together = list(group)
        exact, charged = day_total((fee for fee, _rate in together), currency)
        rate = together[0][1]
        if charged and rate is None:
            raise Unknown(_NO_RATE, currency=currency, day=day)
        amount = CONTEXT.add(amount, round_money(CONTEXT.multiply(charged, rate or ZERO), values.currency))
        if len(told) < TOLD_TRADES:
            told += trades_story([fee for fee, _rate in together][:TOLD_TRADES], exact, charged, currency)
    count = sum(fee.outcome == "passed" for fee, _rate in fees)
    msgid = gettext_noop("%(count)s trades come to %(amount)s")
    return Worked(figures.method, amount, Sentence(msgid, {"count": count, "amount": amount}), tuple(told))


def _on_funds(figures: Figures, values: Values) -> Worked:
    terms = figures.terms(starts=max(values.span.starts, values.begins))
    amount, told, count = ZERO, [], 0
    for period in periods_of(figures.method, values):
        if period.ends > values.span.ends:
            continue  # it has not ended yet
        stretches = stretches_of([terms], period=period, opened_on=values.begins, closed_on=None, days=values.days)
        try:
            parts = investments.measure(stretches, values.valuations, until=period.ends, days=values.days)
        except investments.MissingValuation as missing:
            msgid = gettext_noop("What %(fund)s was worth on %(day)s is not known.")
            raise Unknown(msgid, fund=missing.fund, day=missing.day) from None
        exact, charged = investments.fee(parts, values.currency)
        amount, count = CONTEXT.add(amount, charged), count + 1
        told = investments.story(parts, exact, charged, values.currency)
    msgid = gettext_noop("Hedge funds: %(count)s periods come to %(amount)s")
    return Worked(figures.method, amount, Sentence(msgid, {"count": count, "amount": amount}), tuple(told))


_NO_RATE = gettext_noop("No exchange rate of %(currency)s is known for %(day)s.")
_DAYS_MISSING = gettext_noop("Values of some days of the last closed period are missing, so it cannot be worked out.")
