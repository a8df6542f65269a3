r"""What a period earned for one account, from its daily values, and the text that its fee on profit is proved with.

The text has one line for each fact, joined by one line feed:

    part 7 0.200000 2025-06-30 100000.0000 2025-09-30 121000.0000 20000.0000 5000.0000
    mark 4 prorate                      look-back (or ever), prorate or whole; absent without a high-water mark
    carried 8099 500.00000000           a loss of an earlier period, oldest first
    withdrawn 0.0476190476              the part of the equity that was taken out, where losses are prorated
    hurdle percent 0.020000 100000.00000000 2000.00000000       kind, figure (or -), base, amount
    price 2025-06-30 6204.9500000000 2025-09-30 6688.4600000000 SPX
    rate EUR 2025-09-30 1.1700000000    where a threshold is an amount in another currency
    result 6000.00000000 500.00000000 5500.00000000 3500.00000000       profit, recovered, chargeable, surplus
    left 8102 12.00000000               a loss that is carried on

A part says: component, share, the day before it and its value, its last day and its value, deposits, withdrawals.
It is sealed as it stands, so its form never changes.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

from fees.engine import quotes
from fees.engine.arithmetic import CONTEXT, ZERO, as_amount, as_base, as_rate
from fees.engine.high_water import Loss, Mark, Withdrawal, ordinal, withdrawn_fraction
from fees.engine.hurdle import Flow, ThresholdKind, weighted_base
from fees.engine.profit import Piece, ProfitFee, profit_fee, profit_of, shield_of
from fees.engine.quotes import PRICE_STEP, Hurdle, Prices, Quote, Rate
from fees.engine.registry import EVERY
from fees.engine.types import Terms
from portal.lib.business_days import Calendar
from portal.lib.periods import Period
from portal.lib.words import Sentence, gettext_noop

ONE_DAY = timedelta(days=1)
FRACTION_STEP = Decimal("0.0000000001")


class DayValue(NamedTuple):
    """An account's value at the close of a day, and what came in from outside on it (went out, below zero)."""

    day: date
    nlv: Decimal
    flow: Decimal


class Stretch(NamedTuple):
    """Business days `first` to `last` of a period on which one version applied; `before` is the one before them.
    `starts` and `ends` (not included) are its calendar days."""

    terms: Terms
    before: date
    first: date
    last: date
    starts: date
    ends: date


class Part(NamedTuple):
    """What one stretch earned, and of what."""

    component: int
    share: Decimal
    begin_day: date
    begin: Decimal
    end_day: date
    end: Decimal
    deposits: Decimal
    withdrawals: Decimal

    @property
    def profit(self) -> Decimal:
        """What it earned, in money; below zero a loss."""
        return profit_of(begin=self.begin, end=self.end, deposits=self.deposits, withdrawals=self.withdrawals)


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """Everything that a period's fee on profit is made of."""

    method: int
    period: Period
    currency: str
    parts: tuple[Part, ...]
    mark: Mark | None = None
    carried: tuple[Loss, ...] = ()
    withdrawn: Decimal = ZERO
    hurdle: Hurdle | None = None

    @property
    def number(self) -> int:
        """The number of the period among those of its length."""
        return ordinal(EVERY[self.method].frequency, self.period.starts)

    def fee(self) -> ProfitFee:
        """The period's fee: exact with 8 decimals, its amount rounded once to the currency's unit."""
        return profit_fee(
            pieces=[Piece(share=one.share, profit=one.profit) for one in self.parts],
            period=self.number,
            currency=self.currency,
            mark=self.mark,
            carried=self.carried,
            withdrawn=self.withdrawn,
            hurdle=self.hurdle.amount if self.hurdle else None,
        )


class MissingValues(LookupError):
    """Business days of the period whose values are not known."""

    def __init__(self, days: Sequence[date]) -> None:
        super().__init__("no value for " + ", ".join(day.isoformat() for day in days))
        self.days = tuple(days)


