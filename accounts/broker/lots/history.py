"""Rows of statements as steps of contracts: which trades count, what a transfer brought, what a split did."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from accounts.broker.lots.replay import Deal, Flag, Held, Moved, Scaled, Step, Unknown
from portal.lib.exchange import exchange_day

CANCELS = frozenset({"TradeCancel", "FracShareCancel"})
# Actions that leave the cost where it was; a statement gives the change of the holding.
SPLITS = frozenset({"FS", "RS"})
RENAMES = frozenset({"FS", "RS", "IC"})


@dataclass(frozen=True)
class Named:
    """What a contract is called, and how its price makes money."""

    symbol: str
    asset: str
    currency: str
    multiplier: Decimal


@dataclass(frozen=True)
class History:
    """Steps by contract, what each is called, and the broker's last position in it: quantity and cost, value, price."""

    steps: dict[str, list[Step]]
    named: dict[str, Named]
    stated: dict[str, tuple[tuple[Decimal, Decimal | None], Decimal | None, Decimal | None]]


def contract_key(row: Any) -> str:
    """The broker's contract id, or the symbol where it gives none."""
    return str(row.conid) if row.conid is not None else row.symbol


def account_history(
    *,
    trades: Iterable[Any],
    transfers: Iterable[Any],
    actions: Iterable[Any],
    positions: Iterable[Any],
    first: date | None,
    last: date | None,
) -> History:
    """The steps of every contract in the order in which they happened."""
    timed: dict[str, list[tuple[Any, Step]]] = defaultdict(list)
    named: dict[str, Named] = {}
    for row, at, step in (*_deals(list(trades)), *_moves(transfers)):
        known = named.setdefault(contract_key(row), _named(row))
        same = not row.currency or row.currency == known.currency
        timed[contract_key(row)].append((at, step if same else Unknown(at[0], Flag.CURRENCY)))
    successors: dict[str, str] = {}
    for group in _actions(actions):
        _apply(group, timed, successors)
    rows = list(positions)
    _seed([one for one in rows if one.day == first], first, timed, named)
    steps = {key: [step for _at, step in sorted(found, key=lambda one: one[0])] for key, found in timed.items()}
    _follow(steps, named, successors)
    return History(steps, named, _stated([one for one in rows if one.day == last]))


def _named(row: Any) -> Named:
    return Named(row.symbol, row.asset, row.currency, getattr(row, "multiplier", None) or Decimal(1))


def _at(day: date, turn: int, happened_at: datetime | None, key: str) -> tuple[Any, ...]:
    """Where a step stands: what comes in first, trades by their time, splits after the close, what leaves last."""
    return (day, turn, happened_at.timestamp() if happened_at else 0, key)


def _deals(trades: Sequence[Any]) -> Iterable[tuple[Any, Any, Step]]:
    """Trades that stand: a cancelled or corrected one is left out with what cancels it."""
    replaced = {one.orig_trade_id for one in trades if one.orig_trade_id}
    known = {one.trade_id for one in trades}
    for one in trades:
        if one.kind in CANCELS:
            if one.orig_trade_id not in known:
                yield one, _at(one.trade_on, 1, None, one.key), Unknown(one.trade_on, Flag.CANCELLED)
            continue
        if one.trade_id and one.trade_id in replaced:
            continue
        deal = Deal(
            one.key,
            one.trade_on,
            one.quantity,
            _money(one),
            only_closes=one.opens_or_closes == "C",
            realized=one.realized,
        )
        yield one, _at(one.trade_on, 1, one.happened_at, one.key), deal


def _money(trade: Any) -> Decimal:
    """What a trade cost or brought, commission and taxes with it, in the currency of the contract."""
    if trade.net_cash is not None:
        return trade.net_cash
    own = trade.commission if trade.commission_currency in ("", trade.currency) else None
    return sum((one for one in (trade.proceeds, trade.taxes, own) if one is not None), Decimal(0))


def _moves(transfers: Iterable[Any]) -> Iterable[tuple[Any, Any, Step]]:
    for one in transfers:
        out = one.direction == "OUT"
        quantity = -abs(one.quantity) if out else one.quantity
        step = Moved(one.key, one.report_on, quantity, one.value or Decimal(0))
        yield one, _at(one.report_on, 3 if out else 0, None, one.key), step


def _actions(actions: Iterable[Any]) -> list[list[Any]]:
    """The rows of each corporate action together."""
    groups: dict[tuple[Any, ...], list[Any]] = defaultdict(list)
    for one in actions:
        if one.quantity:
            groups[(one.action_id or one.key, one.kind)].append(one)
    return list(groups.values())


