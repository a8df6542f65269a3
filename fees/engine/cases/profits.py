"""Cases of fees on profit: percent of P&L with thresholds and high-water marks, and hedge-fund fees."""

from datetime import date
from decimal import Decimal

from fees.engine.arithmetic import ZERO
from fees.engine.cases.assets import calendar_of
from fees.engine.cases.form import Form, frequency_of, named_period, shown, told
from fees.engine.hedge_fund import Holding, fund_fee
from fees.engine.hedge_fund import validate as validate_fund
from fees.engine.high_water import Loss, Mark, Withdrawal, ordinal, withdrawn_fraction
from fees.engine.high_water import validate as validate_mark
from fees.engine.hurdle import Flow, Threshold, ThresholdKind, benchmark_return, hurdle_amount, weighted_base
from fees.engine.hurdle import validate as validate_threshold
from fees.engine.profit import MAX_SHARE, Piece, ProfitFee, profit_fee, profit_of, validate
from fees.engine.types import Problem
from portal.lib.words import english

PROFIT_FORM = """\
method     PERCENTOFPROFIT (annual) or PERCENTOFPROFIT_QUARTER
rate       the percentage as a fraction: "0.20" is 20 %, at most "0.30" (or "most")
look_back  periods that a loss is carried; 0 or absent: no high-water mark; null: for ever
prorate    true: withdrawals shrink carried losses
losses     earlier losses: [{"period": "2024Q4", "amount": "5000"}]
threshold  {"kind": "percent", "figure": "0.05"}, {"kind": "amount", "figure": "2000"} or {"kind": "benchmark"}
periods    in order, each with "period" ("2025" or "2025Q3"; or "number": 1) and either
             profit                                      the period's profit or loss
             begin, end, deposits, withdrawals           equity and sums of flows
             begin, end, flows: [{"day": .., "amount": ..}]   dated flows, out of the account below zero
             pieces: [{"rate": "0.10", "profit": "30000"}]    where the percentage changed
           and, where they matter,
             base                                        what a percent threshold is taken of (default: begin and flows)
             benchmark: {"begin": "400", "end": "424"}   the benchmark's prices
             withdrawals_at: [{"amount": "150", "equity_before": "1000"}]  for prorating
currency   default USD"""

FUND_FORM = """\
method        HEDGEFUND_MONTHLY or HEDGEFUND_QUARTERLY
rate          annual percentage of the value, as a fraction
profit_share  percentage of the profit, as a fraction, at most "0.30"
begin, end    the investment's values; contributions, redemptions: sums of the period
period        as for fees on assets; enabled_from: the day from which the fee counts; business_days
fee_days      instead of the period: the number of business days charged
currency      default USD"""


def work_out(form: Form) -> dict[str, object]:
    """One line a period, each with the losses that it carries on."""
    method, currency = form.text("method"), form.currency()
    rate = form.optional_decimal("rate")
    _refuse(form, [] if rate is None else validate(rate, most=form.decimal("most", MAX_SHARE)))
    mark = _mark(form)
    carried = tuple(Loss(_number(one, method), one.decimal("amount")) for one in _finished(form, "losses"))
    _refuse(form, validate_mark(mark, carried) if mark else [])
    threshold = _threshold(form)
    lines: list[dict[str, object]] = []
    for one in form.rows("periods"):
        number = _number(one, method)
        fee = profit_fee(
            pieces=_pieces(one, rate),
            period=number,
            currency=currency,
            mark=mark,
            carried=carried,
            withdrawn=_withdrawn(one),
            hurdle=_hurdle(one, threshold),
        )
        one.done()
        carried = fee.carried
        lines.append(_printed(one, number, fee))
    form.done()
    return {
        "lines": lines,
        "amount": lines[-1]["amount"] if len(lines) == 1 else None,
        "total": shown(sum((Decimal(str(line["amount"])) for line in lines), start=ZERO)),
        "currency": currency,
        "carried": [{"period": loss.period, "amount": shown(loss.amount)} for loss in carried],
    }


def work_out_fund(form: Form) -> dict[str, object]:
    """The fee of one period on one fund."""
    form.text("method")
    rate, profit_share, currency = form.optional_decimal("rate"), form.optional_decimal("profit_share"), form.currency()
    _refuse(form, validate_fund(rate, profit_share))
    holding = Holding(
        begin=form.decimal("begin", ZERO),
        end=form.decimal("end"),
        contributions=form.decimal("contributions", ZERO),
        redemptions=form.decimal("redemptions", ZERO),
    )
    fee_days = form.integer("fee_days") if form.has("fee_days") else _fee_days(form)
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


