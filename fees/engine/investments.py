r"""What investments in hedge funds cost for one period, from their valuations, and the text it is proved with.

One line for each fund and stretch of agreed days:

    fund 7 0.020000 0.200000 63 2025-09-30 112000.0000 2025-06-30 100000.0000 2025-09-30 112000.0000 2000.0000 0.0000 A

Component, annual rate of the value (or -), share of the profit (or -), business days charged, the day and value that
the rate is charged on; for a share of the profit the day and value before the stretch, the day and value at its end,
what was put in and taken out between them (all - without one); the fund.  It is sealed as it stands, so its form never
changes.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import reduce
from typing import NamedTuple

from fees.engine.arithmetic import CONTEXT, ZERO, as_amount, as_base, as_rate
from fees.engine.hedge_fund import FundRate, HedgeFundFee, Holding, fund_fee, rates_of
from fees.engine.profit import profit_of
from fees.engine.results import Stretch
from portal.lib.business_days import Calendar
from portal.lib.money import round_money
from portal.lib.words import Sentence, gettext_noop

ONE_DAY = timedelta(days=1)
WORD, NOTHING = "fund", "-"
FIELDS = 13


class Valuation(NamedTuple):
    """What one investment was worth on a day, and what was put in and taken out on it; None where that is not known."""

    fund: str
    day: date
    value: Decimal | None
    put_in: Decimal | None = ZERO
    taken_out: Decimal | None = ZERO


class Worth(NamedTuple):
    """A value, and the day that it is of."""

    day: date
    value: Decimal


class Gain(NamedTuple):
    """What a share of the profit is charged on."""

    begin: Worth
    end: Worth
    put_in: Decimal
    taken_out: Decimal

    @property
    def profit(self) -> Decimal:
        """What the investment earned, in money; below zero a loss."""
        return profit_of(begin=self.begin.value, end=self.end.value, deposits=self.put_in, withdrawals=self.taken_out)


class Investment(NamedTuple):
    """One fund over one stretch of agreed days; `closing` is what its rate is charged on, `gain` what its share is."""

    component: int
    fund: str
    rate: Decimal | None
    profit_share: Decimal | None
    days: int
    closing: Worth | None
    gain: Gain | None


class MissingValuation(LookupError):
    """What an investment was worth on a day is not known."""

    def __init__(self, fund: str, day: date) -> None:
        super().__init__(f"no valuation of {fund} for {day.isoformat()}")
        self.fund = fund
        self.day = day


class Window(NamedTuple):
    """The days of which any valuation serves: from a last business day to the last day of the calendar before the next
    stretch; funds are valued at the end of a month, whatever day of the week that is."""

    fund: str
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class _Piece:
    rate: FundRate
    component: int
    stretches: tuple[Stretch, ...]

    @property
    def first(self) -> Stretch:
        """Its first stretch."""
        return self.stretches[0]

    @property
    def last(self) -> Stretch:
        """Its last stretch."""
        return self.stretches[-1]

    @property
    def begins(self) -> Window:
        """Where a value of before it is looked for."""
        return Window(self.rate.fund, self.first.before, self.first.starts - ONE_DAY)

    @property
    def ends(self) -> Window:
        """Where a value of its end is looked for."""
        return Window(self.rate.fund, self.last.last, self.last.ends - ONE_DAY)


def windows(stretches: Sequence[Stretch], *, until: date, days: Calendar) -> list[Window]:
    """Every window whose valuation the fee asks for; `until` ends the period, or the account in it (not included)."""
    found: list[Window] = []
    for piece in _pieces(stretches):
        if piece.rate.rate is not None:
            found.append(_closing(piece.rate.fund, until, days))
        if piece.rate.profit_share is not None:
            found += [piece.begins, piece.ends]
    return list(dict.fromkeys(found))


def measure(
    stretches: Sequence[Stretch], valuations: Iterable[Valuation], *, until: date, days: Calendar
) -> list[Investment]:
    """The period's investments from the valuations of one account, sorted by fund; `until` as in `windows`.

    A value rate is charged on what the fund is worth when the period ends, for the business days agreed; a share of the
    profit on what it earned over them.  Raises MissingValuation: an unknown value is never taken for nothing.
    """
    known: dict[str, list[Valuation]] = {}
    for one in sorted(valuations, key=lambda one: one.day):
        known.setdefault(one.fund, []).append(one)
    found = []
    for piece in _pieces(stretches):
        rows = known.get(piece.rate.fund, [])
        closing = gain = None
        if piece.rate.rate is not None:
            closing = _worth(rows, _closing(piece.rate.fund, until, days))
        if piece.rate.profit_share is not None:
            gain = _gain(rows, piece)
        found.append(Investment(piece.component, *piece.rate, _count(piece, days), closing, gain))
    return found


def agreed(stretches: Sequence[Stretch], days: Calendar) -> list[Investment]:
    """The period's investments as they were agreed, without what they were worth, sorted by fund."""
    return [Investment(one.component, *one.rate, _count(one, days), None, None) for one in _pieces(stretches)]


