"""Executions that become known, or chargeable, long after they were made: none is lost without a word."""

from datetime import date
from decimal import Decimal

import pytest

from accounts.ground.access.context import as_role, cursor
from fees.trades.checks import every_execution_was_charged
from tests.fees.posting.test_seal import tamper
from tests.fees.posting.test_trades import ANA, FIRST, agrees, key, per_trade, trade


@pytest.fixture
def valued(nights):
    nights.value(ANA, FIRST, "100000")
    return nights


def file_of(at: date) -> int:
    """A statement that was imported on a day."""
    with as_role("owner"), cursor() as cur:
        cur.execute(
            "INSERT INTO broker_statementfile (sha256, name, kind, state, size, imported_at, query_name, statements,"
            " counts, problem) VALUES (%s, 'late', 'flex', 'loaded', 1, %s, '', 1, '{}', '') RETURNING id",
            [f"of {at}", at],
        )
        return cur.fetchone()[0]


def quarter_later(nights) -> date:
    """The first night after a quiet quarter: 30 December 2025, 92 days after the first one."""
    day = date(2025, 12, 30)
    nights.value(ANA, day, "100000")
    return day


def test_an_execution_that_a_file_brings_months_later_is_charged_by_the_night_that_knows_it(valued):
    valued.agree(ANA, per_trade(key("ticket", "2")), starts=FIRST)
    valued.night(FIRST)
    known = quarter_later(valued)
    trade(valued, FIRST)
    with as_role("owner"), cursor() as cur:
        cur.execute("UPDATE broker_trade SET file_id = %s", [file_of(date(2025, 12, 29))])

    valued.accrue(known)
    valued.close(known)

    charge = valued.charge(ANA, starts=known)
    assert charge.amount == Decimal("2.00")
    assert agrees(charge)


def test_an_execution_that_waited_a_quarter_for_its_rate_is_charged_once_it_is_known(valued):
    """100 % of a commission of 10 EUR at 1.17 is 11.70 USD, also 92 days later."""
    valued.agree(ANA, per_trade(key("percent_markup", "1")), starts=FIRST)
    trade(valued, FIRST, commission="-10", commission_currency="EUR")
    valued.night(FIRST)
    known = quarter_later(valued)
    with as_role("owner"), cursor() as cur:
        cur.execute("INSERT INTO broker_fxrate VALUES (%s, 'EUR', 'USD', 1.17, 0)", [FIRST])

    valued.accrue(known)
    valued.close(known)

    assert valued.charge(ANA, starts=known).amount == Decimal("11.70")


def test_an_old_execution_that_was_left_out_stops_the_seal(valued):
    valued.agree(ANA, per_trade(key("ticket", "2")), starts=FIRST)
    valued.night(FIRST)
    known = quarter_later(valued)
    trade(valued, FIRST)
    with as_role("owner"), cursor() as cur:
        cur.execute("UPDATE broker_trade SET file_id = %s", [file_of(date(2025, 12, 29))])
    valued.accrue(known)
    valued.close(known)
    with as_role("night"):
        assert every_execution_was_charged(valued.run(known).pk, known) == []

    tamper("DELETE FROM fees_tradefee")

    with as_role("night"):
        assert [one.invariant for one in every_execution_was_charged(valued.run(known).pk, known)] == ["I12"]
