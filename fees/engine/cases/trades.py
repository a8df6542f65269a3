"""Cases of fees on trades: mark-ups per trade unit and the broker's allocation minimums."""

from datetime import date
from decimal import Decimal
from itertools import groupby

from fees.engine.allocation_minimum import Plan, commission, minimum
from fees.engine.arithmetic import CONTEXT, ZERO
from fees.engine.cases.form import BadCase, Form, shown, told, zero_or_above
from fees.engine.executions import BY_BROKER, CLOSES, LIQUIDATION, Execution, ExecutionFee, day_total, fee_of
from fees.engine.registry import TRADE_CODES
from fees.engine.trade_unit import ASSET_CLASSES, Markup, Price, TradeSchedule, validate
from fees.engine.types import Terms
from portal.lib.money import CURRENCIES, round_money
from portal.lib.words import Sentence, english

# Of trades that are given without a day: all of one.
SOME_DAY = date.min

TRADE_FORM = """\
method     PERTRADE
schedules  [{"asset_class": "STK", "currency": "USD", "kind": "absolute_markup", "figure": "0.01"}], each with
             kind      absolute_markup (a unit), percent_markup (fraction of the commission: "1" doubles it),
                       absolute_amount (all-in), ticket (a trade)
             figure    the amount or fraction; for absolute_amount instead
             prices    [{"up_to": "1000", "price": "0.01"}, {"price": "0.005"}]
             exchange, product, minimum, maximum, maximum_of_value (true: a fraction of the trade's value)
trades     [{"asset_class": "STK", "currency": "USD", "quantity": "500", "value": "5000", "commission": "2.50"}],
             also symbol (EUR.USD is charged in USD) or product, exchange, day, is_liquidation, closed_by_broker;
             a sale's quantity and a purchase's value may be below zero, as statements write them; the commission is
             what the broker took, above zero
answer     a line a trade; `charges` is what is posted: the trades of a day in one currency, rounded together;
             below zero it is given to the client; `amount` is their sum, null where there are several currencies"""

MINIMUM_FORM = """\
method       ALLOCATION_MINIMUM
plan         tiered or fixed
rate         commission a share (optional)
allocations  [{"quantity": "50", "price": "10.00"}]"""


def work_out(form: Form) -> dict[str, object]:
    """One line a trade, each under the most specific schedule that fits it, and what is posted for each day."""
    form.text("method")
    schedules = _schedules(form)
    trades = [_trade(one, place) for place, one in enumerate(form.some_rows("trades"))]
    form.done()
    terms = Terms(method=TRADE_CODES[0], starts=date.min, more=tuple(schedules))
    fees = [fee_of(terms, one) for one in trades]
    charges = [_posted(day, currency, list(same)) for (day, currency), same in groupby(sorted(fees, key=_when), _when)]
    currencies = {one["currency"] for one in charges}
    total = sum((Decimal(str(one["amount"])) for one in charges), start=ZERO)
    return {
        "lines": [_line(one) for one in fees],
        "charges": charges,
        "amount": shown(total) if len(currencies) == 1 else None,
    }


def _when(one: ExecutionFee) -> tuple[date, str]:
    return one.execution.day, one.execution.charged_in


def _line(one: ExecutionFee) -> dict[str, object]:
    amount, commission = round_money(one.exact, one.execution.charged_in), one.execution.commission or ZERO
    return {
        "commission": shown(commission),
        "advisor": shown(amount),
        "client": shown(CONTEXT.add(amount, commission)),
        "currency": one.execution.charged_in,
        "exact": shown(one.exact),
        "amount": shown(amount),
        "derivation": told(one.story),
    }


def _posted(day: date, currency: str, fees: list[ExecutionFee]) -> dict[str, object]:
    exact, amount = day_total(fees, currency)
    of_day: dict[str, object] = {} if day == SOME_DAY else {"day": day.isoformat()}
    return of_day | {"currency": currency, "exact": shown(exact), "amount": shown(amount)}


