"""May this person trade this here today? Authority, account, permissions, margin and restrictions, each in words."""

from datetime import date, timedelta

import pytest

from accounts.broker.instruments.queries import named
from accounts.broker.instruments.rules import Traded, country_of
from accounts.broker.restrictions.actions import Match, restrict
from accounts.broker.trading.queries import may_trade
from accounts.ground.tree.actions import change_status
from tests.broker.trading.conftest import DAY

XYZ = Traded("XYZ", "STK", "US")


@pytest.fixture
def asked(stocks_everywhere, world, seated):
    """`asked("bob", "U2000001")`: may bob trade XYZ there?"""

    def ask(name, number, *, traded=XYZ, side="buy", day=DAY):
        with seated(name) as who:
            return may_trade(who, world[number], traded, side, day)

    return ask


@pytest.mark.parametrize(
    ("name", "number", "allowed"),
    [
        ("alice", "U1000001", True),
        ("alice", "U2000001", True),
        ("alice", "I4000001", True),
        ("alice", "U4000001", True),
        ("alice", "F200002", False),
        ("bob", "U2000001", True),
        ("bob", "F200002", False),
        ("sam", "I4000001", True),
        ("sam", "U4000002", True),
        ("ana", "U1000001", False),
        ("mallory", "U9000001", True),
        ("bob", "U1000001", False),
        ("mallory", "U1000001", False),
    ],
)
def test_who_may_trade_for_whom(asked, name, number, allowed):
    answer = asked(name, number)

    assert answer.allowed is allowed
    assert {check.source: check.allowed for check in answer.checks}["authority"] is allowed


def test_every_rule_that_says_yes_is_told(asked):
    answer = asked("bob", "U2000001")

    assert [check.source for check in answer.checks] == ["authority", "account", "permission", "margin", "restriction"]
    assert "A second-level advisor trades only for its own clients." in answer.reasons


def refused(answer) -> set[str]:
    return {check.source for check in answer.checks if not check.allowed}


def test_a_restriction_above_stops_the_trade_below(asked, world, seated):
    with seated("alice") as who:
        restrict(who=who, account=world["F200002"], match=Match(symbol="XYZ"), reason="r", starts=DAY, day=DAY)

    assert refused(asked("bob", "U2000001")) == {"restriction"}
    assert refused(asked("alice", "U2000001")) == {"restriction"}
    assert asked("bob", "U2000001", traded=Traded("ABC", "STK", "US")).allowed
    assert asked("carol", "U3000001").allowed
    assert asked("bob", "U2000001", day=DAY - timedelta(days=1)).allowed


def test_products_count_on_every_level(asked, approve, world):
    option, future = Traded("XYZ C", "OPT", "US"), Traded("ESZ5", "FUT", "US")
    approve("F100001", "options")

    answer = asked("bob", "U2000001", traded=option)
    assert refused(answer) == {"permission"}
    assert answer.reasons == [
        "Options: not approved for the second-level advisor",
        "Options: not approved for this account",
    ]
    assert "Futures: not approved for the top-level advisor" in asked("bob", "U2000001", traded=future).reasons
    assert refused(asked("bob", "U2000001", traded=Traded("BTC", "CRYPTO"))) == {"permission"}


def test_an_approval_for_one_country_is_none_for_another_or_for_an_unknown_one(asked, approve):
    for number in ("F100001", "F200002", "U2000001"):
        approve(number, "bonds:DE")

    assert asked("bob", "U2000001", traded=Traded("BUND", "BOND", "DE")).allowed
    assert refused(asked("bob", "U2000001", traded=Traded("BTP", "BOND", "IT"))) == {"permission"}
    assert refused(asked("bob", "U2000001", traded=Traded("X", "BOND", ""))) == {"permission"}


@pytest.mark.parametrize(("asset", "side", "allowed"), [("STK", "buy", True), ("STK", "short", False)])
def test_a_cash_account_never_goes_short(asked, asset, side, allowed):
    """Ken's account is a cash account."""
    answer = asked("alice", "U1000002", traded=Traded("XYZ", asset, "US"), side=side)

    assert answer.allowed is allowed
    assert refused(answer) == (set() if allowed else {"margin"})


def test_a_cash_account_holds_no_futures(asked, approve):
    for number in ("F100001", "U1000001", "U1000002"):
        approve(number, "futures")
    future = Traded("ESZ5", "FUT", "US")

    assert asked("alice", "U1000001", traded=future).allowed
    assert refused(asked("alice", "U1000002", traded=future)) == {"margin"}


def test_a_closed_account_and_one_that_is_not_open_yet(asked, world):
    assert refused(asked("alice", "U1000001", day=date(2024, 1, 1))) == {"account"}

    world.accounts["U1000001"] = change_status(account=world["U1000001"], status="C", day=DAY)

    assert refused(asked("alice", "U1000001")) == {"account"}


def test_an_instrument_is_found_by_its_symbol_where_the_broker_leaves_no_doubt(db):
    from accounts.broker.feed.models import StatementFile
    from accounts.broker.holdings.models import Instrument

    file = StatementFile.unscoped.create(
        sha256="0" * 64, name="x", kind="flex", size=1, imported_at="2025-01-02T00:00Z"
    )

    def listed(conid, symbol, isin, asset="STK"):
        Instrument.unscoped.create(conid=conid, symbol=symbol, isin=isin, asset=asset, currency="USD", file=file)

    listed(1, "XYZ", "US0000000001")
    listed(2, "TWIN", "US0000000002")
    listed(3, "TWIN", "DE0000000003")

    assert named(" xyz ") == Traded("XYZ", "STK", "US", 1, "USD")
    assert named("TWIN") == Traded("TWIN", "", "")
    assert named("TWIN", country="DE") == Traded("TWIN", "STK", "DE", 3, "USD")
    assert named("NONE", asset="OPT") == Traded("NONE", "OPT", "")


@pytest.mark.parametrize(
    ("isin", "country"), [("US0378331005", "US"), ("XS0000000009", ""), ("EU0000000009", ""), ("", "")]
)
def test_the_country_is_read_from_the_isin(isin, country):
    assert country_of(isin) == country
