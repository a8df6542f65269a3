"""Fees per trade unit from imported executions to money: the published cases, and each execution once."""

from datetime import date
from decimal import Decimal

import pytest
from django.utils import timezone

from accounts.broker.rates.actions import correct_rate
from accounts.ground.access.context import as_role, cursor
from accounts.ground.ledger.models import Transfer
from accounts.ground.runs.models import Hold, Seal
from fees.accrual.statements import PLANNING
from fees.engine.registry import EVERY_BY_NAME
from fees.posting.models import Charge
from fees.proofs.actions import recompute_charge
from fees.proofs.queries import proof
from fees.proofs.words import tell
from fees.schedules.rules import Figures, ScheduleRefused
from fees.trades.models import TradeFee
from fees.trades.queries import waiting
from tests.fees.posting.nights import night_role

ANA = "U1000001"
PER_TRADE = EVERY_BY_NAME["PERTRADE"].code
FIRST, SECOND = date(2025, 9, 29), date(2025, 9, 30)


def per_trade(*schedules: dict) -> Figures:
    return Figures(method=PER_TRADE, more={"schedules": list(schedules)})


def key(kind: str, figure: str | None = None, **more) -> dict:
    given = {"asset_class": "STK", "currency": "USD", "kind": kind}
    return given | ({} if figure is None else {"figure": figure}) | more


def trade(nights, day: date, *, number: str = ANA, **more) -> None:
    """One execution as the feed stores it."""
    row = {
        "key": "1:1:EXECUTION", "trade_id": "1", "kind": "ExchTrade", "side": "BUY", "asset": "STK", "symbol": "AAPL",
        "currency": "USD", "quantity": "100", "price": "10", "proceeds": "-1000", "commission": "-1", "exchange": "",
        "commission_currency": more.get("currency", "USD"), "notes": "", "opens_or_closes": "O",
    } | more  # fmt: skip
    account = nights.world[number]
    with as_role("night"), cursor() as cur:
        cur.execute(
            "INSERT INTO broker_trade (firm_id, account_id, key, trade_id, kind, side, trade_on, report_on, asset,"
            " symbol, description, currency, quantity, price, proceeds, commission, commission_currency, put_call,"
            " opens_or_closes, notes, execution_id, order_id, file_id, exchange)"
            " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, '', %s, %s, %s, %s, %s, %s, '', %s, %s, '', '', 0, %s)"
            " ON CONFLICT DO NOTHING",
            [account.firm_id, account.pk, row["key"], row["trade_id"], row["kind"], row["side"], day, day, row["asset"],
             row["symbol"], row["currency"], row["quantity"], row["price"], row["proceeds"], row["commission"],
             row["commission_currency"], row["opens_or_closes"], row["notes"], row["exchange"]],
        )  # fmt: skip


@pytest.fixture
def valued(nights):
    nights.values(ANA, "100000", FIRST, date(2025, 10, 1))
    return nights


def agrees(charge: Charge) -> bool:
    with as_role("owner"):
        return recompute_charge(Charge.unscoped.select_related("account", "practice").get(pk=charge.pk)).agrees


