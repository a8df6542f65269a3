"""What an advisor gave for trades below their commissions, beside a fee that the broker rejected."""

from decimal import Decimal

import pytest

from accounts.ground.access.context import as_role
from accounts.ground.ledger.models import Transfer
from fees.posting.reversal import given_back
from tests.broker.transmit.conftest import ANA, DAY, FIRST, NEXT
from tests.broker.transmit.test_answers import answers
from tests.broker.transmit.test_reversal import THIRD, given_up, reversals
from tests.fees.adjustments.test_trades import retold
from tests.fees.posting.nights import Nights, figures, night_role
from tests.fees.posting.test_trades import key, per_trade, trade


@pytest.fixture
def traded(world, settings, tmp_path):
    """Ana pays 100.00 for 30 September, and 5.00 all in for 500 shares with this commission."""
    settings.INSTRUCTIONS_URL = tmp_path.as_uri()

    def begin(commission: str) -> Nights:
        nights = Nights(world)
        all_in = per_trade(key("absolute_amount", prices=[{"price": "0.01"}]))
        nights.agree(ANA, figures("ANNUALFLATFEE", flat="25200"), all_in, starts=FIRST, ends=DAY)
        nights.values(ANA, "10000000", FIRST, THIRD)
        trade(nights, FIRST, quantity="500", commission=commission)
        nights.nights(FIRST, DAY)
        return nights

    return begin


def flat_fee():
    with as_role("owner"):
        return Transfer.unscoped.get(account__number=ANA, kind="fee", amount=100).pk


def test_what_was_given_for_trades_is_no_part_of_a_fee_that_came_back(traded):
    """5.00 - 10.00: the advisor gave 5.00. The 100.00 that the broker never took come back whole."""
    nights = traded("-10")
    answers((flat_fee(), "rejected", "closed"))
    with night_role():
        assert given_back(flat_fee()) == 0
    given_up(flat_fee())

    assert nights.night(NEXT).problem == ""

    assert reversals() == [(ANA, Decimal(100), "payee", "client")]


def test_of_a_correction_below_zero_what_exceeds_the_fee_is_given(traded):
    """A fee of 3.00 becomes 5.00 to the client: 8.00 move, of which 3.00 gave the fee back and 5.00 are given."""
    nights = traded("-2")
    retold("commission = -10")
    assert nights.night(NEXT).problem == ""
    answers((flat_fee(), "rejected", "closed"))
    with as_role("owner"):
        assert Transfer.unscoped.get(kind="adjustment").amount == Decimal("8.00")
    given_up(flat_fee())

    assert nights.night(THIRD).problem == ""

    assert reversals() == [(ANA, Decimal(100), "payee", "client")]
