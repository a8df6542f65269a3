"""Everything a client signs about fees, and whether a new agreement takes more than the one before.

An increase waits for the client's signature, a decrease applies by itself.  See docs/money/increase.md.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from fees.engine.accrual import annual
from fees.engine.arithmetic import BASE_STEP, CONTEXT
from fees.engine.high_water import Loss, Mark
from fees.engine.hurdle import Threshold
from fees.engine.trade_unit import Price, TradeSchedule
from fees.engine.types import Terms
from portal.lib.words import Sentence, gettext_noop


class Strategy(StrEnum):
    """Whether fees are charged at all, outside the platform, or automatically."""

    NONE = "none"
    DIRECT = "direct"
    AUTOMATIC = "automatic"


class CapKind(StrEnum):
    """What an invoice limit is made from: daily values of the month or quarter before, or its last value."""

    MONTHLY = "PERCENTOFNLV_CAP"
    QUARTERLY = "PERCENTOFNLV_CAP_Q"
    MONTH_END = "PERCENTOFNLV_CAP_EOPEQTY"
    QUARTER_END = "PERCENTOFNLV_CAP_EOPEQTY_Q"


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceCap:
    """The annual percentage, a fraction, that invoices of a period may come to."""

    kind: CapKind
    rate: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfitTerms:
    """A percentage of profit, with what shields the client from it: a threshold, carried losses, earlier losses."""

    method: int
    share: Decimal
    threshold: Threshold | None = None
    mark: Mark | None = None
    initial: tuple[Loss, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FundTerms:
    """Fees on what the client holds in one hedge fund: an annual rate, a share of profit, or both."""

    fund: str
    method: int
    rate: Decimal | None = None
    profit_share: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """One client's fees as they stand or are proposed."""

    strategy: Strategy
    components: tuple[Terms, ...] = ()
    profit: tuple[ProfitTerms, ...] = ()
    trades: tuple[TradeSchedule, ...] = ()
    funds: tuple[FundTerms, ...] = ()
    invoice_cap: InvoiceCap | None = None
    commissions_to_master: bool = False
    other_fees_to_master: bool = False


def increases(old: Agreement, new: Agreement) -> list[Sentence]:
    """Every respect in which the new agreement may cost the client more; empty for a decrease or no change."""
    return [
        *_strategy(old, new),
        *_components(old, new),
        *_profit(old, new),
        *_trades(old, new),
        *_funds(old, new),
        *_invoice_cap(old.invoice_cap, new.invoice_cap),
        *_moved_to_client(old, new),
    ]


def _strategy(old: Agreement, new: Agreement) -> list[Sentence]:
    if new.strategy == Strategy.AUTOMATIC != old.strategy:
        return [_says(gettext_noop("Fees become automatic."))]
    return []


def _components(old: Agreement, new: Agreement) -> list[Sentence]:
    before = {one.method: one for one in old.components}
    found = []
    for one in new.components:
        known = before.get(one.method)
        if known is None:
            found.append(_says(gettext_noop("A fee is added or its kind or frequency changes.")))
        elif _costs_more(known, one):
            found.append(_says(gettext_noop("A rate or amount rises.")))
    return found


def _costs_more(old: Terms, new: Terms) -> bool:
    if new.ranges or old.ranges:
        return _blend_costs_more(old, new)
    return _above(new.rate, old.rate) or _above(new.flat, old.flat)


def _blend_costs_more(old: Terms, new: Terms) -> bool:
    """Higher at any bound, just above it (where a rate on the whole value jumps), or in the open range."""
    bounds = {one.high for terms in (old, new) for one in terms.ranges if one.high is not None}
    values = {value for bound in bounds for value in (bound, CONTEXT.add(bound, BASE_STEP))} | {Decimal(1)}
    if any(annual(new, value) > annual(old, value) for value in values):
        return True
    return new.ranges[-1].rate > old.ranges[-1].rate


def _profit(old: Agreement, new: Agreement) -> list[Sentence]:
    before = {one.method: one for one in old.profit}
    found = []
    for one in new.profit:
        known = before.get(one.method)
        if known is None:
            found.append(_says(gettext_noop("A percentage of profit is added.")))
            continue
        if one.share > known.share:
            found.append(_says(gettext_noop("The percentage of profit rises.")))
        if _less_threshold(known.threshold, one.threshold):
            found.append(_says(gettext_noop("The performance threshold is removed, lowered or replaced.")))
        if _less_mark(known.mark, one.mark):
            found.append(_says(gettext_noop("High-water marking is removed or shortened, or withdrawals shrink it.")))
        if _shields_less(known.initial, one.initial):
            found.append(_says(gettext_noop("Earlier losses that count are reduced.")))
    return found