def work_out_minimum(form: Form) -> dict[str, object]:
    """One line an allocation."""
    form.text("method")
    plan, rate = form.choice("plan", Plan), form.decimal("rate", ZERO, zero_or_above)
    lines, story = [], []
    for one in form.some_rows("allocations"):
        quantity = one.decimal("quantity", check=_not_zero).copy_abs()
        price = one.decimal("price", check=zero_or_above)
        one.done()
        least = minimum(plan, quantity=quantity, price=price)
        paid = commission(plan, rate=rate, quantity=quantity, price=price)
        lines.append({"minimum": shown(least), "commission": shown(paid), "amount": shown(paid)})
        msgid = "%(quantity)s at %(price)s: at least 0.05 %% of it or the ceiling, %(least)s; paid %(paid)s."
        story.append(Sentence(msgid, {"quantity": quantity, "price": price, "least": least, "paid": paid}))
    form.done()
    total = sum((Decimal(line["amount"]) for line in lines), start=ZERO)
    return {"lines": lines, "amount": shown(total), "derivation": told(story)}


def _schedules(form: Form) -> list[TradeSchedule]:
    found: dict[tuple[str, str, str, str], TradeSchedule] = {}
    for one in form.some_rows("schedules"):
        schedule = _schedule(one)
        key = (schedule.asset_class, schedule.currency, schedule.exchange, schedule.product)
        if key in found:
            raise one.refuse("Two of the fees are for the same instruments.")
        found[key] = schedule
    return list(found.values())


def _schedule(form: Form) -> TradeSchedule:
    found = TradeSchedule(
        asset_class=_asset_class(form),
        currency=form.currency(),
        kind=form.choice("kind", Markup),
        figure=form.optional_decimal("figure"),
        prices=tuple(_price(one) for one in form.rows("prices")),
        exchange=form.text("exchange", ""),
        product=form.text("product", ""),
        minimum=form.optional_decimal("minimum"),
        maximum=form.optional_decimal("maximum"),
        maximum_of_value=form.flag("maximum_of_value"),
    )
    form.done()
    problems = validate(found)
    if problems:
        raise form.refuse("; ".join(f"{field}: {english(sentence)}" for field, _key, sentence in problems))
    return found


def _asset_class(form: Form) -> str:
    code = form.text("asset_class")
    known = [one for one, _label in ASSET_CLASSES]
    if code not in known:
        raise form.refuse(f"asset_class must be one of {', '.join(known)}")
    return code


def _price(form: Form) -> Price:
    found = Price(form.optional_decimal("up_to"), form.decimal("price"))
    form.done()
    return found


def _trade(form: Form, place: int) -> Execution:
    """A trade as the night takes it from a statement, whose signs tell purchases from sales."""
    symbol, product = form.text("symbol", ""), form.text("product", "")
    if symbol and product and symbol != product:
        raise form.refuse("symbol and product both name what was traded: give one of them")
    found = Execution(
        key=str(place),
        day=form.day("day", SOME_DAY),
        asset=_asset_class(form),
        symbol=symbol or product,
        currency=form.currency(),
        quantity=form.decimal("quantity", check=_not_zero).copy_abs(),
        value=form.decimal("value", ZERO).copy_abs(),
        commission=form.decimal("commission", ZERO, zero_or_above),
        notes=";".join(
            note
            for field, note in (("is_liquidation", LIQUIDATION), ("closed_by_broker", BY_BROKER))
            if form.flag(field)
        ),
        opens_or_closes=CLOSES,
        exchange=form.text("exchange", ""),
    )
    form.done()
    if found.charged_in not in CURRENCIES:
        raise form.refuse(
            f"symbol: the fee of a currency pair is in its second currency, one of {', '.join(CURRENCIES)}"
        )
    return found


def _not_zero(number: Decimal) -> None:
    if number == 0:
        raise BadCase("must not be zero")
