"""Executions that a statement tells otherwise, cancels or corrects after their fee was charged: what differs is
adjusted, nothing is charged twice, and the first receipt stays readable."""

from datetime import date
from decimal import Decimal
from itertools import count

import pytest

from accounts.ground.access.context import as_role, cursor
from fees.trades.models import TradeFee
from tests.fees.adjustments.conftest import ANA
from tests.fees.posting.test_trades import FIRST, SECOND, key, per_trade, trade

THIRD = date(2025, 10, 1)
OWN = "1:1:EXECUTION"
NAMES = count()
KEPT = (
    "kind, trade_on, report_on, asset, symbol, currency, quantity, price, proceeds, multiplier, commission,"
    " commission_currency, opens_or_closes, notes, exchange"
)


@pytest.fixture
def valued(nights):
    nights.values(ANA, "100000", FIRST, date(2025, 10, 3))
    return nights


def came() -> int:
    """A statement that is imported now."""
    with as_role("owner"), cursor() as cur:
        cur.execute(
            "INSERT INTO broker_statementfile (sha256, name, kind, state, size, imported_at, query_name, statements,"
            " counts, problem) VALUES (%s, 'late', 'flex', 'loaded', 1, clock_timestamp(), '', 1, '{}', '')"
            " RETURNING id",
            [f"retold {next(NAMES)}"],
        )
        return cur.fetchone()[0]


def retold(assigned: str, *, named: str = OWN) -> None:
    """As the import corrects an execution: the old row is kept, the new one takes its place."""
    file = came()
    with as_role("owner"), cursor() as cur:
        cur.execute(
            f"INSERT INTO broker_tradehistory (firm_id, account_id, trade_id, {KEPT}, file_id, replaced_by_id,"
            f" replaced_at) SELECT firm_id, account_id, id, {KEPT}, file_id, %s, clock_timestamp()"
            "  FROM broker_trade WHERE key = %s",
            [file, named],
        )
        cur.execute(f"UPDATE broker_trade SET {assigned}, file_id = %s WHERE key = %s", [file, named])


def instead(nights, day: date, *, kind: str, number: str = "9", **more: str) -> None:
    """A row of its own that names trade 1."""
    named = f"{number}:{number}:EXECUTION"
    trade(nights, day, key=named, trade_id=number, kind=kind, **more)
    with as_role("owner"), cursor() as cur:
        cur.execute("UPDATE broker_trade SET orig_trade_id = '1', file_id = %s WHERE key = %s", [came(), named])


def charged(nights, schedule: dict, **more: str) -> None:
    """A trade of 29 September, whose fee posts on the 30th."""
    nights.agree(ANA, per_trade(schedule), starts=FIRST)
    trade(nights, FIRST, **more)
    assert nights.night(FIRST).problem == ""
    assert nights.night(SECOND).problem == ""


def amounts(nights) -> list[Decimal]:
    found = nights.revisions()
    assert all(nights.agrees(one) for one in found)
    return [one.amount for one in found]


def test_a_correction_that_changes_no_fee_leaves_the_receipt_readable(valued):
    charged(valued, key("ticket", "2"))
    retold("commission = -1.10, exchange = 'NYSE'")

    assert valued.night(THIRD).problem == ""

    assert amounts(valued) == [Decimal("2.00")]
    assert "A trade costs a flat 2 on top of the commission of 1" in " ".join(valued.story(valued.revisions()[0]))


def test_a_corrected_commission_is_adjusted(valued):
    """100 % of 1.00, then of 1.50: 0.50 more; and of 0.80 after that: 0.70 less."""
    charged(valued, key("percent_markup", "1"))
    retold("commission = -1.50")
    assert valued.night(THIRD).problem == ""
    retold("commission = -0.80")
    assert valued.night(date(2025, 10, 2)).problem == ""

    assert amounts(valued) == [Decimal("1.00"), Decimal("0.50"), Decimal("-0.70")]
    assert "the commission of 1.5" in " ".join(valued.story(valued.revisions()[1]))


def test_a_trade_that_is_noted_as_cancelled_is_given_back(valued):
    charged(valued, key("ticket", "2"))
    retold("notes = 'Ca'")

    assert valued.night(THIRD).problem == ""

    assert amounts(valued) == [Decimal("2.00"), Decimal("-2.00")]
    assert [one.taken for one in valued.revisions()] == [Decimal("2.00"), Decimal("-2.00")]
    assert "The broker cancelled the trade, so there is no fee." in valued.story(valued.revisions()[1])


def test_a_cancellation_that_comes_as_a_row_of_its_own_is_given_back_and_costs_nothing(valued):
    charged(valued, key("ticket", "2"))
    instead(valued, SECOND, kind="TradeCancel", side="BUY", quantity="-100")

    assert valued.night(THIRD).problem == ""

    assert amounts(valued) == [Decimal("2.00"), Decimal("-2.00")]
    assert TradeFee.unscoped.count() == 1


def test_a_correction_that_comes_as_a_row_of_its_own_takes_the_place_of_the_first(valued):
    """0.01 a share: 1.00 for 100, 2.00 for the 200 that it was: 1.00 more, and nothing a second time."""
    charged(valued, key("absolute_markup", "0.01"))
    instead(valued, FIRST, kind="TradeCancel", number="8", quantity="-100")
    instead(valued, FIRST, kind="TradeCorrect", quantity="200")

    assert valued.night(THIRD).problem == ""
    assert valued.night(date(2025, 10, 2)).problem == ""

    assert amounts(valued) == [Decimal("1.00"), Decimal("1.00")]


def test_a_trade_that_was_corrected_before_its_night_is_charged_once(valued):
    valued.agree(ANA, per_trade(key("absolute_markup", "0.01")), starts=FIRST)
    trade(valued, FIRST)
    instead(valued, FIRST, kind="TradeCorrect", quantity="200")

    assert valued.night(FIRST).problem == ""
    assert valued.night(SECOND).problem == ""

    assert amounts(valued) == [Decimal("2.00")]
