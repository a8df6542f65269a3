r"""The text of a charge's inputs and its fingerprint, in Python and in SQL, byte for byte the same.

An accrued method writes one line for each accrual, ordered by day and then component:

    YYYY-MM-DD base rate amount component        2025-09-30 100000.0000 0.050000 19.84126984 7

A period-end method writes the closing value and then one line for each segment, ordered by component:

    YYYY-MM-DD nlv                               2025-09-30 250000.0000
    component rate days                          7 0.010000 21

Lines are joined by one line feed, with none at the end.  Values have 4 decimals, rates 6, amounts 8.
The fingerprint is the SHA-256 of `portal.lib.fingerprint`'s canonical text over: account number, payee practice id,
method code, first day, end (not included), currency, exact (8 decimals), amount (2 decimals in every currency, as its
column stores it), inputs text.  The SQL asks for DateStyle ISO, which psycopg sets on every connection.
"""

from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from fees.engine.arithmetic import CONTEXT, as_amount, as_base, as_rate
from fees.engine.types import Accrual, Charge, NavPoint, Segment
from portal.lib.fingerprint import fingerprint, sql_canonical, sql_digest, text_of

POSTED_STEP = Decimal("0.01")
LINE_FEED = "E'\\n'"


def inputs_text(charge: Charge) -> str:
    """What the charge was made from, one line each: value with its day, then component, rate and days.

    It is sealed as it stands, so its form never changes.
    """
    if charge.closing is None:
        return "\n".join(
            _accrual_line(one) for one in sorted(charge.accruals, key=lambda one: (one.day, one.component))
        )
    segments = sorted(charge.segments, key=lambda one: one.component)
    return "\n".join([_closing_line(charge.closing), *(_segment_line(one) for one in segments)])


def charge_fingerprint(charge: Charge, *, account: str, payee: int) -> str:
    """What a proof is sealed with; `account` is the account number, `payee` the practice that receives the fee."""
    return stored_fingerprint(
        account=account,
        payee=payee,
        method=charge.method,
        starts=charge.period.starts,
        ends=charge.period.ends,
        currency=charge.currency,
        exact=charge.exact,
        amount=charge.amount,
        inputs=inputs_text(charge),
    )


def stored_fingerprint(
    *,
    account: str,
    payee: int,
    method: int,
    starts: date,
    ends: date,
    currency: str,
    exact: Decimal,
    amount: Decimal,
    inputs: str,
) -> str:
    """The fingerprint of stored columns, for a verifier that has only those."""
    posted = amount.quantize(POSTED_STEP, ROUND_HALF_UP, CONTEXT)
    return fingerprint([account, payee, method, starts, ends, currency, as_amount(exact), posted, inputs])


def sql_accrued_inputs(
    *,
    day: str = "a.accrual_date",
    base: str = "a.base",
    rate: str = "a.rate",
    amount: str = "a.amount",
    component: str = "a.component",
) -> str:
    """An aggregate that builds `inputs_text` of an accrued charge over its accrual rows."""
    line = _spaced(
        f"{day}::date::text",
        f"{base}::numeric(20,4)::text",
        f"{rate}::numeric(9,6)::text",
        f"{amount}::numeric(20,8)::text",
        f"{component}::text",
    )
    return f"string_agg({line}, {LINE_FEED} order by {day}, {component})"


def sql_period_end_inputs(
    *,
    day: str = "n.nav_date",
    nlv: str = "n.nlv",
    component: str = "g.component",
    rate: str = "g.rate",
    days: str = "g.days",
) -> str:
    """An aggregate that builds `inputs_text` of a period-end charge over its segment rows.

    `day` and `nlv` are the closing value's: the same on every row of the group.
    """
    closing = _spaced(f"min({day})::date::text", f"min({nlv})::numeric(20,4)::text")
    line = _spaced(f"{component}::text", f"{rate}::numeric(9,6)::text", f"{days}::int::text")
    return f"{closing} || {LINE_FEED} || string_agg({line}, {LINE_FEED} order by {component})"


def sql_charge_fingerprint(
    *,
    account: str = "p.account",
    payee: str = "p.payee",
    method: str = "p.method",
    starts: str = "p.starts",
    ends: str = "p.ends",
    currency: str = "p.currency",
    exact: str = "p.exact",
    amount: str = "p.amount",
    inputs: str = "p.inputs",
) -> str:
    """An expression for `charge_fingerprint`: 64 hexadecimal digits."""
    return sql_digest(
        sql_canonical(
            f"{account}::text",
            f"{payee}::text",
            f"{method}::int::text",
            f"{starts}::date::text",
            f"{ends}::date::text",
            f"{currency}::text",
            f"{exact}::numeric(20,8)::text",
            f"{amount}::numeric(20,2)::text",
            inputs,
        )
    )


def _accrual_line(one: Accrual) -> str:
    return _line(one.day, as_base(one.base), as_rate(one.rate), as_amount(one.amount), one.component)


def _closing_line(closing: NavPoint) -> str:
    return _line(closing.day, as_base(closing.nlv))


def _segment_line(one: Segment) -> str:
    return _line(one.component, as_rate(one.rate), one.days)


def _line(*fields: date | Decimal | int) -> str:
    return " ".join(str(text_of(field)) for field in fields)


def _spaced(*expressions: str) -> str:
    return " || ' ' || ".join(expressions)