def _apply(group: list[Any], timed: dict[str, list[tuple[Any, Step]]], successors: dict[str, str]) -> None:
    """One action: a split changes quantities, a contract that takes another one's place takes its lots, and of
    everything else it is only said that the lots do not follow it."""
    by_key: dict[str, Decimal] = defaultdict(Decimal)
    for one in group:
        by_key[contract_key(one)] += one.quantity
    first = group[0]
    day = exchange_day(first.happened_at) if first.happened_at else first.report_on
    at = _at(day, 2, first.happened_at, first.key)
    if len(by_key) == 1 and first.kind in SPLITS:
        [(key, change)] = by_key.items()
        timed[key].append((at, Scaled(day, change)))
        return
    gone = [key for key, change in by_key.items() if change < 0]
    come = [key for key, change in by_key.items() if change > 0]
    if first.kind in RENAMES and len(gone) == len(come) == 1 and come[0] not in timed:
        successors[gone[0]] = come[0]
        timed[gone[0]].append((at, Scaled(day, by_key[gone[0]] + by_key[come[0]])))
        return
    for key in by_key:
        timed[key].append((at, Unknown(day, Flag.ACTION)))


def _seed(
    rows: list[Any], first: date | None, timed: dict[str, list[tuple[Any, Step]]], named: dict[str, Named]
) -> None:
    """What was held when the statements begin and no step explains, at the broker's cost."""
    lots: dict[str, list[Any]] = defaultdict(list)
    for one in rows:
        lots[contract_key(one)].append(one)
    for key, found in lots.items():
        assert first is not None
        named.setdefault(key, _named(found[0]))
        early = [step for (day, *_rest), step in timed[key] if day <= first]
        told = [one for one in found if one.level == "LOT"]
        if told and not early:
            timed[key] += [
                (
                    _at(date.min, 0, one.opened_at, one.key),
                    Held(
                        one.key,
                        exchange_day(one.opened_at) if one.opened_at else None,
                        one.quantity,
                        one.cost or Decimal(0),
                    ),
                )
                for one in told
            ]
            continue
        rows_of_sum = [one for one in found if one.level != "LOT"] or found
        quantity = sum((one.quantity for one in rows_of_sum), Decimal(0))
        cost = sum((one.cost or Decimal(0) for one in rows_of_sum), Decimal(0))
        before, cost = _before(quantity, cost, early)
        if before:
            timed[key].append((_at(date.min, 0, None, key), Held(f"before {first}", None, before, cost)))


def _before(quantity: Decimal, cost: Decimal, early: list[Any]) -> tuple[Decimal, Decimal]:
    """What of a first position was there before the steps of its day, and its cost."""
    changes = [
        step.change if isinstance(step, Scaled) else step.quantity for step in early if not isinstance(step, Unknown)
    ]
    before = quantity - sum(changes, Decimal(0))
    if not changes or not before:
        return before, cost
    only_added = all((change < 0) == (quantity < 0) for change in changes)
    if only_added and not any(isinstance(step, Scaled) for step in early):
        paid = (
            step.value if isinstance(step, Moved) else -step.money for step in early if isinstance(step, Moved | Deal)
        )
        return before, cost - sum(paid, Decimal(0))
    return before, cost * before / quantity if quantity else Decimal(0)


def _follow(steps: dict[str, list[Step]], named: dict[str, Named], successors: dict[str, str]) -> None:
    """Give the lots of a contract to the one that took its place."""
    for gone, come in successors.items():
        steps[come] = [*steps.pop(gone, []), *steps.get(come, [])]
        if gone in named:
            named.setdefault(come, named[gone])
            del named[gone]
    for key in steps:
        named.setdefault(key, Named(key, "STK", "", Decimal(1)))


def _stated(rows: list[Any]) -> dict[str, tuple[tuple[Decimal, Decimal | None], Decimal | None, Decimal | None]]:
    """The broker's last position of each contract; lots are never added to their summary."""
    found: dict[str, list[Any]] = defaultdict(list)
    for one in rows:
        found[contract_key(one)].append(one)
    stated = {}
    for key, lines in found.items():
        counted = [one for one in lines if one.level != "LOT"] or lines
        costs = [one.cost for one in counted if one.cost is not None]
        values = [one.value for one in counted if one.value is not None]
        stated[key] = (
            (sum((one.quantity for one in counted), Decimal(0)), sum(costs, Decimal(0)) if costs else None),
            sum(values, Decimal(0)) if values else None,
            counted[0].price,
        )
    return stated
