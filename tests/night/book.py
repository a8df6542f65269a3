"""A small book that gives every stage of the night something to do, and nights over it.

Thirteen business days from 15 September 2025, over the end of a month and of a quarter: every frequency closes on the
30th and posts on 1 October. Chidi pays two payees, Ken's cash account lacks the money, Dana's value of the 30th is
missing and Nina is of the other firm, so young that on the 30th the rolling cap cuts what she pays. One account also
pays a share of its quarter's profit, and for a trade; its advisor bears what the broker charges while the money lasts.
The STL group of that account lacks cash at its master, so its subs hand over what they have.
Chidi is invested in two hedge funds, of which the back office tells one and statements the other.
"""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from django.db import connections

from accounts.ground.access.context import as_role
from accounts.ground.days.queries import calendar
from accounts.ground.tree.models import Account
from fees.engine.registry import EVERY_BY_NAME
from fees.engine.types import Range
from fees.schedules.actions import agree
from fees.schedules.rules import Figures, Signature
from tests.world import World

FIRST, LAST = date(2025, 9, 15), date(2025, 10, 1)
CLOSING = date(2025, 9, 30)
SIGNED_AT = datetime(2025, 9, 12, 16, tzinfo=UTC)
EVENING = datetime(2025, 10, 2, 1, 0, tzinfo=UTC)
CLOSING_EVENING = EVENING - timedelta(days=1)

STEPS = (Range(Decimal(0), Decimal(100_000), Decimal("0.01")), Range(Decimal(100_000), None, Decimal("0.005")))

# (account, payee's master or None for the own advisor, fees)
AGREED = (
    ("U1000001", None, {"PERCENTOFEQUITY": "0.05", "ANNUALFLATFEE_MONTHLY": "6000"}),
    ("U1000002", None, {"PERCENTOFEQUITY_MONTHLY": "0.012"}),
    ("U2000001", None, {"BLENDEDPERCENTOFEQUITY_MONTHLY": "", "ANNUALFLATFEE": "2520", "HEDGEFUND_MONTHLY": "0.012"}),
    ("U2000001", "F100001", {"PERCENTOFEQUITY_EOQ": "0.01"}),
    ("U3000001", None, {"ANNUALFLATFEE_QUATERLY": "1000"}),
    ("I4000001", None, {"BLENDEDPERCENTOFEQUITY_EOM": "", "PERCENTOFPROFIT_QUARTER": "0.20", "PERTRADE": ""}),
    ("U9000001", None, {"BLENDEDPERCENTOFEQUITY": "", "ANNUALFLATFEE": "396900"}),
)
# The advisor pays what the broker charges this account.
BORNE = "I4000001"

TICKET = {"asset_class": "STK", "currency": "USD", "kind": "ticket", "figure": "2"}

VALUES = {
    "U1000001": "100000", "U1000002": "9000000", "U2000001": "1500000", "U3000001": "77000.5", "I4000001": "250000",
    "U4000001": "0", "U4000002": "-12.34", "U9000001": "333333.3333",
}  # fmt: skip


def days() -> list[date]:
    return [*calendar().between(FIRST, LAST), LAST]


def build(world: World) -> None:
    """Agreements, thirteen days of values and the cash of the one account that may not owe."""
    with as_role("owner"):
        # Ten days of 1,583.60 are within the cap of an account of so many days, the eleventh is not.
        Account.unscoped.filter(number="U9000001").update(opened_on=FIRST, funded_on=FIRST)
        for number, payee, fees in AGREED:
            account = world[number]
            agree(
                account=account,
                practice=world[payee].practice if payee else account.practice,
                strategy="automatic",
                components=[_figures(name, figure) for name, figure in fees.items()],
                starts=FIRST,
                signature=Signature(
                    name=account.title, at=datetime(2025, 9, 12, 15, tzinfo=UTC), document_hash="5e" * 32
                ),
                commissions_to_master=number == BORNE,
                other_fees_to_master=number == BORNE,
                by=None,
                at=SIGNED_AT,
            )
        with connections["owner"].cursor() as cur:
            cur.execute("SELECT broker_ensure_partitions(%s, %s)", [FIRST, LAST])
            for place, day in enumerate(days()):
                for number, nlv in VALUES.items():
                    if (number, day) != ("U3000001", CLOSING):
                        _value(cur, world, number, day, Decimal(nlv) + place * 7, flow=100 if place == 3 else 0)
                for code, base, rate in (("EUR", "USD", "1.17"), ("JPY", "USD", "0.0067")):
                    cur.execute("INSERT INTO broker_fxrate VALUES (%s, %s, %s, %s, 0)", [day, code, base, rate])
            _earning(cur, world["I4000001"])
            _charging(cur, world[BORNE])
            _given_back(cur, world)
            _invested(cur, world)
            # Less the 20.00 given back it pays the commission of 1.00, and is then too little for the other fee.
            # What the STL master has does not cover its fee, so it draws on both subs.
            for number, currency, cash in (
                *(("U1000002", "JPY", "5"), ("F100001", "USD", "1020.50")),
                *(("I4000001", "USD", "5"), ("U4000001", "USD", "20"), ("U4000002", "USD", "10")),
            ):
                cur.execute(
                    "INSERT INTO broker_cashbalance (account_id, day, currency, is_total, ending, settled, file_id)"
                    " VALUES (%s, %s, %s, false, %s, %s, 0)",
                    [world[number].pk, CLOSING, currency, cash, cash],
                )


