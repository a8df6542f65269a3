"""Cases of fees on trades: mark-ups per trade unit and the broker's allocation minimums."""

from decimal import Decimal

from fees.engine.allocation_minimum import Plan, commission, minimum
from fees.engine.arithmetic import ZERO
from fees.engine.cases.form import Form, shown, told
from fees.engine.trade_unit import Markup, Price, Trade, TradeSchedule, charged_currency, choose, trade_fee, validate
from portal.lib.words import Sentence, english

TRADE_FORM = """\
method     PERTRADE
schedules  [{"asset_class": "STK", "currency": "USD", "kind": "absolute_markup", "figure": "0.01"}], each with
             kind      absolute_markup (a unit), percent_markup (fraction of the commission: "1" doubles it),
                       absolute_amount (all-in), ticket (a trade)
             figure    the amount or fraction; for absolute_amount instead
             prices    [{"up_to": "1000", "price": "0.01"}, {"price": "0.005"}]
             exchange, product, minimum, maximum, maximum_of_value (true: a fraction of the trade's value)
trades     [{"asset_class": "STK", "currency": "USD", "quantity": "500", "value": "5000", "commission": "2.50"}],
             also exchange, product, symbol (EUR.USD is charged in USD), is_liquidation, closed_by_broker"""

MINIMUM_FORM = """\
method       ALLOCATION_MINIMUM
plan         tiered or fixed
rate         commission a share (optional)
allocations  [{"quantity": "50", "price": "10.00"}]"""


def work_out(form: Form) -> dict[str, object]:
    """One line a trade, each under the most specific schedule that fits it."""
    form.text("method")
    schedules = [_schedule(one) for one in form.rows("schedules")]
    trades = [_trade(one) for one in form.rows("trades")]
    form.done()
    lines: list[dict[str, object]] = []
    for trade in trades:
        fee = trade_fee(choose(schedules, trade), trade)
        lines.append(
            {
                "commission": shown(trade.commission),
                "advisor": shown(fee.amount),
                "client": shown(fee.client),
                "currency": fee.currency,
                "exact": shown(fee.exact),
                "amount": shown(fee.amount),
                "derivation": told(fee.story),
            }
        )
    return {"lines": lines, "amount": shown(sum((Decimal(str(line["amount"])) for line in lines), start=ZERO))}


def work_out_minimum(form: Form) -> dict[str, object]:
    """One line an allocation."""
    form.text("method")
    plan, rate = form.choice("plan", Plan), form.decimal("rate", ZERO)
    lines, story = [], []
    for one in form.rows("allocations"):
        quantity, price = one.decimal("quantity"), one.decimal("price")
        one.done()
        least = minimum(plan, quantity=quantity, price=price)
        paid = commission(plan, rate=rate, quantity=quantity, price=price)
        lines.append({"minimum": shown(least), "commission": shown(paid), "amount": shown(paid)})
        msgid = "%(quantity)s at %(price)s: at least 0.05 %% of it or the ceiling, %(least)s; paid %(paid)s."
        story.append(Sentence(msgid, {"quantity": quantity, "price": price, "least": least, "paid": paid}))
    form.done()
    total = sum((Decimal(line["amount"]) for line in lines), start=ZERO)
    return {"lines": lines, "amount": shown(total), "derivation": told(story)}


def _schedule(form: Form) -> TradeSchedule:
    found = TradeSchedule(
        asset_class=form.text("asset_class"),
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


def _price(form: Form) -> Price:
    found = Price(form.optional_decimal("up_to"), form.decimal("price"))
    form.done()
    return found


def _trade(form: Form) -> Trade:
    asset_class = form.text("asset_class")
    found = Trade(
        asset_class=asset_class,
        currency=charged_currency(asset_class, form.text("symbol", ""), form.currency()),
        quantity=form.decimal("quantity"),
        value=form.decimal("value", ZERO),
        commission=form.decimal("commission", ZERO),
        exchange=form.text("exchange", ""),
        product=form.text("product", ""),
        is_liquidation=form.flag("is_liquidation"),
        closed_by_broker=form.flag("closed_by_broker"),
    )
    form.done()
    return found
