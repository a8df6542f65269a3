"""Fee per trade unit: a mark-up on each execution, by asset class and currency.  See docs/money/trade-unit.md.

Of several schedules the most specific applies: product before exchange before currency.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from fees.engine.arithmetic import CONTEXT, ZERO, as_amount
from fees.engine.limits import check_share, decimal_places, problem
from fees.engine.types import Kin, Method, Problem, Terms
from portal.lib.money import round_money
from portal.lib.periods import Frequency
from portal.lib.words import Sentence, gettext_noop

FAMILY = "trade_unit"
TITLE = gettext_noop("Fee per trade unit")
FUTURES = frozenset({"FUT", "FOP"})
# As statements name them.
ASSET_CLASSES = (
    ("STK", gettext_noop("Stocks")),
    ("OPT", gettext_noop("Options")),
    ("FUT", gettext_noop("Futures")),
    ("FOP", gettext_noop("Options on futures")),
    ("CASH", gettext_noop("Currency pairs")),
    ("BOND", gettext_noop("Bonds")),
    ("FUND", gettext_noop("Funds")),
    ("CFD", gettext_noop("Contracts for difference")),
    ("WAR", gettext_noop("Warrants")),
)
MOST_PRICES = 3
UNIT_PLACES = 3
# A mark-up of a hundred times the commission is a slip of the keyboard.
MOST_PERCENT = Decimal(100)
VALUE_MAXIMUM_CURRENCIES = frozenset({"USD", "CAD"})

METHODS = (
    Method(
        code=41,
        name="PERTRADE",
        family=FAMILY,
        kin=Kin("trade_unit", gettext_noop("Agree at most one schedule of fees per trade unit.")),
        label=gettext_noop("Fee per Trade Unit"),
        title=gettext_noop("Fee per trade unit"),
        frequency=Frequency.DAILY,
        at_period_end=True,
    ),
)


class Markup(StrEnum):
    """How a trade is marked up: so much a unit on top, a percentage of the commission on top, an all-in price a unit
    from which the commission is taken, or a flat amount a trade."""

    ABSOLUTE = "absolute_markup"
    PERCENT = "percent_markup"
    ALL_IN = "absolute_amount"
    TICKET = "ticket"


class Price(NamedTuple):
    """An all-in price for the units of a trade up to `up_to` (None: all further units)."""

    up_to: Decimal | None
    price: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class TradeSchedule:
    """One key of the schedule.  `figure` is an amount a unit or a trade, or a fraction of the commission.

    `minimum` and `maximum` bound the advisor's fee of one trade; with `maximum_of_value` the maximum is a fraction of
    the trade's value.
    """

    asset_class: str
    currency: str
    kind: Markup
    figure: Decimal | None = None
    prices: tuple[Price, ...] = ()
    exchange: str = ""
    product: str = ""
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    maximum_of_value: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Trade:
    """An execution: `quantity` of units, `value` and the broker's `commission` in `currency`, all zero or above."""

    asset_class: str
    currency: str
    quantity: Decimal
    value: Decimal
    commission: Decimal
    exchange: str = ""
    product: str = ""
    is_liquidation: bool = False
    closed_by_broker: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TradeFee:
    """What the client pays in all and the advisor's part, which a commission above an all-in price makes negative."""

    client: Decimal
    exact: Decimal
    amount: Decimal
    currency: str
    story: tuple[Sentence, ...]


def schedules_of(terms: Terms) -> tuple[TradeSchedule, ...]:
    """The keys of these terms."""
    return terms.more if isinstance(terms.more, tuple) else ()


def words(terms: Terms) -> list[Sentence]:
    """The terms in sentences, for the proof and the form."""
    return [sentence for one in schedules_of(terms) for sentence in _key_words(one)]


def charged_currency(asset_class: str, symbol: str, currency: str) -> str:
    """The currency of the fee: for a currency pair the second one (EUR.USD is charged in USD)."""
    if asset_class == "CASH" and "." in symbol:
        return symbol.rpartition(".")[2]
    return currency


def may_have(*, residence: str, protectorates: frozenset[str], commodity_registered: bool, asset_class: str) -> bool:
    """Whether a client may be charged per trade unit: not US residents, except futures of registered advisors."""
    if residence != "USA" and residence not in protectorates:
        return True
    return commodity_registered and asset_class in FUTURES


def choose(schedules: Iterable[TradeSchedule], trade: Trade) -> TradeSchedule | None:
    """The most specific schedule that fits the trade."""
    fitting = [one for one in schedules if _fits(one, trade)]
    return max(fitting, key=lambda one: (bool(one.product), bool(one.exchange)), default=None)