@pytest.mark.parametrize(
    ("schedule", "execution", "amount", "currency"),
    [
        pytest.param(key("absolute_markup", "1", asset_class="OPT"), {"asset": "OPT", "quantity": "1"}, "1.00", "USD",
                     id="P16"),
        pytest.param(key("percent_markup", "1", currency="EUR"),
                     {"currency": "EUR", "commission": "-10", "commission_currency": "EUR"}, "10.00", "EUR", id="P17"),
        pytest.param(key("percent_markup", "2", asset_class="OPT"), {"asset": "OPT", "quantity": "1"}, "2.00", "USD",
                     id="P18"),
        pytest.param(key("absolute_markup", "0.001", currency="CAD", minimum="1"), {"currency": "CAD"}, "1.00", "CAD",
                     id="P20-minimum"),
        pytest.param(key("absolute_markup", "0.001", currency="CAD", maximum="5"),
                     {"currency": "CAD", "quantity": "10000"}, "5.00", "CAD", id="P20-maximum"),
        pytest.param(key("absolute_markup", "0.001", currency="CAD", maximum="0.01", maximum_of_value=True),
                     {"currency": "CAD", "quantity": "10000", "proceeds": "300"}, "3.00", "CAD", id="P20-of-value"),
        pytest.param(key("ticket", "2", asset_class="CASH"),
                     {"asset": "CASH", "symbol": "EUR.USD", "currency": "USD"}, "2.00", "USD", id="P26"),
        pytest.param(key("absolute_amount", prices=[{"price": "0.01"}]),
                     {"quantity": "500", "commission": "-2.50"}, "2.50", "USD", id="D29"),
        pytest.param(key("absolute_amount", prices=[{"price": "0.01"}]),
                     {"quantity": "500", "commission": "-6"}, "-1.00", "USD", id="D29-dear"),
        pytest.param(key("ticket", "2"), {"notes": "P;L"}, "0.00", "USD", id="liquidation"),
        pytest.param(key("ticket", "2"), {"notes": "M", "opens_or_closes": "C"}, "0.00", "USD", id="by-broker"),
        pytest.param(key("ticket", "2"), {"notes": "M"}, "2.00", "USD", id="entered-by-hand"),
    ],
)  # fmt: skip
def test_an_execution_is_charged_as_agreed(valued, schedule, execution, amount, currency):
    valued.agree(ANA, per_trade(schedule), starts=FIRST)
    trade(valued, FIRST, **execution)

    valued.night(FIRST)

    charge = valued.charge(ANA)
    assert (charge.amount, charge.currency, charge.method) == (Decimal(amount), currency, PER_TRADE)
    assert charge.state == ("due" if charge.amount else "zero")
    assert charge.due_on == SECOND
    assert agrees(charge)
    assert valued.sealed(ANA, FIRST)


def test_d29_what_a_commission_exceeds_the_agreed_price_by_is_given_back(valued):
    """0.01 × 500 is 5.00 all in, and the broker took 6.00: the advisor gives back 1.00."""
    valued.agree(ANA, per_trade(key("absolute_amount", prices=[{"price": "0.01"}])), starts=FIRST)
    trade(valued, FIRST, quantity="500", commission="-6")
    valued.night(FIRST)

    assert valued.night(SECOND).problem == ""

    charge = valued.charge(ANA)
    assert (charge.state, charge.amount, charge.posted_on) == ("posted", Decimal("-1.00"), SECOND)
    moved = Transfer.unscoped.get(account__number=ANA)
    assert (moved.kind, moved.amount) == ("adjustment", Decimal("1.00"))
    assert told(charge)[-2:] == [
        "The broker's commission is higher than the price agreed, so the advisor pays 1.00.",
        "Together −1.00: the advisor gives the client 1.00 USD, rounded once, half up.",
    ]


def test_d29_does_not_depend_on_the_other_trades_of_the_day(valued):
    """-1.00 and, for a commission of 2.50, 2.50: with both the client pays 1.50, which is 10.00 all in."""
    valued.agree(ANA, per_trade(key("absolute_amount", prices=[{"price": "0.01"}])), starts=FIRST)
    trade(valued, FIRST, quantity="500", commission="-6")
    trade(valued, FIRST, key="2:2:EXECUTION", quantity="500", commission="-2.50")

    valued.night(FIRST)

    assert valued.charge(ANA).amount == Decimal("1.50")


def told(charge: Charge) -> list[str]:
    with as_role("owner"):
        found = Charge.unscoped.select_related("account", "practice").get(pk=charge.pk)
        return [tell(one) for one in proof(found).story]


def test_an_execution_is_charged_once_however_often_it_comes(valued):
    valued.agree(ANA, per_trade(key("ticket", "2")), starts=FIRST)
    trade(valued, FIRST)
    valued.night(FIRST)
    trade(valued, FIRST)
    valued.close(FIRST)
    valued.night(SECOND)

    assert (Charge.unscoped.count(), TradeFee.unscoped.count()) == (1, 1)
    assert valued.charge(ANA).state == "posted"


def test_a_late_execution_is_charged_by_the_next_night(valued):
    valued.agree(ANA, per_trade(key("ticket", "2")), starts=FIRST)
    valued.night(FIRST)
    trade(valued, FIRST)
    valued.night(SECOND)

    assert (valued.charge(ANA).starts, valued.charge(ANA).amount) == (SECOND, Decimal("2.00"))