class MissingBegin(LookupError):
    """The value that the period began with is not known."""

    def __init__(self, day: date) -> None:
        super().__init__(f"no value for {day.isoformat()}, with which the period began")
        self.day = day


def stretches_of(
    terms: Iterable[Terms], *, period: Period, opened_on: date, closed_on: date | None, days: Calendar
) -> list[Stretch]:
    """The stretches of a period on which the account was open and each version applied, in their order."""
    found = []
    for one in terms:
        starts = max(one.starts, period.starts, opened_on)
        ends = min(end for end in (one.ends, period.ends, closed_on) if end is not None)
        if starts < ends and days.count(starts, ends):
            first, last = days.on_or_after(starts), days.previous(ends)
            found.append(Stretch(one, days.previous(first), first, last, starts, ends))
    return sorted(found, key=lambda one: one.first)


def began_with(*, before: date, begins: date, known: Decimal | None, first: DayValue | None) -> Decimal:
    """The value of the day before a stretch.

    Nothing where the account began after that day, if its first value is told to have come in from outside; an account
    that came with a value from nowhere has an unknown past, and that is no profit.
    """
    if known is not None:
        return known
    if before < begins and first is not None and (first.flow != 0 or first.nlv == 0):
        return ZERO
    raise MissingBegin(before)


def measure(
    stretches: Sequence[Stretch],
    values: Iterable[DayValue],
    *,
    period: Period,
    begins: date,
    currency: str,
    carried: Iterable[Loss],
    prices: Prices,
    days: Calendar,
) -> Measured:
    """A period measured day by day.  Raises MissingValues, MissingBegin or quotes.MissingPrice: the account is held."""
    known = {one.day: one for one in values}
    missing = [day for one in stretches for day in days.between(one.first, one.last + ONE_DAY) if day not in known]
    if missing:
        raise MissingValues(missing)
    parts, flows, withdrawals = [], [], []
    window = window_of(stretches)
    for one in stretches:
        before = known.get(one.before)
        begin = began_with(
            before=one.before, begins=begins, known=before.nlv if before else None, first=known[one.first]
        )
        inside = [known[day] for day in days.between(one.first, one.last + ONE_DAY)]
        equity = begin
        for value in inside:
            flows.append(Flow(value.flow, (window.last_day - value.day).days))
            if value.flow < 0:
                withdrawals.append(Withdrawal(-value.flow, equity))
            equity = value.nlv
        parts.append(
            Part(
                component=one.terms.component,
                share=one.terms.rate or ZERO,
                begin_day=one.before,
                begin=begin,
                end_day=one.last,
                end=known[one.last].nlv,
                deposits=sum((value.flow for value in inside if value.flow > 0), ZERO),
                withdrawals=-sum((value.flow for value in inside if value.flow < 0), ZERO),
            )
        )
    base = weighted_base(parts[0].begin, flows, (window.ends - window.starts).days)
    return together(
        stretches, parts, period=period, currency=currency, carried=carried, withdrawals=withdrawals, base=base,
        prices=prices,
    )  # fmt: skip


def together(
    stretches: Sequence[Stretch],
    parts: Sequence[Part],
    *,
    period: Period,
    currency: str,
    carried: Iterable[Loss],
    withdrawals: Iterable[Withdrawal],
    base: Decimal,
    prices: Prices,
) -> Measured:
    """Parts whose sums are known, with what the version in force at the end says about losses and a threshold."""
    terms = stretches[-1].terms
    shield = shield_of(terms)
    prorates = shield.mark is not None and shield.mark.prorate
    return Measured(
        method=terms.method,
        period=period,
        currency=currency,
        parts=tuple(parts),
        mark=shield.mark,
        carried=tuple(sorted(carried)) if shield.mark else (),
        withdrawn=withdrawn_fraction(withdrawals).quantize(FRACTION_STEP) if prorates else ZERO,
        hurdle=quotes.measured(
            shield.threshold,
            base=base,
            before=parts[0].begin_day,
            last=parts[-1].end_day,
            currency=currency,
            prices=prices,
        )
        if shield.threshold
        else None,
    )