def trade_fee(schedule: TradeSchedule | None, trade: Trade) -> TradeFee:
    """The advisor's fee of one execution; nothing where the broker closed the position or liquidated it."""
    if schedule is None or trade.is_liquidation or trade.closed_by_broker:
        msgid = gettext_noop("No fee per trade unit applies to this trade.")
        return _fee(ZERO, trade, [Sentence(msgid, {})])
    fee, story = _marked_up(schedule, trade)
    bounded = _bounded(schedule, trade, fee)
    if bounded != fee:
        msgid = gettext_noop("The limits of a trade make it %(amount)s.")
        story.append(Sentence(msgid, {"amount": bounded}))
    if bounded < 0:
        msgid = gettext_noop("The broker's commission is higher than the price agreed, so the advisor pays %(amount)s.")
        story.append(Sentence(msgid, {"amount": -bounded}))
    return _fee(bounded, trade, story)


def validate(schedule: TradeSchedule) -> list[Problem]:
    """What is wrong with one key of a schedule."""
    problems = _check_figure(schedule) + _check_prices(schedule)
    if schedule.kind == Markup.TICKET and schedule.minimum is not None:
        msgid = gettext_noop("A ticket charge cannot have a minimum.")
        problems.append(problem("minimum", "not_used", msgid))
    for field in ("minimum", "maximum"):
        bound = getattr(schedule, field)
        if bound is not None and (not bound.is_finite() or bound <= 0):
            problems.append(problem(field, "too_low", gettext_noop("The limit must be above zero.")))
    both = schedule.minimum is not None and schedule.maximum is not None and not schedule.maximum_of_value
    if both and not problems and schedule.minimum > schedule.maximum:  # type: ignore[operator]
        problems.append(problem("maximum", "below_minimum", gettext_noop("The maximum is below the minimum.")))
    if schedule.maximum_of_value and not _may_bound_by_value(schedule):
        msgid = gettext_noop("A maximum in percent of the trade's value is for stocks in USD and CAD only.")
        problems.append(problem("maximum", "not_of_value", msgid))
    return problems


def _key_words(one: TradeSchedule) -> list[Sentence]:
    """Everything of one key that decides what a trade costs: the client signs these sentences."""
    where = f"({one.exchange})" if one.exchange else ""
    what = " ".join(word for word in (one.asset_class, one.currency, where, one.product) if word)
    if one.kind == Markup.ALL_IN:
        return [*_price_words(one.prices, what), *_bound_words(one, what)]
    params: dict[str, object] = {"what": what, "figure": one.figure, "percent": (one.figure or ZERO) * 100}
    msgid = {
        Markup.ABSOLUTE: gettext_noop("%(what)s: %(figure)s a unit on top of the commission."),
        Markup.PERCENT: gettext_noop("%(what)s: %(percent)s %% of the commission on top of it."),
        Markup.TICKET: gettext_noop("%(what)s: %(figure)s a trade on top of the commission."),
    }[one.kind]
    return [Sentence(msgid, params), *_bound_words(one, what)]


def _price_words(prices: Sequence[Price], what: str) -> list[Sentence]:
    told = []
    for up_to, price in prices:
        msgid = gettext_noop("%(what)s: %(price)s a unit in all for the units of a trade up to %(units)s.")
        if up_to is None and len(prices) > 1:
            msgid = gettext_noop("%(what)s: %(price)s a unit in all for all further units, the commission included.")
        elif up_to is None:
            msgid = gettext_noop("%(what)s: %(price)s a unit in all, the commission included.")
        told.append(Sentence(msgid, {"what": what, "price": price, "units": up_to}))
    return told


def _bound_words(one: TradeSchedule, what: str) -> list[Sentence]:
    told = []
    if one.minimum is not None:
        msgid = gettext_noop("%(what)s: the advisor's fee of a trade is at least %(minimum)s.")
        told.append(Sentence(msgid, {"what": what, "minimum": one.minimum}))
    if one.maximum is not None and one.maximum_of_value:
        msgid = gettext_noop("%(what)s: the advisor's fee of a trade is at most %(percent)s %% of the trade's value.")
        told.append(Sentence(msgid, {"what": what, "percent": one.maximum * 100}))
    elif one.maximum is not None:
        msgid = gettext_noop("%(what)s: the advisor's fee of a trade is at most %(maximum)s.")
        told.append(Sentence(msgid, {"what": what, "maximum": one.maximum}))
    return told


def _fits(schedule: TradeSchedule, trade: Trade) -> bool:
    return (
        schedule.asset_class == trade.asset_class
        and schedule.currency == trade.currency
        and schedule.exchange in ("", trade.exchange)
        and schedule.product in ("", trade.product)
    )