def arrive(world: World) -> None:
    """Dana's value of the 30th comes after all."""
    with as_role("owner"), connections["owner"].cursor() as cur:
        _value(cur, world, "U3000001", CLOSING, Decimal("77012.5"), flow=0)


def _earning(cur, account) -> None:
    """An account that was funded on the first day, so that its quarter has a result, and an execution on its last."""
    cur.execute("UPDATE accounts_account SET funded_on = %s WHERE id = %s", [FIRST, account.pk])
    cur.execute("UPDATE broker_navdaily SET flow = nlv WHERE account_id = %s AND nav_date = %s", [account.pk, FIRST])
    cur.execute(
        "INSERT INTO broker_trade (firm_id, account_id, key, trade_id, kind, side, trade_on, report_on, asset, symbol,"
        " description, currency, quantity, price, proceeds, commission, commission_currency, put_call, opens_or_closes,"
        " notes, execution_id, order_id, file_id)"
        " VALUES (%s, %s, '1:1:EXECUTION', '1', 'ExchTrade', 'BUY', %s, %s, 'STK', 'AAPL', '', 'USD', 100, 10, -1000,"
        " -1, 'USD', '', 'O', '', '', '', 0)",
        [account.firm_id, account.pk, CLOSING, CLOSING],
    )


def _charging(cur, account) -> None:
    """Market data of the broker, on the day of the execution."""
    cur.execute(
        "INSERT INTO broker_cashline (firm_id, account_id, key, kind, currency, amount, report_on, symbol, trade_id,"
        " reference, description, file_id)"
        " VALUES (%s, %s, 'data', 'Other Fees', 'USD', -3, %s, '', '', '', 'MARKET DATA', 0)",
        [account.firm_id, account.pk, CLOSING],
    )


def _given_back(cur, world: World) -> None:
    """Ana gets 20.00 back of what she has paid until the closing, and is refused more than half of it."""
    ana = world["U1000001"]
    for amount in ("20", "5000"):
        cur.execute(
            "INSERT INTO fees_reimbursement (id, firm_id, account_id, practice_id, amount, currency, memo,"
            " business_day, state, reason, needs_approval, submitted_at, submitted_by_id)"
            " VALUES (md5(%s)::uuid, %s, %s, %s, %s, 'USD', '', %s, 'pending', '', false, %s, %s)",
            [amount, ana.firm_id, ana.pk, ana.practice_id, amount, CLOSING, SIGNED_AT, world.users["alice"].pk],
        )


def _invested(cur, world: World) -> None:
    """What ALPHA was worth was told by the back office; BETA stands in the statement of the month's last day."""
    chidi = world["U2000001"]
    cur.execute(
        "INSERT INTO fees_fundvalue (firm_id, account_id, fund, day, value, put_in, taken_out, source, recorded_by_id)"
        " VALUES (%s, %s, 'ALPHA', %s, 250000, 0, 0, 'told', %s)",
        [chidi.firm_id, chidi.pk, CLOSING, world.users["alice"].pk],
    )
    cur.execute(
        "INSERT INTO broker_position (account_id, day, key, level, side, asset, symbol, currency, quantity, value,"
        " file_id) VALUES (%s, %s, 'BETA', 'SUMMARY', 'Long', 'FUND', 'BETA', %s, 1, 50000, 0)",
        [chidi.pk, CLOSING, chidi.base_currency],
    )


def _figures(name: str, figure: str) -> Figures:
    method = EVERY_BY_NAME[name]
    if method.family == "trade_unit":
        return Figures(method=method.code, more={"schedules": [TICKET]})
    if method.family == "hedge_fund":
        funds = [{"fund": fund, "rate": figure} for fund in ("ALPHA", "BETA")]
        return Figures(method=method.code, more={"funds": funds})
    if method.family == "profit":
        return Figures(method=method.code, rate=Decimal(figure), more={"look_back": None})
    if method.family == "blended":
        return Figures(method=method.code, ranges=STEPS)
    parameter = "flat" if method.family == "flat" else "rate"
    return Figures(method=method.code, **{parameter: Decimal(figure)})


def _value(cur, world: World, number: str, day: date, nlv: Decimal, *, flow: int) -> None:
    cur.execute(
        "INSERT INTO broker_navdaily (nav_date, account_id, nlv, flow, currency) VALUES (%s, %s, %s, %s, %s)",
        [day, world[number].pk, nlv, flow, world[number].base_currency],
    )
