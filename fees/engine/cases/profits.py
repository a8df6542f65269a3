"""Cases of fees on profit: percent of P&L with thresholds and high-water marks, and hedge-fund fees."""

from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import NamedTuple

from fees.engine.arithmetic import ZERO
from fees.engine.cases.assets import calendar_of
from fees.engine.cases.form import (
    LONGEST_NUMBER,
    MOST_DAYS,
    Form,
    above_zero,
    named_period,
    period_name,
    shown,
    told,
    whole_periods,
    zero_or_above,
)
from fees.engine.hedge_fund import Holding, fund_fee
from fees.engine.hedge_fund import validate as validate_fund
from fees.engine.high_water import Loss, Mark, Withdrawal, name_of, number_of, withdrawn_fraction
from fees.engine.high_water import validate as validate_mark
from fees.engine.hurdle import Flow, Threshold, ThresholdKind, benchmark_return, hurdle_amount, weighted_base
from fees.engine.hurdle import validate as validate_threshold
from fees.engine.profit import Piece, ProfitFee, profit_fee, profit_of, validate
from fees.engine.registry import EVERY_BY_NAME
from fees.engine.types import Problem
from portal.lib.money import round_money
from portal.lib.periods import Frequency
from portal.lib.words import english

LAST_NUMBER = 100_000

PROFIT_FORM = """\
method     PERCENTOFPROFIT (annual) or PERCENTOFPROFIT_QUARTER
rate       the percentage as a fraction: "0.20" is 20 %, at most "0.30"
look_back  periods that a loss is carried; 0 or absent: no high-water mark; null: for ever
prorate    true: withdrawals shrink carried losses
losses     earlier losses: [{"period": "2024Q4", "amount": "5000"}], such as what an answer says under `carried`
threshold  {"kind": "percent", "figure": "0.05"}, {"kind": "amount", "figure": "2000"} or {"kind": "benchmark"}
periods    in order, each with "period" ("2025" or "2025Q3"; or "number": 1) and either
             profit                                      the period's profit or loss
             begin, end, deposits, withdrawals           equity and sums of flows
             begin, end, flows: [{"day": .., "amount": ..}]   dated flows, out of the account below zero
             pieces: [{"rate": "0.10", "profit": "30000"}]    where the percentage changed
           and, where they matter,
             base                                        what a percent threshold or a benchmark's return is taken of
                                                         (default: begin and dated flows)
             benchmark: {"begin": "400", "end": "424"}   the benchmark's prices
             withdrawals_at: [{"amount": "150", "equity_before": "1000"}]  for prorating
currency   default USD"""

FUND_FORM = """\
method        HEDGEFUND_MONTHLY or HEDGEFUND_QUARTERLY; one fund and one period
rate          annual percentage of the value, as a fraction
profit_share  percentage of the profit, as a fraction, at most "0.30"
begin, end    the investment's values; contributions, redemptions: sums of the period
period        "2025-09" or "2025Q3"; enabled_from: the day from which the fee counts; business_days
fee_days      instead of the period: the number of business days charged
currency      default USD"""


def work_out(form: Form) -> dict[str, object]:
    """One line a period, each with the losses that it carries on."""
    method, currency = EVERY_BY_NAME[form.text("method")], form.currency()
    rate = form.optional_decimal("rate")
    _refuse(form, [] if rate is None else validate(rate))
    threshold = _threshold(form)
    periods = form.some_rows("periods")
    named, numbers = _in_order(form, periods, method.frequency)
    mark, carried = _mark(form, method.frequency, first=numbers[0], named=named)
    form.done()
    lines: list[dict[str, object]] = []
    total = round_money(ZERO, currency)
    for one, number in zip(periods, numbers, strict=True):
        result = _result(one, rate)
        fee = profit_fee(
            pieces=result.pieces,
            period=number,
            currency=currency,
            mark=mark,
            carried=carried,
            withdrawn=_withdrawn(one, result, matters=mark is not None and mark.prorate and bool(carried)),
            hurdle=_hurdle(one, threshold, result),
        )
        one.done()
        carried = fee.carried
        total += fee.amount
        name = name_of(method.frequency, number) if named else str(number)
        lines.append(_printed(name, fee, _carried(carried, method.frequency, named=named)))
    return {
        "lines": lines,
        "amount": shown(total),
        "currency": currency,
        "carried": _carried(carried, method.frequency, named=named),
    }


