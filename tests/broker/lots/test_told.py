"""The lots of statements, and how they tie to what the broker says it realized; differences are shown."""

import re
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.broker.feed.actions import import_statements
from accounts.broker.lots.pages import days_of, line_of, of_methods, of_trial
from accounts.broker.lots.queries import choices_of, contracts_of
from accounts.ground.access.context import as_role
from accounts.ground.tree import actions as tree
from tests.broker.flex import AT, element, section
from tests.broker.lots.conftest import HELD, SOLD_ON, TRADES, position, trade
from tests.world import OPENED

SAMPLES = Path(__file__).resolve().parents[4] / "shared" / "samples" / "flex"


@pytest.fixture
def lots(world, seated):
    """`lots("ana")`: the contracts of her account, as she sees them."""

    def of(name="ana", number="U1000001"):
        with seated(name) as who:
            return contracts_of(who, world[number], choices_of(who, world[number]))

    return of


def test_a_statement_ties_to_what_the_broker_realized(told, lots):
    told(*TRADES, held=HELD)

    [found] = lots()
    [day] = days_of(found)

    assert (day.sums.long, day.sums.short, day.realized, day.difference) == (1250, 0, 1250, None)
    assert (found.book.quantity, found.book.cost) == (250, 7500)
    line = line_of(found, 2025)
    assert (line.difference, line.apart, line.flags, line.unrealized) == (None, None, (), -1250)
    assert {one.method: int(one.sums.whole) for one in of_methods(found, SOLD_ON)} == {
        "FIFO": 1250, "LIFO": -1250, "HC": -1750, "LC": 1750, "MLG": 1750, "MSG": 1250, "MLL": -1250, "MSL": -1750,
    }  # fmt: skip


def test_a_trial_stores_nothing_and_says_what_each_method_would_bring(told, lots):
    told(*TRADES[:4], held=position(400, "10000", "20250616"))

    [found] = lots()
    trial = {one.method: one.sums for one in of_trial(found, Decimal(150), Decimal(25), SOLD_ON)}

    assert (trial["FIFO"].long, trial["FIFO"].short) == (1250, 0)
    assert (trial["MSG"].long, trial["MSG"].short) == (750, 500)
    assert found.book.quantity == 400


def test_a_figure_of_the_broker_that_is_not_ours_is_shown(told, lots):
    told(
        *TRADES[:4],
        trade(5, "20250616", -150, "3750", fifoPnlRealized="1249.5"),
        held=position(400, "10000", "20250303") + position(251, "7500", "20250616"),
    )

    [found] = lots()

    assert days_of(found)[0].difference == Decimal("-0.50")
    assert (line_of(found, 2025).difference, line_of(found, 2025).apart) == (Decimal("-0.50"), 1)


def test_what_was_held_before_the_first_statement_comes_in_at_the_brokers_cost(told, lots):
    told(
        trade(1, "20250616", 10, "-200"),
        trade(2, "20250616", -5, "150", symbol="OLD", conid=5, fifoPnlRealized=110),
        held=position(110, "1200", "20250616") + position(5, "40", "20250616", symbol="OLD", conid=5),
    )

    old, new = lots()

    assert (new.book.quantity, new.book.cost, {one.value for one in new.book.flags}) == (110, 1200, {"before"})
    # 40 for the five that are left is all that tells what the five that went had cost.
    assert (old.book.quantity, old.book.cost, days_of(old)[0].sums.unknown) == (5, 40, 110)


def test_lots_of_the_broker_are_taken_as_they_are(told, lots):
    lot = {"levelOfDetail": "LOT", "markPrice": 25}
    told(
        held=position(60, "600", "20250616", openDateTime="20200102;100000", originatingTransactionID=1, **lot)
        + position(40, "800", "20250616", openDateTime="20250501;100000", originatingTransactionID=2, **lot)
        + position(100, "1400", "20250616")
    )

    [found] = lots()

    assert [(one.opened_on, one.quantity, one.cost) for one in found.book.lots] == [
        (date(2020, 1, 2), 60, 600),
        (date(2025, 5, 1), 40, 800),
    ]
    assert found.book.flags == set()