def _mark(form: Form) -> Mark | None:
    forever = form.is_null("look_back")
    look_back = None if forever else form.integer("look_back", 0)
    prorate = form.flag("prorate")
    return Mark(look_back=look_back, prorate=prorate) if forever or look_back else None


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


def _number(form: Form, method: str) -> int:
    if form.has("number"):
        return form.integer("number")
    text = form.text("period")
    if frequency_of(text) != ("quarterly" if method.endswith("_QUARTER") else "annual"):
        raise form.refuse(f"{text} is not a period of {method}")
    return ordinal(frequency_of(text), named_period(text).starts)


def _pieces(form: Form, rate: Decimal | None) -> list[Piece]:
    pieces = []
    for one in form.rows("pieces"):
        _refuse(one, validate(one.decimal("rate"), most=Decimal(1)))
        pieces.append(Piece(share=one.decimal("rate"), profit=one.decimal("profit")))
        one.done()
    if pieces:
        return pieces
    if rate is None:
        raise form.refuse("rate is missing")
    if form.has("profit"):
        return [Piece(share=rate, profit=form.decimal("profit"))]
    flows = _flows(form)
    deposits = form.decimal("deposits", ZERO) + sum((amount for _day, amount in flows if amount > 0), start=ZERO)
    withdrawals = form.decimal("withdrawals", ZERO) - sum((amount for _day, amount in flows if amount < 0), start=ZERO)
    begin, end = form.decimal("begin"), form.decimal("end")
    return [Piece(share=rate, profit=profit_of(begin=begin, end=end, deposits=deposits, withdrawals=withdrawals))]


def _flows(form: Form) -> list[tuple[date, Decimal]]:
    found = []
    for one in form.rows("flows"):
        found.append((one.day("day"), one.decimal("amount")))
        one.done()
    return found


def _withdrawn(form: Form) -> Decimal:
    withdrawals = []
    for one in form.rows("withdrawals_at"):
        withdrawals.append(Withdrawal(one.decimal("amount"), one.decimal("equity_before")))
        one.done()
    return withdrawn_fraction(withdrawals)


def _hurdle(form: Form, threshold: Threshold | None) -> Decimal | None:
    base = form.optional_decimal("base")
    returned = None
    if form.has("benchmark"):
        prices = form.part("benchmark")
        returned = benchmark_return(prices.decimal("begin"), prices.decimal("end"))
        prices.done()
    if threshold is None:
        return None
    if threshold.kind == ThresholdKind.BENCHMARK and returned is None:
        raise form.refuse("benchmark is missing")
    if base is None:
        base = ZERO if threshold.kind == ThresholdKind.AMOUNT else _weighted(form)
    return hurdle_amount(threshold, base=base, returned=returned)


def _weighted(form: Form) -> Decimal:
    begin, flows = form.decimal("begin"), _flows(form)
    if not flows:
        return begin
    period = named_period(form.text("period"))
    days = (period.ends - period.starts).days
    dated = [Flow(amount, (period.last_day - day).days) for day, amount in flows]
    return weighted_base(begin, dated, days)


def _fee_days(form: Form) -> int:
    period = form.period("period")
    starts = max(form.day("enabled_from", period.starts), period.starts)
    return calendar_of(form, period).count(starts, period.ends)


def _finished(form: Form, name: str) -> list[Form]:
    rows = form.rows(name)
    for one in rows:
        one.is_null("amount"), one.is_null("period"), one.is_null("number")
        one.done()
    return rows


def _printed(form: Form, number: int, fee: ProfitFee) -> dict[str, object]:
    return {
        "period": form.text("period", str(number)),
        "profit": shown(fee.profit),
        "recovered": shown(fee.recovered),
        "chargeable": shown(fee.chargeable),
        "hurdle": shown(fee.hurdle),
        "surplus": shown(fee.surplus),
        "exact": shown(fee.exact),
        "amount": shown(fee.amount),
        "carried": [{"period": loss.period, "amount": shown(loss.amount)} for loss in fee.carried],
        "derivation": told(fee.story),
    }


def _refuse(form: Form, problems: list[Problem]) -> None:
    if problems:
        raise form.refuse("; ".join(f"{field}: {english(sentence)}" for field, _key, sentence in problems))