def window_of(stretches: Sequence[Stretch]) -> Period:
    """The calendar days from the first stretch's first to the last one's last."""
    return Period(stretches[0].starts, stretches[-1].ends)


def losses_carried_in(terms: Terms, *, before: Terms | None, left: Iterable[Loss]) -> tuple[Loss, ...]:
    """The losses a period begins with: what the period before left, more or less by what was agreed differently since.

    `before` is the version that closed the period before. Its own earlier losses are in what it left, so each period's
    loss moves by the difference of the two versions, and to nothing at the least; what does not move stays as it is
    told, in two lines where it has two.
    """
    if before is None or not shield_of(before).mark:
        return tuple(sorted(shield_of(terms).initial))
    agreed, former = _by_period(shield_of(terms).initial), _by_period(shield_of(before).initial)
    carried = list(left)
    for number in agreed | former:
        change = CONTEXT.subtract(agreed.get(number, ZERO), former.get(number, ZERO))
        if change:
            moved = CONTEXT.add(_by_period(carried).get(number, ZERO), change)
            carried = [loss for loss in carried if loss.period != number]
            carried += [Loss(number, moved)] if moved > 0 else []
    return tuple(sorted(carried))


def losses_once_carried_in(terms: Terms, *, before: Terms | None, left: Iterable[Loss]) -> tuple[Loss, ...]:
    """The same as it was read once: earlier losses that the version before did not state in just that amount were added
    to what was left.  Fees that were charged so stand, and are proved so."""
    agreed = list(shield_of(terms).initial)
    if before is None or not shield_of(before).mark:
        return tuple(sorted(agreed))
    for loss in shield_of(before).initial:
        if loss in agreed:
            agreed.remove(loss)
    return tuple(sorted([*left, *agreed]))


def _by_period(losses: Iterable[Loss]) -> dict[int, Decimal]:
    found: dict[int, Decimal] = {}
    for number, amount in losses:
        found[number] = CONTEXT.add(found.get(number, ZERO), amount)
    return found


def story(measured: Measured, fee: ProfitFee) -> list[Sentence]:
    """The period in sentences: what each part earned and how, then what became of it."""
    told = []
    for one in measured.parts:
        msgid = gettext_noop(
            "From %(begin)s at the close of %(begin_day)s to %(end)s at the close of %(end_day)s, less deposits of "
            "%(deposits)s, plus withdrawals of %(withdrawals)s: %(profit)s."
        )
        told.append(Sentence(msgid, {**one._asdict(), "profit": one.profit}))
    if measured.carried:
        msgid = gettext_noop("Losses of %(carried)s were carried into the period.")
        told.append(Sentence(msgid, {"carried": sum((one.amount for one in measured.carried), ZERO)}))
    if measured.hurdle and measured.hurdle.quote:
        quote = measured.hurdle.quote
        msgid = gettext_noop("%(symbol)s went from %(begin)s on %(begin_day)s to %(end)s on %(end_day)s.")
        told.append(Sentence(msgid, quote._asdict()))
    if measured.hurdle and measured.hurdle.rate:
        msgid = gettext_noop("The threshold of %(figure)s %(currency)s is %(amount)s at %(rate)s, the rate of %(day)s.")
        turned = {"figure": measured.hurdle.figure, "amount": measured.hurdle.amount}
        told.append(Sentence(msgid, {**measured.hurdle.rate._asdict(), **turned}))
    if measured.hurdle and measured.hurdle.kind != ThresholdKind.AMOUNT:
        msgid = gettext_noop("On an equity of %(base)s, flows counted by their days, the threshold is %(amount)s.")
        told.append(Sentence(msgid, {"base": measured.hurdle.base, "amount": measured.hurdle.amount}))
    return [*told, *fee.story]