def test_cancelled_and_corrected_trades_leave_no_lot(told, lots):
    told(
        trade(1, "20240110", 100, "-1000"),
        trade(2, "20240110", 100, "-900"),
        trade(3, "20240110", -100, "900", transactionType="TradeCancel", origTradeID=2),
        trade(4, "20240111", 100, "-950", transactionType="TradeCorrect", origTradeID=2),
    )

    [found] = lots()

    assert (found.book.quantity, found.book.cost, found.book.pieces) == (200, 1950, [])


def action(kind, quantity, **more):
    facts = {
        "type": kind, "actionID": "900", "symbol": "XYZ", "conid": 77, "currency": "USD", "quantity": quantity,
        "dateTime": "20250612;202500", "reportDate": "20250613", "levelOfDetail": "DETAIL",
    }  # fmt: skip
    return element("CorporateAction", **{**facts, **more})


def test_a_split_and_a_new_name_keep_lots_and_what_has_no_price_is_flagged(told, lots):
    bought = [trade(n, "20240110", 100, "-1000", symbol=f"S{n}", conid=n) for n in (1, 2, 3)]
    told(
        *bought,
        trade(9, "20250616", -30, "600", symbol="S1", conid=1, fifoPnlRealized=500),
        others=(
            section(
                "CorporateActions",
                action("FS", 200, symbol="S1", conid=1, transactionID=1),
                action("RS", -100, symbol="S2.OLD", conid=2, actionID="901", transactionID=2),
                action("RS", 10, symbol="S2", conid=22, actionID="901", transactionID=3),
                action("SO", 50, symbol="S3", conid=3, actionID="902", transactionID=4),
            ),
        ),
    )

    split, renamed, spun = lots()

    # 30 of 300 that cost 1000: 600 less 100.
    assert (split.book.quantity, days_of(split)[0].sums.whole, days_of(split)[0].difference) == (270, 500, None)
    assert (renamed.key, renamed.book.quantity, renamed.book.cost, renamed.book.flags) == ("22", 10, 1000, set())
    assert {one.value for one in spun.book.flags} == {"action"}


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="the sample files are not at hand")
def test_real_statements_tie(world, lots):
    """Realized figures of the samples are the broker's; what is not known of them is flagged, never made up."""
    bases = {"U123456": "USD", "U000000": "CHF", "U1234567": "EUR", "U1234568": "EUR"}
    for number, base in bases.items():
        account = tree.create_account(
            parent=world["F100001"], kind="client", number=number, title=number, base_currency=base, day=OPENED
        )
        world.accounts[number] = tree.open_account(account=account, day=OPENED)
    for path in sorted(SAMPLES.glob("*.xml")):
        said = re.findall(r'<AccountInformation accountId="(\w+)"[^>]*? currency="(\w+)"', path.read_text())
        for number, base in said:
            with as_role("owner"):
                type(world["F100001"]).unscoped.filter(number=number).update(base_currency=base)
        import_statements([path], at=AT)

    contracts = [one for number in bases for one in lots("alice", number)]

    assert contracts
    for one in contracts:
        away = [day.difference for day in days_of(one) if day.difference is not None]
        assert away == [] or one.book.flags, one.symbol
        # Opened quantities and costs are the broker's own to the last digit.
        if one.stated and not one.book.flags:
            assert one.book.quantity == one.stated[0]


def test_the_page_costs_the_same_whatever_it_shows(told, browse):
    """Twelve queries of its own beside what every page asks, however many contracts there are."""
    client, address = browse("ana"), "/accounts/U1000001/tax-lots/"
    client.get(address)
    with CaptureQueriesContext(connection) as empty:
        client.get(address)
    told(*(trade(n, "20240110", 10, "-100", symbol=f"S{n}", conid=n) for n in range(1, 30)))
    with CaptureQueriesContext(connection) as full:
        assert "S29" in client.get(address).content.decode()
    with CaptureQueriesContext(connection) as other:
        client.get("/accounts/U1000001/restrictions/")

    assert len(full) - len(empty) <= 1  # positions are asked for where there are any
    assert len(full) - len(other) <= 11