def work_out_fund(form: Form) -> dict[str, object]:
    """The fee of one period on one fund."""
    method = form.text("method")
    rate, profit_share, currency = form.optional_decimal("rate"), form.optional_decimal("profit_share"), form.currency()
    _refuse(form, validate_fund(rate, profit_share))
    holding = Holding(
        begin=form.decimal("begin", ZERO),
        end=form.decimal("end"),
        contributions=form.decimal("contributions", ZERO, zero_or_above),
        redemptions=form.decimal("redemptions", ZERO, zero_or_above),
    )
    fee_days = _fee_days(form, EVERY_BY_NAME[method].frequency)
    form.done()
    fee = fund_fee(holding, rate=rate, profit_share=profit_share, fee_days=fee_days, currency=currency)
    return {
        "lines": [
            {"on": "value", "amount": shown(fee.on_value)},
            {"on": "profit", "amount": shown(fee.on_profit)},
        ],
        "fee_days": fee_days,
        "exact": shown(fee.exact),
        "amount": shown(fee.amount),
        "currency": currency,
        "derivation": told(fee.story),
    }


def _mark(form: Form, frequency: Frequency, *, first: int, named: bool) -> tuple[Mark | None, tuple[Loss, ...]]:
    """How losses are carried, and those that were carried so far, as terms may be agreed."""
    look_back = None if form.is_null("look_back") else form.integer("look_back", 0)
    prorate = form.flag("prorate")
    losses = form.rows("losses")
    carried = tuple(Loss(_number(one, frequency, named=named), one.decimal("amount")) for one in losses)
    for one in losses:
        one.done()
    if look_back == 0:
        if carried or prorate:
            what = "earlier losses count" if carried else "losses are carried that withdrawals could shrink"
            raise form.refuse(f"{what} only with a high-water mark: give its look-back as look_back")
        return None, ()
    mark = Mark(look_back=look_back, prorate=prorate)
    _refuse(form, validate_mark(mark, carried))
    if any(loss.period >= first for loss in carried):
        raise form.refuse("losses: an earlier loss is of a period before the first of periods")
    return mark, carried


def _threshold(form: Form) -> Threshold | None:
    if not form.has("threshold"):
        return None
    part = form.part("threshold")
    kind = part.choice("kind", ThresholdKind)
    benchmark = part.text("benchmark", "benchmark" if kind == ThresholdKind.BENCHMARK else "")
    found = Threshold(kind=kind, figure=part.optional_decimal("figure"), benchmark=benchmark)
    part.done()
    _refuse(part, validate_threshold(found))
    return found


def _in_order(form: Form, periods: list[Form], frequency: Frequency) -> tuple[bool, list[int]]:
    """Whether the periods are named (or numbered), and their numbers."""
    named = not periods[0].has("number")
    numbers = [_number(one, frequency, named=named) for one in periods]
    if any(later <= earlier for earlier, later in pairwise(numbers)):
        raise form.refuse("periods come one after another, each once")
    return named, numbers


def _number(form: Form, frequency: Frequency, *, named: bool) -> int:
    if form.has("number") == named:
        raise form.refuse("give every period and loss by name or by number, not some so and some so")
    if not named:
        return form.integer("number", least=0, most=LAST_NUMBER)
    text = form.text("period")
    number = number_of(frequency, text)
    if number is None:
        like = "2025Q3" if frequency == Frequency.QUARTERLY else "2025"
        raise form.refuse(f"{text[:LONGEST_NUMBER]} is not a period of this method, which is written like {like}")
    named_period(text)
    return number


class _Result(NamedTuple):
    """What a period earned, and what went in and out of the account in it; `dated` where the days of that are known."""

    pieces: list[Piece]
    flows: list[tuple[date, Decimal]]
    withdrawals: Decimal
    dated: bool


def _result(form: Form, rate: Decimal | None) -> _Result:
    flows = _flows(form)
    deposits = form.decimal("deposits", ZERO, zero_or_above)
    withdrawals = form.decimal("withdrawals", ZERO, zero_or_above)
    if flows and (deposits or withdrawals):
        raise form.refuse("give flows, or deposits and withdrawals, not both")
    dated = not deposits and not withdrawals
    deposits += sum((amount for _day, amount in flows if amount > 0), start=ZERO)
    withdrawals -= sum((amount for _day, amount in flows if amount < 0), start=ZERO)
    pieces = []
    for one in form.rows("pieces"):
        _refuse(one, validate(one.decimal("rate")))
        pieces.append(Piece(share=one.decimal("rate"), profit=one.decimal("profit")))
        one.done()
    if not pieces and rate is None:
        raise form.refuse("rate is missing")
    if rate is not None and not pieces:
        if form.has("profit"):
            profit = form.decimal("profit")
        else:
            begin, end = form.decimal("begin"), form.decimal("end")
            profit = profit_of(begin=begin, end=end, deposits=deposits, withdrawals=withdrawals)
        pieces = [Piece(share=rate, profit=profit)]
    return _Result(pieces, flows, withdrawals, dated)