def text(measured: Measured, fee: ProfitFee) -> str:
    """The lines that the fee's fingerprint is taken of."""
    lines = [
        _line("part", one.component, as_rate(one.share), one.begin_day, as_base(one.begin), one.end_day,
              as_base(one.end), as_base(one.deposits), as_base(one.withdrawals))
        for one in measured.parts
    ]  # fmt: skip
    if measured.mark:
        look_back = "ever" if measured.mark.look_back is None else measured.mark.look_back
        lines.append(_line("mark", look_back, "prorate" if measured.mark.prorate else "whole"))
    lines += [_line("carried", loss.period, as_amount(loss.amount)) for loss in measured.carried]
    if measured.withdrawn:
        lines.append(_line("withdrawn", measured.withdrawn.quantize(FRACTION_STEP)))
    if measured.hurdle:
        kind, figure, base, amount, quote, rate = measured.hurdle
        lines.append(_line("hurdle", kind, "-" if figure is None else as_rate(figure), base, amount))
        if quote:
            lines.append(_line("price", quote.begin_day, quote.begin.quantize(PRICE_STEP), quote.end_day,
                               quote.end.quantize(PRICE_STEP), quote.symbol))  # fmt: skip
        if rate:
            lines.append(_line("rate", rate.currency, rate.day, rate.rate.quantize(PRICE_STEP)))
    lines.append(result_line(fee.profit, fee.recovered, fee.chargeable, fee.surplus))
    return "\n".join([*lines, *(left_line(loss) for loss in fee.carried)])


def result_line(*figures: Decimal) -> str:
    """What the period came to: profit, recovered, chargeable, surplus."""
    return _line("result", *(as_amount(one) for one in figures))


def left_line(loss: Loss) -> str:
    """A loss that is carried on."""
    return _line("left", loss.period, as_amount(loss.amount))


def parse(inputs: str, *, method: int, period: Period, currency: str) -> Measured:
    """What a stored text says; ValueError, LookupError or ArithmeticError where it is not one of ours."""
    known: dict[str, list[list[str]]] = {}
    for line in inputs.splitlines():
        word, _, rest = line.partition(" ")
        known.setdefault(word, []).append(rest.split(" "))
    parts = tuple(
        Part(int(component), Decimal(share), date.fromisoformat(before), Decimal(begin), date.fromisoformat(last),
             Decimal(end), Decimal(deposits), Decimal(withdrawals))
        for component, share, before, begin, last, end, deposits, withdrawals in known["part"]
    )  # fmt: skip
    mark = None
    for look_back, prorate in known.get("mark", ()):
        mark = Mark(look_back=None if look_back == "ever" else int(look_back), prorate=prorate == "prorate")
    return Measured(
        method=method,
        period=period,
        currency=currency,
        parts=parts,
        mark=mark,
        carried=tuple(Loss(int(number), Decimal(amount)) for number, amount in known.get("carried", ())),
        withdrawn=Decimal(known["withdrawn"][0][0]) if "withdrawn" in known else ZERO,
        hurdle=_parsed_hurdle(known),
    )


def _parsed_hurdle(known: dict[str, list[list[str]]]) -> Hurdle | None:
    if "hurdle" not in known:
        return None
    kind, figure, base, amount = known["hurdle"][0]
    quote = None
    for begin_day, begin, end_day, end, *symbol in known.get("price", ()):
        quote = Quote(date.fromisoformat(begin_day), Decimal(begin), date.fromisoformat(end_day), Decimal(end),
                      " ".join(symbol))  # fmt: skip
    rate = None
    for currency, day, number in known.get("rate", ()):
        rate = Rate(currency, date.fromisoformat(day), Decimal(number))
    stated = None if figure == "-" else Decimal(figure)
    return Hurdle(ThresholdKind(kind), stated, Decimal(base), Decimal(amount), quote, rate)


def _line(*fields: object) -> str:
    return " ".join(format(one, "f") if isinstance(one, Decimal) else str(one) for one in fields)
