"""The tables a statement fills: columns as they are staged, the natural key, and what a later file may correct."""

from dataclasses import dataclass

AMOUNT = "numeric(28, 10)"
RATE = "numeric(20, 10)"
MONEY = "numeric(20, 4)"
INSTANT = "timestamptz"

_WHOSE = {"firm_id": "bigint", "account_id": "bigint", "key": "text"}


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """One table with its staging columns in the order of the staged tuples."""

    name: str
    columns: dict[str, str]
    key: tuple[str, ...]
    # Whether its rows keep when they were first told.
    is_told: bool = False

    @property
    def target(self) -> str:
        return f"broker_{self.name}"

    @property
    def stage(self) -> str:
        return f"feed_{self.name}"

    @property
    def corrected(self) -> list[str]:
        """Columns that a later file may change."""
        return [name for name in self.columns if name not in (*self.key, "firm_id")]


CASH_LINE = Table(
    "cashline",
    _WHOSE
    | {"kind": "text", "currency": "text", "amount": AMOUNT, "rate": RATE, "base": MONEY, "flow_on": "date"}
    | {"report_on": "date", "settle_on": "date", "happened_at": INSTANT, "symbol": "text", "conid": "bigint"}
    | {"trade_id": "text", "reference": "text", "description": "text"},
    ("account_id", "key"),
)
TRANSFER = Table(
    "positiontransfer",
    _WHOSE
    | {"kind": "text", "direction": "text", "report_on": "date", "flow_on": "date", "currency": "text"}
    | {"quantity": AMOUNT, "price": AMOUNT, "value": AMOUNT, "cash": AMOUNT, "flow": MONEY, "asset": "text"}
    | {"symbol": "text", "conid": "bigint", "other_account": "text", "company": "text", "description": "text"},
    ("account_id", "key"),
)
TRADE = Table(
    "trade",
    _WHOSE
    | {"trade_id": "text", "kind": "text", "side": "text", "trade_on": "date", "report_on": "date"}
    | {"settle_on": "date", "happened_at": INSTANT, "asset": "text", "symbol": "text", "conid": "bigint"}
    | {"description": "text", "currency": "text", "rate": RATE, "quantity": AMOUNT, "price": AMOUNT}
    | {"proceeds": AMOUNT, "taxes": AMOUNT, "commission": AMOUNT, "commission_currency": "text"}
    | {"net_cash": AMOUNT, "cost": AMOUNT, "realized": AMOUNT, "multiplier": AMOUNT, "strike": AMOUNT}
    | {"expires_on": "date", "put_call": "text", "opens_or_closes": "text", "notes": "text"}
    | {"execution_id": "text", "order_id": "text", "is_api_order": "boolean", "exchange": "text"}
    | {"orig_trade_id": "text"},
    ("account_id", "key"),
    is_told=True,
)
# What a fee on a trade is worked out from: of a trade that is corrected in one of them the old row is kept.
PRICED = (
    *("kind", "trade_on", "report_on", "asset", "symbol", "currency", "quantity", "price", "proceeds", "multiplier"),
    *("commission", "commission_currency", "opens_or_closes", "notes", "exchange"),
)
ACTION = Table(
    "corporateaction",
    _WHOSE
    | {"action_id": "text", "kind": "text", "report_on": "date", "happened_at": INSTANT, "symbol": "text"}
    | {"conid": "bigint", "currency": "text", "quantity": AMOUNT, "amount": AMOUNT, "proceeds": AMOUNT}
    | {"description": "text"},
    ("account_id", "key"),
)
POSITION = Table(
    "position",
    {"account_id": "bigint", "day": "date", "key": "text", "level": "text", "side": "text", "asset": "text"}
    | {"symbol": "text", "conid": "bigint", "currency": "text", "rate": RATE, "quantity": AMOUNT, "price": AMOUNT}
    | {"value": AMOUNT, "cost_price": AMOUNT, "cost": AMOUNT, "unrealized": AMOUNT, "percent": "numeric(12, 4)"}
    | {"opened_at": INSTANT},
    ("account_id", "day", "key"),
)
CASH = Table(
    "cashbalance",
    {"account_id": "bigint", "day": "date", "currency": "text", "is_total": "boolean"}
    | {"ending": AMOUNT, "settled": AMOUNT},
    ("account_id", "day", "currency", "is_total"),
)
CHANGE = Table(
    "changeinnav",
    {"firm_id": "bigint", "account_id": "bigint", "starts": "date", "last_day": "date", "currency": "text"}
    | {"starting": MONEY, "ending": MONEY, "twr": "numeric(24, 12)", "components": "jsonb"},
    ("account_id", "starts", "last_day"),
)
INSTRUMENT = Table(
    "instrument",
    {"conid": "bigint", "symbol": "text", "description": "text", "isin": "text", "asset": "text"}
    | {"currency": "text", "multiplier": AMOUNT, "matures_on": "date"},
    ("conid",),
)
# A rate is a fact of the market that one account's statement must not change for everybody: the first one stays.
RATES = Table(
    "fxrate",
    {"day": "date", "from_currency": "text", "to_currency": "text", "rate": RATE},
    ("day", "from_currency", "to_currency"),
)
FACTS = Table(
    "accountfacts",
    {"account_id": "bigint", "firm_id": "bigint", "as_of": "date", "generated_at": INSTANT, "capabilities": "text"}
    | {"permissions": "text", "master_name": "text", "last_traded_on": "date", "title": "text", "sort_key": "text"}
    | {"alias": "text", "margin_kind": "text", "account_type": "text", "customer_type": "text", "entity": "text"}
    | {"opened_on": "date", "funded_on": "date", "closed_on": "date"},
    ("account_id",),
)
# `flow` is NULL where the file does not say; what is stored, or the account's own lines, then decide.
NAV = Table(
    "navdaily",
    {"account_id": "bigint", "nav_date": "date", "nlv": MONEY, "flow": MONEY, "currency": "text"},
    ("account_id", "nav_date"),
)

# Merged by the common statement, in this order; the others have statements of their own.
PLAIN = (CASH_LINE, TRANSFER, TRADE, ACTION, POSITION, CASH, CHANGE, INSTRUMENT)
STAGED = (*PLAIN, RATES, FACTS, NAV)
