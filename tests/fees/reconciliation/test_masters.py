"""The masters' own cash against their statements.

By hand: on 1 October Ana pays 1.00 and Chidi 2.00, both collected under the top master; Chidi's 2.00 go on to Bright.
So the top master receives 1.00 and 2.00 and passes 2.00 on, and Bright's receives 2.00.
"""

from decimal import Decimal
from uuid import uuid4

from accounts.broker.activity.models import CashLine
from accounts.broker.transmit.answers import take_answers
from accounts.ground.access.context import as_role
from accounts.ground.ledger.models import Transfer
from fees.reconciliation.queries import differences, sides, sides_of_masters
from tests.broker.transmit.conftest import ANA, BRIGHT, CHIDI, DAY, NEXT, TOP, told
from tests.broker.transmit.test_answers import AT
from tests.fees.posting.nights import night_role
from tests.fees.reconciliation.test_differences import THIRD

__all__ = ["told"]


def moved(number, kind):
    with as_role("owner"):
        return Transfer.unscoped.get(account__number=number, kind=kind, day=DAY)


def swept(world):
    """Chidi's fee on its way from the top master to Bright's."""
    with as_role("owner"):
        return Transfer.unscoped.get(kind="sweep", practice=world[BRIGHT].practice, day=DAY)


def line(world, number, amount, reference="", *, description="ADVISOR FEES", day=DAY):
    with as_role("owner"):
        return CashLine.unscoped.create(
            firm_id=world[number].firm_id, account=world[number], key=str(uuid4()), kind=CashLine.ADVISOR_FEES,
            currency="USD", amount=amount, report_on=day, reference=reference, description=description, file_id=0,
        )  # fmt: skip


def found(day=THIRD):
    with night_role():
        rows = [one for one in differences(day) if one.kind.startswith("master_")]
    return sorted((one.kind.value, one.account, one.ours, one.brokers) for one in rows)


def all_of_the_top(world):
    line(world, TOP, "1", str(moved(ANA, "fee").pk))
    line(world, TOP, "2", str(moved(CHIDI, "fee").pk))
    line(world, TOP, "-2", description=f"TRANSFER {swept(world).pk}")


def test_masters_without_statements_have_nothing_to_compare(told):
    assert found() == []
    with night_role():
        assert sides_of_masters(DAY, NEXT) == []


def test_what_the_statements_show_agrees(world, told):
    all_of_the_top(world)
    line(world, BRIGHT, "2", str(swept(world).pk))

    assert found() == []
    with night_role():
        [usd] = sides_of_masters(DAY, NEXT)
        clients = sides(DAY, NEXT)
    # 1 + 2 - 2 at the top, 2 at Bright's.
    assert (usd.ledger, usd.broker, usd.on_its_way) == (3, 3, 0)
    assert [one.broker for one in clients] == [0]


def test_lines_without_our_number_meet_the_oldest_of_their_amount(world, told):
    for amount in ("1", "2", "-2"):
        line(world, TOP, amount)
    extra = line(world, TOP, "2")

    assert found() == [("master_unknown", TOP, None, Decimal(2))]
    with night_role():
        [one] = [one for one in differences(THIRD) if one.kind == "master_unknown"]
    assert one.reference == f"line {extra.pk}"


def test_what_no_statement_shows_grows_old_and_names_its_master(world, told):
    line(world, TOP, "1", str(moved(ANA, "fee").pk))

    assert found(NEXT) == []
    assert found() == [("master_not_booked", TOP, Decimal(-2), None), ("master_not_booked", TOP, Decimal(2), None)]


def test_another_amount_and_the_same_thing_twice(world, told):
    all_of_the_top(world)
    line(world, BRIGHT, "1.50", str(swept(world).pk))
    line(world, TOP, "1", str(moved(ANA, "fee").pk))

    assert found() == [
        ("master_differs", TOP, Decimal(1), Decimal(1)),
        ("master_differs", BRIGHT, Decimal(2), Decimal("1.50")),
    ]


def test_a_line_may_name_the_charge_instead_of_the_movement(world, told):
    line(world, TOP, "1", str(moved(ANA, "fee").source))
    line(world, TOP, "2.50", str(moved(CHIDI, "fee").source))
    line(world, TOP, "-2", str(swept(world).pk))

    assert found() == [("master_differs", TOP, Decimal(2), Decimal("2.50"))]


def test_a_rejected_fee_is_told_once_at_the_client(world, told):
    with night_role():
        take_answers(f"reference,answer,reason\n{moved(ANA, 'fee').pk},rejected,no cash\n".encode(), at=AT)
    line(world, TOP, "2", str(moved(CHIDI, "fee").pk))
    line(world, TOP, "-2", str(swept(world).pk))

    assert found() == []
