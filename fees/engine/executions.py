"""A day's fees on trades of one account in one currency, and the text that they are proved with.

One line for each execution, ordered by day of the trade and key:

    trade 7 2025-09-30 STK@NYSE 500.0000000000 5000.0000000000 2.5000000000 passed 5.00000000 123:456:EXECUTION AAPL

Component, day, kind of instrument and where it was traded (left out where no statement says), quantity, value, broker's
commission, whether it was excluded (passed, liquidation, broker, cancelled, none, moved), the fee with 8 decimals, the
execution's key, its symbol.  It is sealed as it stands.
"""

import re
from collections.abc import Iterable
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import reduce
from typing import NamedTuple

from fees.engine.arithmetic import CONTEXT, NO_AMOUNT, ZERO, as_amount
from fees.engine.trade_unit import Trade, charged_currency, choose, schedules_of, trade_fee
from fees.engine.types import Terms
from portal.lib.money import round_money
from portal.lib.words import Sentence, gettext_noop

NUMBER_STEP = Decimal("0.0000000001")
# As statements note them: ordered by the broker for want of margin; entered by the broker by hand; cancelled.
LIQUIDATION, BY_BROKER, CANCELLED = "L", "M", "Ca"
CLOSES = "C"
# A key or an exchange that has a space would be two words of a line.
SPACE = "%20"
AT = "@"
_BREAKS = re.compile(r"[\s%]")


class Execution(NamedTuple):
    """One execution as a statement told it; `commission` is what the broker took, above zero, in the fee's currency;
    None where no rate of exchange into that is known."""

    key: str
    day: date
    asset: str
    symbol: str
    currency: str
    quantity: Decimal
    value: Decimal
    commission: Decimal | None
    notes: str
    opens_or_closes: str
    exchange: str = ""

    @property
    def charged_in(self) -> str:
        """The currency of the fee: of a currency pair the second one."""
        return charged_currency(self.asset, self.symbol, self.currency)


class MissingCommission(LookupError):
    """What the broker took is not known in the currency of the fee: a missing rate is never taken for nothing."""

    def __init__(self, one: Execution) -> None:
        super().__init__(f"no rate into {one.charged_in} for {one.day.isoformat()}")
        self.currency = one.charged_in
        self.day = one.day


class ExecutionFee(NamedTuple):
    """What one execution costs the client beside the broker's commission; below zero the advisor bears a part of it."""

    component: int
    execution: Execution
    outcome: str
    exact: Decimal
    story: tuple[Sentence, ...]


def fee_in(currency: str, terms: Terms, one: Execution) -> ExecutionFee:
    """The same as part of a charge in a currency: what by now is charged in another costs nothing in this one."""
    if one.charged_in != currency:
        return ExecutionFee(terms.component, one._replace(commission=ZERO), "moved", NO_AMOUNT, ())
    return fee_of(terms, one)


def outcome_of(one: Execution) -> str:
    """Whether a rule keeps the execution free."""
    notes = one.notes.split(";")
    if CANCELLED in notes or not one.quantity:
        return "cancelled"
    if LIQUIDATION in notes:
        return "liquidation"
    if BY_BROKER in notes and CLOSES in one.opens_or_closes:
        return "broker"
    return "passed"


def fee_of(terms: Terms, one: Execution) -> ExecutionFee:
    """The most specific schedule of the terms applied to an execution; MissingCommission where it cannot be."""
    if one.commission is None:
        raise MissingCommission(one)
    outcome = outcome_of(one)
    trade = Trade(
        asset_class=one.asset,
        currency=one.charged_in,
        quantity=one.quantity,
        value=one.value,
        commission=one.commission,
        exchange=one.exchange,
        product=one.symbol,
        is_liquidation=outcome == "liquidation",
        closed_by_broker=outcome == "broker",
    )
    schedule = None if outcome == "cancelled" else choose(schedules_of(terms), trade)
    if schedule is None and outcome == "passed":
        outcome = "none"
    fee = trade_fee(schedule, trade)
    return ExecutionFee(terms.component, one, outcome, fee.exact, fee.story)


def day_total(fees: Iterable[ExecutionFee], currency: str) -> tuple[Decimal, Decimal]:
    """Exact and rounded: what the day's executions cost together; below zero the advisor gives it to the client."""
    exact = as_amount(reduce(CONTEXT.add, (one.exact for one in fees), ZERO))
    return exact, round_money(exact, currency)


def text(fees: Iterable[ExecutionFee]) -> str:
    """The lines that the charge's fingerprint is taken of."""
    ordered = sorted(fees, key=lambda one: (one.execution.day, one.execution.key))
    return "\n".join(_line(one) for one in ordered)


def keys_of(inputs: str) -> list[tuple[str, int]]:
    """The executions that a stored text names, each with the component it was charged under."""
    found = []
    for line in inputs.splitlines():
        word, component, _day, _asset, _quantity, _value, _commission, _outcome, _exact, key, *_symbol = line.split(" ")
        if word != "trade":
            raise ValueError(f"{word} is not a line about a trade")
        found.append((key.replace(SPACE, " "), int(component)))
    return found


def story(fees: Iterable[ExecutionFee], exact: Decimal, amount: Decimal, currency: str) -> list[Sentence]:
    """Every execution in sentences, then the sum."""
    told = []
    for one in sorted(fees, key=lambda one: (one.execution.day, one.execution.key)):
        msgid = gettext_noop("%(day)s, %(symbol)s:")
        told.append(Sentence(msgid, {"day": one.execution.day, "symbol": one.execution.symbol}))
        told += _free_words(one) or one.story
    if exact == 0:
        return [*told, Sentence(gettext_noop("Together the trades of the day cost nothing."), {})]
    if exact < 0:
        msgid = gettext_noop(
            "Together %(exact)s: the advisor gives the client %(amount)s %(currency)s, rounded once, half up."
        )
        return [*told, Sentence(msgid, {"exact": exact, "amount": -amount, "currency": currency})]
    msgid = gettext_noop("Together %(exact)s; rounded once, half up, the fee is %(amount)s %(currency)s.")
    return [*told, Sentence(msgid, {"exact": exact, "amount": amount, "currency": currency})]


def _free_words(one: ExecutionFee) -> list[Sentence]:
    msgid = {
        "liquidation": gettext_noop("The broker liquidated the position, so there is no fee."),
        "broker": gettext_noop("The broker closed the position at the client's call, so there is no fee."),
        "cancelled": gettext_noop("The broker cancelled the trade, so there is no fee."),
        "none": gettext_noop("No fee was agreed for such a trade."),
        "moved": gettext_noop("The trade is charged in another currency, so there is no fee in this one."),
    }.get(one.outcome)
    return [Sentence(msgid, {})] if msgid else []


def _line(one: ExecutionFee) -> str:
    trade = one.execution
    numbers = (trade.quantity, trade.value, trade.commission or ZERO)
    where = AT + _BREAKS.sub(lambda found: f"%{ord(found[0]):02X}", trade.exchange) if trade.exchange else ""
    fields = (
        *("trade", one.component, trade.day, f"{trade.asset}{where}"),
        *(number.quantize(NUMBER_STEP, ROUND_HALF_UP, CONTEXT) for number in numbers),
        *(one.outcome, one.exact, trade.key.replace(" ", SPACE), trade.symbol),
    )
    return " ".join(format(one, "f") if isinstance(one, Decimal) else str(one) for one in fields)