def _marked_up(schedule: TradeSchedule, trade: Trade) -> tuple[Decimal, list[Sentence]]:
    params: dict[str, object] = {"quantity": trade.quantity, "figure": schedule.figure, "commission": trade.commission}
    if schedule.kind == Markup.ABSOLUTE:
        fee = CONTEXT.multiply(trade.quantity, _figure(schedule))
        msgid = gettext_noop("%(quantity)s units × %(figure)s on top of the commission of %(commission)s is %(fee)s.")
    elif schedule.kind == Markup.PERCENT:
        fee = CONTEXT.multiply(trade.commission, _figure(schedule))
        params["percent"] = _figure(schedule) * 100
        msgid = gettext_noop("%(percent)s %% of the commission of %(commission)s, on top of it, is %(fee)s.")
    elif schedule.kind == Markup.TICKET:
        fee = _figure(schedule)
        msgid = gettext_noop("A trade costs a flat %(figure)s on top of the commission of %(commission)s.")
    else:
        all_in = _all_in(schedule.prices, trade.quantity)
        fee = CONTEXT.subtract(all_in, trade.commission)
        params["all_in"] = all_in
        msgid = gettext_noop(
            "%(quantity)s units cost %(all_in)s in all; less the commission of %(commission)s that leaves %(fee)s."
        )
    return fee, [Sentence(msgid, params | {"fee": fee})]


def _all_in(prices: Sequence[Price], quantity: Decimal) -> Decimal:
    """Each unit at the price of the volume it falls in."""
    total, below = ZERO, ZERO
    for up_to, price in prices:
        reached = quantity if up_to is None else min(quantity, up_to)
        total = CONTEXT.add(total, CONTEXT.multiply(max(CONTEXT.subtract(reached, below), ZERO), price))
        below = reached
    return total


def _bounded(schedule: TradeSchedule, trade: Trade, fee: Decimal) -> Decimal:
    if schedule.maximum is not None:
        most = CONTEXT.multiply(schedule.maximum, trade.value) if schedule.maximum_of_value else schedule.maximum
        fee = min(fee, most)
    return fee if schedule.minimum is None else max(fee, schedule.minimum)


def _fee(fee: Decimal, trade: Trade, story: list[Sentence]) -> TradeFee:
    amount = round_money(fee, trade.currency)
    return TradeFee(
        client=CONTEXT.add(amount, trade.commission),
        exact=as_amount(fee),
        amount=amount,
        currency=trade.currency,
        story=tuple(story),
    )


def _figure(schedule: TradeSchedule) -> Decimal:
    if schedule.figure is None:
        raise ValueError(f"a schedule of kind {schedule.kind} carries a figure")
    return schedule.figure


def _check_figure(schedule: TradeSchedule) -> list[Problem]:
    if schedule.kind == Markup.ALL_IN:
        if schedule.figure is None:
            return []
        return [problem("figure", "not_used", gettext_noop("An absolute amount is given by its prices."))]
    if schedule.kind == Markup.PERCENT:
        return check_share(schedule.figure, field="figure", most=MOST_PERCENT)
    return _check_money(schedule.figure, "figure", UNIT_PLACES)


def _check_prices(schedule: TradeSchedule) -> list[Problem]:
    if schedule.kind != Markup.ALL_IN:
        msgid = gettext_noop("This kind of mark-up has no volume breaks.")
        return [problem("prices", "not_used", msgid)] if schedule.prices else []
    if not 1 <= len(schedule.prices) <= MOST_PRICES:
        msgid = gettext_noop("Enter one to %(most)s prices.")
        return [problem("prices", "count", msgid, most=MOST_PRICES)]
    problems, below = [], ZERO
    for place, (up_to, price) in enumerate(schedule.prices):
        problems += _check_money(price, f"prices.{place}.price", UNIT_PLACES)
        last = place == len(schedule.prices) - 1
        if last != (up_to is None):
            msgid = gettext_noop("Every price but the last ends at a volume; the last has no end.")
            problems.append(problem(f"prices.{place}.up_to", "not_open", msgid))
        elif up_to is not None and (not up_to.is_finite() or up_to <= below):
            msgid = gettext_noop("The volume breaks rise from price to price.")
            problems.append(problem(f"prices.{place}.up_to", "not_rising", msgid))
        below = below if up_to is None else up_to
    return problems


def _check_money(figure: Decimal | None, field: str, places: int) -> list[Problem]:
    if figure is None:
        return [problem(field, "required", gettext_noop("Enter an amount."))]
    if not figure.is_finite() or figure <= 0:
        return [problem(field, "too_low", gettext_noop("The amount must be above zero."))]
    if decimal_places(figure) > places:
        msgid = gettext_noop("Give the amount with at most %(places)s decimal places.")
        return [problem(field, "too_fine", msgid, places=places)]
    return []


def _may_bound_by_value(schedule: TradeSchedule) -> bool:
    return schedule.asset_class == "STK" and schedule.currency in VALUE_MAXIMUM_CURRENCIES