def fee(investments: Iterable[Investment], currency: str) -> tuple[Decimal, Decimal]:
    """Exact with 8 decimals and rounded once, half up: what the investments cost together, never below zero."""
    costs = (part.exact for one in investments for part in _fees(one, currency) if part)
    exact = as_amount(reduce(CONTEXT.add, costs, ZERO))
    return exact, round_money(exact, currency)


def text(investments: Iterable[Investment]) -> str:
    """The lines that the charge's fingerprint is taken of."""
    return "\n".join(_line(one) for one in investments)


def parse(inputs: str) -> list[Investment]:
    """What a stored text says; ValueError or ArithmeticError where it is not one of ours."""
    # At our own line ends only: a name may hold another's.
    return [_parsed(line) for line in inputs.split("\n")] if inputs else []


def story(investments: Sequence[Investment], exact: Decimal, amount: Decimal, currency: str) -> list[Sentence]:
    """Every investment in sentences, then the sum."""
    told: list[Sentence] = []
    for one in investments:
        if one.closing:
            msgid = gettext_noop("%(fund)s was worth %(value)s on %(day)s.")
            told.append(Sentence(msgid, {"fund": one.fund, "value": one.closing.value, "day": one.closing.day}))
        on_value, on_profit = _fees(one, currency)
        told += on_value.story[:-1] if on_value else ()
        if one.gain:
            msgid = gettext_noop(
                "%(fund)s went from %(begin)s on %(since)s to %(end)s on %(day)s; %(put_in)s was put in and"
                " %(taken_out)s taken out between."
            )
            params = {"fund": one.fund, "begin": one.gain.begin.value, "since": one.gain.begin.day}
            params |= {"end": one.gain.end.value, "day": one.gain.end.day}
            params |= {"put_in": one.gain.put_in, "taken_out": one.gain.taken_out}
            told.append(Sentence(msgid, params))
        told += on_profit.story[:-1] if on_profit else ()
    msgid = gettext_noop("Together %(exact)s; rounded once, half up, the fee is %(amount)s %(currency)s.")
    return [*told, Sentence(msgid, {"exact": exact, "amount": amount, "currency": currency})]


def _pieces(stretches: Sequence[Stretch]) -> list[_Piece]:
    """Each fund's agreed days; a version that follows another without a gap under the same figures goes on."""
    found: dict[str, list[_Piece]] = {}
    for stretch in stretches:
        for rate in rates_of(stretch.terms):
            pieces = found.setdefault(rate.fund, [])
            if pieces and pieces[-1].rate == rate and pieces[-1].last.last == stretch.before:
                former = pieces.pop()
                pieces.append(_Piece(rate, stretch.terms.component, (*former.stretches, stretch)))
            else:
                pieces.append(_Piece(rate, stretch.terms.component, (stretch,)))
    return [piece for fund in sorted(found) for piece in found[fund]]