def test_what_was_traded_before_the_agreement_is_free(valued):
    valued.agree(ANA, per_trade(key("ticket", "2")), starts=SECOND)
    trade(valued, FIRST)
    trade(valued, SECOND, key="2:2:EXECUTION")
    trade(valued, SECOND, key="3:3:EXECUTION", kind="BookTrade")
    trade(valued, SECOND, key="4:4:EXECUTION", notes="Ca")
    valued.night(FIRST)
    valued.night(SECOND)

    assert TradeFee.unscoped.count() == 1
    assert valued.charge(ANA).amount == Decimal("2.00")


def test_a_product_beats_its_currency_and_the_day_is_one_charge(valued):
    valued.agree(ANA, per_trade(key("ticket", "2"), key("ticket", "5", product="TSLA")), starts=FIRST)
    trade(valued, FIRST)
    trade(valued, FIRST, key="2:2:EXECUTION", symbol="TSLA")
    valued.night(FIRST)

    charge = valued.charge(ANA)
    assert charge.amount == Decimal("7.00")
    assert [one.exact for one in TradeFee.unscoped.order_by("trade_id")] == [2, 5]
    with as_role("owner"):
        words = [tell(one) for one in proof(Charge.unscoped.select_related("account", "practice").get()).story]
    assert any("TSLA" in line for line in words)
    assert "A trade costs a flat 5 on top of the commission of 1" in " ".join(words)
    assert words[-1].endswith("the fee is 7.00 USD.")


def test_a_product_beats_an_exchange_and_an_exchange_its_currency(valued):
    """On ISLAND 3.00, elsewhere 2.00, and MSFT 5.00 wherever it is traded."""
    keys = key("ticket", "2"), key("ticket", "3", exchange="ISLAND"), key("ticket", "5", product="MSFT")
    valued.agree(ANA, per_trade(*keys), starts=FIRST)
    trade(valued, FIRST, exchange="ISLAND")
    trade(valued, FIRST, key="2", exchange="NYSE")
    trade(valued, FIRST, key="3", exchange="ISLAND", symbol="MSFT")

    valued.night(FIRST)

    assert valued.charge(ANA).amount == Decimal("10.00")
    assert {one.trade.key: one.exact for one in TradeFee.unscoped.select_related("trade")} == {
        "1:1:EXECUTION": Decimal(3), "2": Decimal(2), "3": Decimal(5),
    }  # fmt: skip
    assert agrees(valued.charge(ANA))


@pytest.mark.parametrize(
    ("registered", "asset", "allowed"),
    [(False, "FUT", False), (True, "FUT", True), (True, "FOP", True), (True, "STK", False)],
)
@pytest.mark.parametrize("home", ["USA", "PRI"])
def test_residents_of_the_united_states_pay_for_futures_of_a_registered_advisor_alone(
    valued, registered, asset, allowed, home
):
    with as_role("owner"):
        party = valued.world.parties["ana"]
        party.residence = home
        party.save(update_fields=["residence"])
        practice = valued.world[ANA].practice
        practice.is_commodity_registered = registered
        practice.save(update_fields=["is_commodity_registered"])
    terms = per_trade(key("ticket", "2", asset_class=asset))

    if not allowed:
        with pytest.raises(ScheduleRefused) as refused:
            valued.agree(ANA, terms, starts=FIRST, practice=practice)
        assert [one.key for one in refused.value.problems] == ["residence"]
        return
    valued.agree(ANA, terms, starts=FIRST, practice=practice)
    trade(valued, FIRST, asset=asset, symbol="ESZ5")
    valued.night(FIRST)
    assert valued.charge(ANA).amount == Decimal("2.00")


@pytest.mark.parametrize(("was", "became"), [("ISLAND", "NYSE"), ("ISLAND", ""), ("", "NYSE"), ("DARK POOL", "DARK")])
def test_another_exchange_of_a_charged_trade_is_found(valued, was, became):
    """Both exchanges cost the same here, so that nothing but the sealed line tells them apart."""
    valued.agree(ANA, per_trade(key("ticket", "2")), starts=FIRST)
    trade(valued, FIRST, exchange=was)
    valued.night(FIRST)
    charge = valued.charge(ANA)
    assert agrees(charge)
    assert ("STK@" in charge.inputs) is bool(was)

    with as_role("owner"), cursor() as cur:
        cur.execute("UPDATE broker_trade SET exchange = %s", [became])

    assert not agrees(charge)


