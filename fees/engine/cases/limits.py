"""Cases of limits: invoice caps, the rolling cap, who pays a commission, what is adjusted and what may be paid back."""

from decimal import Decimal

from fees.engine.adjustment import Billed, after, before, difference, together
from fees.engine.arithmetic import CONTEXT, ZERO
from fees.engine.cases.form import MOST_DAYS, Form, above_zero, in_money, shown, told, zero_or_above
from fees.engine.invoice_cap import accrued_limit, available, closing_limit, transition_limit
from fees.engine.limits import check_rate
from fees.engine.payer import Payer, payers
from fees.engine.reimbursement import ceiling
from fees.engine.rolling_cap import YEAR_WINDOW, Paid, Window, chargeable, look_back, window
from portal.lib.money import round_money
from portal.lib.periods import Frequency
from portal.lib.words import Sentence, english

INVOICE_FORM = """\
method     PERCENTOFNLV_CAP or PERCENTOFNLV_CAP_Q (daily values of the month or quarter before),
           PERCENTOFNLV_CAP_EOPEQTY or PERCENTOFNLV_CAP_EOPEQTY_Q (its last value)
rate       annual, as a fraction
values     the closing values as a list; or value with business_days, their number
transition true: a new client, on today's value
invoices   amounts asked for, in order: each is accepted or over the limit
currency   default USD"""

ROLLING_FORM = """\
method     ROLLING_CAP
fee        the fee to be charged (optional)
windows    [{"days": 30, "average": "10000", "paid": "50"}]; or
day, age, equity {day: value}, paid [{"day": .., "amount": ..}]   to work the windows out
currency   default USD"""

PAYER_FORM = """\
method     CHARGE_TO_MASTER
balance    the master's balance in its own currency; usd_rate turns that into USD (default "1")
charges    amounts in the master's currency, in the order in which they post"""

REIMBURSEMENT_FORM = """\
method     REIMBURSEMENT
fees       advisor fees of the trailing twelve months; rebates: what was paid back or is pending
currency   default USD"""

ADJUSTMENT_FORM = """\
method     ADJUSTMENT
billed     what was charged for the period so far, as it was rounded: a list; below zero what was given back
right      what the period's fee comes to with what is known now, not rounded
currency   default USD"""


def work_out_invoices(form: Form) -> dict[str, object]:
    """The limit of a period and what becomes of each invoice."""
    method, cap, currency = form.text("method"), form.decimal("rate"), form.currency()
    problems = check_rate(cap, field="rate")
    if problems:
        raise form.refuse("; ".join(f"{field}: {english(sentence)}" for field, _key, sentence in problems))
    frequency = Frequency.QUARTERLY if method.endswith("_Q") else Frequency.MONTHLY
    most = MOST_DAYS[frequency]
    if form.flag("transition"):
        limit = transition_limit(cap, form.decimal("value"), frequency, currency)
    elif "EOPEQTY" in method:
        limit = closing_limit(cap, form.decimal("value"), form.integer("business_days", least=1, most=most), currency)
    elif form.has("value"):
        limit = accrued_limit(
            cap, [form.decimal("value")] * form.integer("business_days", least=1, most=most), currency
        )
    else:
        limit = accrued_limit(cap, _closing_values(form, most), currency)
    of_period = "an ordinary period, at most 3 % a year" if form.flag("transition") else "the period before"
    story = [
        Sentence(
            "The business days of %(period)s at %(percent)s %% a year, divided by 252, allow %(limit)s %(currency)s.",
            {"period": of_period, "percent": cap * 100, "limit": limit, "currency": currency},
        )
    ]
    lines, used = [], ZERO
    for amount in form.decimals("invoices", in_money(currency, above_zero)):
        left = available(limit, used)
        accepted = ZERO < amount <= left
        used += amount if accepted else ZERO
        lines.append({"amount": shown(amount), "result": "ok" if accepted else "over_limit", "available": shown(left)})
    form.done()
    left = available(limit, used)
    story.append(Sentence("Invoices took %(used)s of it; %(left)s is left.", {"used": used, "left": left}))
    told_all = {"limit": shown(limit), "available": shown(left), "currency": currency}
    return {"lines": lines, **told_all, "derivation": told(story)}