def _count(piece: _Piece, days: Calendar) -> int:
    return sum(days.count(one.starts, one.ends) for one in piece.stretches)


def _closing(fund: str, until: date, days: Calendar) -> Window:
    return Window(fund, days.previous(until), until - ONE_DAY)


def _worth(rows: Sequence[Valuation], window: Window) -> Worth:
    """The latest value in the window; before it only a value of nothing goes on, until anything is told of the fund."""
    valued = [one for one in rows if one.value is not None and one.day <= window.last]
    if not valued:
        raise MissingValuation(window.fund, window.first)
    latest = valued[-1]
    is_old = latest.day < window.first
    if is_old and (latest.value != 0 or any(latest.day < one.day <= window.last for one in rows)):
        raise MissingValuation(window.fund, window.first)
    return Worth(max(latest.day, window.first), latest.value or ZERO)


def _gain(rows: Sequence[Valuation], piece: _Piece) -> Gain:
    end = _worth(rows, piece.ends)
    begin = _worth(rows, piece.begins)
    flows = [one for one in rows if begin.day < one.day <= end.day]
    unknown = [one for one in flows if one.put_in is None or one.taken_out is None]
    if unknown:
        raise MissingValuation(piece.rate.fund, unknown[0].day)
    return Gain(
        begin,
        end,
        sum((one.put_in or ZERO for one in flows), ZERO),
        sum((one.taken_out or ZERO for one in flows), ZERO),
    )


def _fees(one: Investment, currency: str) -> tuple[HedgeFundFee | None, HedgeFundFee | None]:
    """What the engine makes of the value, and of the profit."""
    on_value = on_profit = None
    if one.closing:
        holding = Holding(begin=ZERO, end=one.closing.value)
        on_value = fund_fee(holding, rate=one.rate, profit_share=None, fee_days=one.days, currency=currency)
    if one.gain:
        holding = Holding(
            begin=one.gain.begin.value,
            end=one.gain.end.value,
            contributions=one.gain.put_in,
            redemptions=one.gain.taken_out,
        )
        on_profit = fund_fee(holding, rate=None, profit_share=one.profit_share, fee_days=one.days, currency=currency)
    return on_value, on_profit


def _line(one: Investment) -> str:
    closing: tuple[object, ...] = (NOTHING, NOTHING)
    gain: tuple[object, ...] = (NOTHING,) * 6
    if one.closing:
        closing = (one.closing.day, as_base(one.closing.value))
    if one.gain:
        begin, end, put_in, taken_out = one.gain
        gain = (begin.day, as_base(begin.value), end.day, as_base(end.value), as_base(put_in), as_base(taken_out))
    shares = (NOTHING if share is None else as_rate(share) for share in (one.rate, one.profit_share))
    fields = (WORD, one.component, *shares, one.days, *closing, *gain, one.fund)
    return " ".join(format(field, "f") if isinstance(field, Decimal) else str(field) for field in fields)


def _parsed(line: str) -> Investment:
    word, component, rate, share, days, *rest = line.split(" ", FIELDS)
    if word != WORD:
        raise ValueError(f"{word} is not a line about a fund")
    closing_day, closing, since, begin, until, end, put_in, taken_out, fund = rest
    gain = None
    if since != NOTHING:
        gain = Gain(
            Worth(date.fromisoformat(since), Decimal(begin)),
            Worth(date.fromisoformat(until), Decimal(end)),
            Decimal(put_in),
            Decimal(taken_out),
        )
    return Investment(
        component=int(component),
        fund=fund,
        rate=None if rate == NOTHING else Decimal(rate),
        profit_share=None if share == NOTHING else Decimal(share),
        days=int(days),
        closing=None if closing_day == NOTHING else Worth(date.fromisoformat(closing_day), Decimal(closing)),
        gain=gain,
    )