def test_a_trade_that_moved_to_another_exchange_before_the_seal_stops_it(valued):
    valued.agree(ANA, per_trade(key("ticket", "2")), starts=FIRST)
    trade(valued, FIRST, exchange="ISLAND")
    valued.accrue(FIRST)
    valued.close(FIRST)
    with as_role("owner"), cursor() as cur:
        cur.execute("UPDATE broker_trade SET exchange = 'NYSE'")

    refused = valued.seal(FIRST)

    assert "I28 charges_are_the_sum_of_their_trades" in refused.problem
    with as_role("owner"):
        assert not Seal.unscoped.filter(day=FIRST, firm_id=valued.world[ANA].firm_id).exists()


def test_a_later_statement_that_corrects_the_exchange_stops_no_seal(valued):
    valued.agree(ANA, per_trade(key("ticket", "2")), starts=FIRST)
    trade(valued, FIRST, exchange="ISLAND")
    valued.accrue(FIRST)
    valued.close(FIRST)
    with as_role("owner"), cursor() as cur:
        cur.execute(
            "INSERT INTO broker_statementfile (id, sha256, name, kind, state, size, imported_at, query_name,"
            " statements, counts, problem)"
            " VALUES (7, 'x', 'late', 'flex', 'loaded', 1, clock_timestamp(), '', 1, '{}', '')"
        )
        cur.execute("UPDATE broker_trade SET exchange = 'NYSE', file_id = 7")

    assert "I28" not in valued.night(FIRST).problem


def test_a_commission_in_another_currency_waits_for_the_rate_of_its_day(valued):
    """100 % of a commission of 10 EUR at 1.17 is 11.70 USD. An unknown rate is never taken for no commission."""
    valued.agree(ANA, per_trade(key("percent_markup", "1")), starts=FIRST)
    trade(valued, FIRST, commission="-10", commission_currency="EUR")
    trade(valued, FIRST, key="2:2:EXECUTION", commission="-4")
    sealed = valued.night(FIRST)

    assert sealed.problem == ""
    assert [one.amount for one in Charge.unscoped.all()] == [Decimal("4.00")]
    held = Hold.unscoped.get(stage="close", resolved_at=None)
    assert (held.reason, held.detail) == ("no_rate", "USD 2025-09-29")

    with as_role("owner"), cursor() as cur:
        cur.execute("INSERT INTO broker_fxrate VALUES (%s, 'EUR', 'USD', 1.17, 0)", [FIRST])
    assert valued.night(SECOND).problem == ""

    late = valued.charge(ANA, starts=SECOND)
    assert late.amount == Decimal("11.70")
    assert not Hold.unscoped.filter(stage="close", resolved_at=None).exists()
    assert agrees(late)
    with as_role("office"):
        correct_rate(
            day=FIRST, from_currency="EUR", to_currency="USD", seen=Decimal("1.17"), rate=Decimal("1.2"),
            reason="Misread", by=1, at=timezone.now(),
        )  # fmt: skip
    assert agrees(late), "the proof takes the rate that was known then"


def test_what_was_charged_is_asked_for_by_its_trade(valued):
    """Kept from looping, a join would read the fees on trades of everybody, for each range of accounts."""
    asked: list[str] = []

    class Explaining:
        def __init__(self, cur):
            self.cur = cur

        def execute(self, sql, values):
            self.cur.execute("EXPLAIN " + sql, values)

        def fetchall(self):
            asked.extend(line for (line,) in self.cur.fetchall())
            return []

    with night_role(), cursor() as cur:
        cur.execute(f"{PLANNING}; SET LOCAL enable_seqscan = off")
        waiting(Explaining(cur), day=SECOND, within="true")

    found = [asked[place + 1] for place, line in enumerate(asked) if "on fees_tradefee" in line]
    assert len(found) == 2
    assert all("Index Cond: ((trade_id =" in line for line in found)
