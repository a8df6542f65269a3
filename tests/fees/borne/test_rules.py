"""Who pays, decided once and again from what the rows keep: four places of a balance, ten of a rate."""

from datetime import date
from decimal import Decimal

import pytest

from fees.borne.rules import Asked, decide
from fees.engine.payer import Payer


def asked(amount, rate):
    return Asked(
        kind="commission", trade_id=1, line_id=None, firm_id=1, account_id=1, day=date(2025, 9, 30), currency="EUR",
        amount=Decimal(amount), description="", rates={"USD": Decimal(rate)},
    )  # fmt: skip


@pytest.mark.parametrize(
    ("balance", "expected"),
    [
        # 2.35 x 1.0837215 = 2.546745525: 5,000.00 becomes 4,997.453254475, which a row keeps as 4,997.4533.
        ("5000.00", [(Payer.MASTER, "5000.0000"), (Payer.MASTER, "4997.4533")]),
        # 1,002.5467 - 2.546745525 is kept as 1,000.0000: the second finds exactly the floor.
        ("1002.5467", [(Payer.MASTER, "1002.5467"), (Payer.MASTER, "1000.0000")]),
        # A cent less and the second falls to the client.
        ("1002.5366", [(Payer.MASTER, "1002.5366"), (Payer.CLIENT, "999.9899")]),
    ],
)
def test_deciding_again_from_the_rows_comes_to_the_same(balance, expected):
    charges = [asked("2.35", "1.0837215"), asked("1.00", "1.0837215")]

    first = decide(charges, ("USD", Decimal(balance), Decimal(1)))
    again = decide(charges, ("USD", first[0].balance, Decimal(1)))

    assert [(one.payer, one.balance) for one in first] == [(payer, Decimal(left)) for payer, left in expected]
    assert again == first