def _less_threshold(old: Threshold | None, new: Threshold | None) -> bool:
    if old is None:
        return False
    if new is None or (new.kind, new.benchmark, new.currency) != (old.kind, old.benchmark, old.currency):
        return True
    return _above(old.figure, new.figure)


def _less_mark(old: Mark | None, new: Mark | None) -> bool:
    if old is None:
        return False
    if new is None or (new.prorate and not old.prorate):
        return True
    if new.look_back is None:
        return False
    return old.look_back is None or new.look_back < old.look_back


def _shields_less(old: Sequence[Loss], new: Sequence[Loss]) -> bool:
    """Whether less is left to recover from some period on: a loss that moves to an earlier period expires sooner."""
    periods = {one.period for one in (*old, *new)}
    return any(_since(new, first) < _since(old, first) for first in periods)


def _since(losses: Sequence[Loss], first: int) -> Decimal:
    return sum((one.amount for one in losses if one.period >= first), start=Decimal(0))


def _trades(old: Agreement, new: Agreement) -> list[Sentence]:
    before = {_key(one): one for one in old.trades}
    found = []
    for one in new.trades:
        known = before.get(_key(one))
        if known is None or known.kind != one.kind or known.maximum_of_value != one.maximum_of_value:
            found.append(_says(gettext_noop("A fee per trade unit is added or its kind changes.")))
        elif _trade_costs_more(known, one):
            found.append(_says(gettext_noop("A fee per trade unit rises.")))
    # Without its more specific key a trade falls back to a wider one, which may be dearer.
    remaining = {_key(one) for one in new.trades}
    dropped = [one for key, one in before.items() if key not in remaining and (one.product or one.exchange)]
    if any(_falls_back(one, new.trades) for one in dropped):
        found.append(_says(gettext_noop("A special fee per trade unit is removed, so a general one applies.")))
    return found


def _trade_costs_more(old: TradeSchedule, new: TradeSchedule) -> bool:
    if _above(new.figure, old.figure) or _prices_above(old.prices, new.prices):
        return True
    if new.minimum is not None and (old.minimum is None or new.minimum > old.minimum):
        return True
    return old.maximum is not None and (new.maximum is None or new.maximum > old.maximum)


def _prices_above(old: Sequence[Price], new: Sequence[Price]) -> bool:
    if [one.up_to for one in old] != [one.up_to for one in new]:
        return old != new
    return any(after.price > before.price for before, after in zip(old, new, strict=True))


def _falls_back(dropped: TradeSchedule, remaining: Sequence[TradeSchedule]) -> bool:
    return any(one.asset_class == dropped.asset_class and one.currency == dropped.currency for one in remaining)


def _key(one: TradeSchedule) -> tuple[str, str, str, str]:
    return one.asset_class, one.currency, one.exchange, one.product


def _funds(old: Agreement, new: Agreement) -> list[Sentence]:
    before = {one.fund: one for one in old.funds}
    found = []
    for one in new.funds:
        known = before.get(one.fund)
        if known is None or known.method != one.method:
            found.append(_says(gettext_noop("A hedge-fund fee is added or its frequency changes.")))
        elif _above(one.rate, known.rate) or _above(one.profit_share, known.profit_share):
            found.append(_says(gettext_noop("A hedge-fund fee rises.")))
    return found


def _invoice_cap(old: InvoiceCap | None, new: InvoiceCap | None) -> list[Sentence]:
    if new is None or (old is not None and old.kind == new.kind and new.rate <= old.rate):
        return []
    return [_says(gettext_noop("The invoice limit is added, raised, or worked out differently."))]


def _moved_to_client(old: Agreement, new: Agreement) -> list[Sentence]:
    moved = (old.commissions_to_master and not new.commissions_to_master) or (
        old.other_fees_to_master and not new.other_fees_to_master
    )
    return [_says(gettext_noop("Charges that the advisor paid move to the client."))] if moved else []


def _above(new: Decimal | None, old: Decimal | None) -> bool:
    return new is not None and (old is None or new > old)


def _says(msgid: str) -> Sentence:
    return Sentence(msgid, {})