def work_out_rolling(form: Form) -> dict[str, object]:
    """What every window has left, and how much of a fee may be charged."""
    form.text("method")
    currency = form.currency()
    fee = form.optional_decimal("fee", in_money(currency, zero_or_above))
    seen = _given(form, currency) if form.has("windows") else _looked_back(form, currency)
    form.done()
    answer: dict[str, object] = {
        "lines": [
            {
                "days": one.days,
                "average": shown(one.average),
                "allowed": shown(one.allowed.quantize(Decimal("0.00000001"))),
                "paid": shown(one.paid),
                "available": shown(one.available),
            }
            for one in seen
        ],
        "available": shown(min((one.available for one in seen), default=ZERO)),
        "currency": currency,
    }
    msgid = (
        "%(days)s days: 0.25 × sqrt(%(days)s ÷ 360) × %(average)s − %(paid)s paid leaves %(available)s %(currency)s."
    )
    story = [Sentence(msgid, {**one._asdict(), "currency": currency}) for one in seen]
    if fee is not None:
        charged = chargeable(fee, seen)
        answer |= {"amount": shown(charged), "dropped": shown(fee - charged)}
        msgid = "Of a fee of %(fee)s the least of these lets %(charged)s through."
        story.append(Sentence(msgid, {"fee": fee, "charged": charged}))
    return answer | {"derivation": told(story)}


def work_out_payers(form: Form) -> dict[str, object]:
    """Who pays each charge."""
    form.text("method")
    charges = form.decimals("charges", above_zero)
    if not charges:
        raise form.refuse("charges is missing")
    balance, rate = form.decimal("balance"), form.decimal("usd_rate", Decimal(1), above_zero)
    paying = payers(charges, balance=balance, usd_rate=rate)
    form.done()
    story = []
    for amount, who in zip(charges, paying, strict=True):
        msgid = "Before %(amount)s the master holds %(balance)s, USD %(dollars)s, so the %(who)s pays."
        dollars = CONTEXT.multiply(balance, rate)
        story.append(Sentence(msgid, {"amount": amount, "balance": balance, "dollars": dollars, "who": str(who)}))
        balance -= amount if who == Payer.MASTER else ZERO
    lines = [{"amount": shown(one), "payer": str(who)} for one, who in zip(charges, paying, strict=True)]
    return {"lines": lines, "derivation": told(story)}


def work_out_reimbursement(form: Form) -> dict[str, object]:
    """The most that may be paid back now."""
    form.text("method")
    currency = form.currency()
    fees, rebates = form.decimal("fees", check=zero_or_above), form.decimal("rebates", ZERO, zero_or_above)
    most = ceiling(fees=fees, rebates=rebates, currency=currency)
    form.done()
    msgid = "Half of %(fees)s, less %(rebates)s paid back or pending and never below zero, is %(most)s %(currency)s."
    story = [Sentence(msgid, {"fees": fees, "rebates": rebates, "most": most, "currency": currency})]
    return {"lines": [], "amount": shown(most), "currency": currency, "derivation": told(story)}


def work_out_adjustment(form: Form) -> dict[str, object]:
    """What is charged in addition, or below zero given back."""
    form.text("method")
    currency = form.currency()
    billed = together(Billed(one, one) for one in form.decimals("billed", in_money(currency)))
    right = form.decimal("right", check=zero_or_above)
    form.done()
    changed = difference(billed, Billed(right, round_money(right, currency)))
    story = told([before(billed, currency), after(changed, currency)])
    return {"lines": [], "amount": shown(changed.amount), "currency": currency, "derivation": story}


def _given(form: Form, currency: str) -> list[Window]:
    found = []
    for one in form.some_rows("windows"):
        found.append(
            window(
                days=one.integer("days", least=1, most=YEAR_WINDOW),
                average=one.decimal("average"),
                paid=one.decimal("paid", ZERO),
                currency=currency,
            )
        )
        one.done()
    return found


def _looked_back(form: Form, currency: str) -> list[Window]:
    paid = []
    for one in form.rows("paid"):
        paid.append(Paid(one.day("day"), one.decimal("amount")))
        one.done()
    day, age, equity = form.day("day"), form.integer("age", least=1), form.by_day("equity")
    if not equity:
        raise form.refuse("equity is missing")
    return look_back(day=day, age=age, equity=equity, paid=paid, currency=currency)


def _closing_values(form: Form, most: int) -> list[Decimal]:
    values = form.decimals("values")
    if not values:
        raise form.refuse("values is missing")
    if len(values) > most:
        raise form.refuse(f"values must be 1 to {most}, the business days of the period before")
    return values