def _flows(form: Form) -> list[tuple[date, Decimal]]:
    found = []
    for one in form.rows("flows"):
        found.append((one.day("day"), one.decimal("amount")))
        one.done()
    if found and form.has("period"):
        period = form.period("period")
        outside = [day for day, _amount in found if not period.covers(day)]
        if outside:
            raise form.refuse(f"flows: {outside[0]} is outside the period")
    return found


def _withdrawn(form: Form, result: _Result, *, matters: bool) -> Decimal:
    """The part of the equity that was taken out, where losses shrink by it."""
    withdrawals = []
    for one in form.rows("withdrawals_at"):
        withdrawals.append(Withdrawal(one.decimal("amount", check=above_zero), one.decimal("equity_before")))
        one.done()
    told_of = sum((one.amount for one in withdrawals), start=ZERO)
    if result.withdrawals and (matters or withdrawals) and told_of != result.withdrawals:
        raise form.refuse(
            f"withdrawals of {shown(result.withdrawals)} shrink the carried losses: give each of them in withdrawals_at"
            " with the equity just before it"
        )
    return withdrawn_fraction(withdrawals)


def _hurdle(form: Form, threshold: Threshold | None, result: _Result) -> Decimal | None:
    base, returned = form.optional_decimal("base"), None
    kind = None if threshold is None else threshold.kind
    if form.has("benchmark"):
        prices = form.part("benchmark")
        returned = benchmark_return(prices.decimal("begin", check=above_zero), prices.decimal("end", check=above_zero))
        prices.done()
    if (returned is not None) != (kind == ThresholdKind.BENCHMARK):
        wrong = "is missing" if returned is None else "is given, but the threshold is not a benchmark's return"
        raise form.refuse(f"benchmark {wrong}")
    if base is not None and kind in (None, ThresholdKind.AMOUNT):
        raise form.refuse("base is given, but no threshold is a percentage of it")
    if threshold is None:
        return None
    if base is None:
        base = ZERO if kind == ThresholdKind.AMOUNT else _weighted(form, result)
    return hurdle_amount(threshold, base=base, returned=returned)


def _weighted(form: Form, result: _Result) -> Decimal:
    if not result.dated:
        raise form.refuse(
            "a threshold in percent counts deposits and withdrawals by their days: give them as dated flows,"
            " or give what it is taken of as base"
        )
    begin = form.decimal("begin")
    if not result.flows:
        return begin
    period = form.period("period")
    days = (period.ends - period.starts).days
    return weighted_base(begin, [Flow(amount, (period.last_day - day).days) for day, amount in result.flows], days)


def _fee_days(form: Form, frequency: Frequency) -> int:
    if form.has("fee_days"):
        return form.integer("fee_days", most=MOST_DAYS[frequency])
    period = form.period("period")
    if len(whole_periods(form, frequency, period)) > 1:
        raise form.refuse(
            "a fund's values are of one period: give one case for each, such as "
            f"{period_name(frequency, period.starts)}"
        )
    starts = max(form.day("enabled_from", period.starts), period.starts)
    return calendar_of(form, period).count(starts, period.ends)


def _carried(losses: tuple[Loss, ...], frequency: Frequency, *, named: bool) -> list[dict[str, object]]:
    """Losses as a case gives them, so that an answer goes into the next case as it is."""
    return [
        {"period": name_of(frequency, one.period), "amount": shown(one.amount)}
        if named
        else {"number": one.period, "amount": shown(one.amount)}
        for one in losses
    ]


def _printed(name: str, fee: ProfitFee, carried: list[dict[str, object]]) -> dict[str, object]:
    return {
        "period": name,
        "profit": shown(fee.profit),
        "recovered": shown(fee.recovered),
        "chargeable": shown(fee.chargeable),
        "hurdle": shown(fee.hurdle),
        "surplus": shown(fee.surplus),
        "exact": shown(fee.exact),
        "amount": shown(fee.amount),
        "carried": carried,
        "derivation": told(fee.story),
    }


def _refuse(form: Form, problems: list[Problem]) -> None:
    if problems:
        raise form.refuse("; ".join(f"{field}: {english(sentence)}" for field, _key, sentence in problems))
