"""Expected, ledger and broker: what agrees is silent, and every way in which they differ has its name and its age."""

from datetime import date
from decimal import Decimal
from uuid import uuid4

import pytest
from django.core.management import call_command

from accounts.broker.activity.models import CashLine
from accounts.broker.funds.actions import retire
from accounts.broker.transmit.answers import take_answers
from accounts.ground.access.context import as_role
from accounts.ground.ledger.models import Transfer
from fees.reconciliation.queries import differences, sides
from tests.broker.transmit.conftest import ANA, CHIDI, DAY, NEXT, told
from tests.broker.transmit.test_answers import AT
from tests.fees.posting.nights import night_role

__all__ = ["told"]
THIRD = date(2025, 10, 3)


def fee(number: str) -> Transfer:
    with as_role("owner"):
        return Transfer.unscoped.get(account__number=number, kind="fee", day=DAY)


def line(number: str, amount: str, reference: str = "", day: date = NEXT) -> None:
    account = fee(number).account
    with as_role("owner"):
        CashLine.unscoped.create(
            firm_id=account.firm_id, account=account, key=str(uuid4()), kind=CashLine.ADVISOR_FEES, currency="USD",
            amount=amount, report_on=day, reference=reference, description="ADVISORY FEE", file_id=0,
        )  # fmt: skip
    with night_role():
        retire(accounts=[account.pk], at=AT)


def answer(number: str, said: str, why: str = "") -> None:
    with night_role():
        take_answers(f"reference,answer,reason\n{fee(number).pk},{said},{why}\n".encode(), at=AT)


def found(day: date) -> list[tuple[str, str, int]]:
    with night_role():
        return [(one.kind.value, one.account, one.age) for one in differences(day)]


def test_what_is_on_its_way_is_no_difference_yet(told):
    answer(ANA, "accepted")
    answer(CHIDI, "accepted")

    assert found(DAY) == []
    assert found(NEXT) == []


def test_what_the_broker_booked_agrees(told):
    line(ANA, "-1", str(fee(ANA).pk))
    line(CHIDI, "-2", str(fee(CHIDI).pk))

    assert found(date(2025, 10, 31)) == []
    with night_role():
        [usd] = sides(DAY, NEXT)
    assert (usd.expected, usd.ledger, usd.broker, usd.on_its_way) == (3, 3, 3, 0)


def test_without_answer_or_line_it_grows_older(told):
    answer(CHIDI, "accepted")

    # 1 October is Wednesday: Friday is two business days later, Monday three.
    assert found(THIRD) == [("unanswered", ANA, 2), ("not_booked", CHIDI, 2)]
    assert found(date(2025, 10, 6)) == [("unanswered", ANA, 3), ("not_booked", CHIDI, 3)]


def test_a_rejection_is_a_difference_at_once(told):
    answer(CHIDI, "rejected", "no cash")

    with night_role():
        [one] = differences(NEXT)
    assert (one.kind, one.account, one.ours, one.reason) == ("rejected", CHIDI, Decimal(2), "no cash")


def test_another_amount_under_our_reference(told):
    line(ANA, "-1.50", str(fee(ANA).pk))

    with night_role():
        [one] = [one for one in differences(NEXT) if one.account == ANA]
    assert (one.kind, one.ours, one.brokers) == ("amount_differs", Decimal(1), Decimal("1.5"))


def test_a_line_that_is_not_ours(told):
    line(ANA, "-7", "somebody else's")

    with night_role():
        [one] = [one for one in differences(NEXT) if one.account == ANA]
    assert (one.kind, one.ours, one.brokers) == ("unknown_line", None, Decimal(7))


@pytest.mark.parametrize(
    "lie",
    [
        "UPDATE fees_charge SET posted_on = posted_on + 1 WHERE state = 'posted'",
        "DELETE FROM broker_instruction",
    ],
)
def test_what_the_seal_would_refuse_shows_here_too(told, lie):
    from tests.fees.posting.test_seal import tamper

    tamper(lie)

    kinds = {kind for kind, _account, _age in found(THIRD)}
    assert kinds & {"not_posted", "not_told"}


def test_the_command_says_so(told, capsys):
    answer(CHIDI, "rejected", "no cash")

    with pytest.raises(SystemExit):
        call_command("reconcile", "--day", "2025-10-02", "--json")

    printed = capsys.readouterr().out
    assert '"counts": {"rejected": 1}' in printed
