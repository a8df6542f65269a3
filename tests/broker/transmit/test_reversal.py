"""What the broker rejected is taken back by an entry: nothing is edited, nobody pays, nothing is left to reconcile."""

from datetime import date
from decimal import Decimal

import pytest

from accounts.broker.transmit.actions import ReversalRefused, ask_reversal, send_again
from accounts.broker.transmit.models import Instruction
from accounts.ground.access.context import as_role
from accounts.ground.ledger.models import Transfer
from accounts.ground.notifications.models import Notification
from accounts.ground.requests.models import Request
from fees.reconciliation.queries import differences, sides
from tests.broker.transmit.conftest import ANA, BRIGHT, CHIDI, NEXT, TOP
from tests.broker.transmit.test_answers import AT, answers, booked, fee, stands
from tests.fees.posting.nights import night_role

THIRD = date(2025, 10, 3)


def instruction(number: str) -> Instruction:
    with as_role("owner"):
        return Instruction.unscoped.filter(transfer=fee(number)).order_by("-attempt")[0]


def give_up(number: str, reason: str = "The account was closed there") -> None:
    with as_role("office"):
        ask_reversal(instruction=instruction(number), reason=reason, by=7, at=AT)


def reversals() -> list[tuple[str, Decimal, str, str]]:
    with as_role("owner"):
        rows = Transfer.unscoped.filter(kind="reversal").select_related("account", "debit", "credit")
        return sorted((one.account.number, one.amount, one.debit.kind, one.credit.kind) for one in rows)


def kinds(day: date) -> list[str]:
    with night_role():
        return [one.kind.value for one in differences(day)]


def test_the_next_night_takes_it_back_and_only_the_masters_settle(told):
    before = fee(CHIDI)
    answers((fee(ANA).pk, "rejected", "closed"), (before.pk, "rejected", "closed"))
    with as_role("owner"):
        assert Request.unscoped.filter(kind="instruction", finished_at=None).count() == 2
    give_up(ANA)
    give_up(CHIDI)

    sealed = told.night(NEXT)

    assert sealed.problem == ""
    assert reversals() == [(ANA, Decimal(1), "payee", "client"), (CHIDI, Decimal(2), "payee", "client")]
    assert fee(CHIDI).posted_at == before.posted_at
    # The clients never paid; the top level had passed 2.00 on to Bright, which gives it back.
    with as_role("owner"):
        told_broker = Instruction.unscoped.filter(kind="reversal").values_list("payer", "payee", "amount", "day")
        assert list(told_broker) == [(BRIGHT, TOP, Decimal(2), NEXT)]
        assert Notification.unscoped.filter(natural_key__startswith="reversed ").count() == 2
        assert not Request.unscoped.filter(kind="instruction", finished_at=None).exists()
    assert stands()[f"fee {ANA}"] == "reversed"
    # What is left is the second day's fees, on their way; the day's own total is down by 3.00 on both sides.
    assert kinds(NEXT) == []
    with night_role():
        [usd] = sides(NEXT, NEXT)
    assert (usd.expected, usd.ledger) == (0, 0)

    for number in (ANA, CHIDI):
        told.value(number, THIRD, "100000")
    assert told.night(THIRD).problem == ""
    assert len(reversals()) == 2, "taken back once"


@pytest.mark.parametrize(
    ("case", "words"),
    [
        ("accepted", "Only a fee or an invoice"),
        ("sent again", "goes to the broker again"),
        ("no reason", "Say why"),
        ("twice", "taken back already"),
        ("booked", "booked it after all"),
    ],
)
def test_what_may_not_be_taken_back_is_refused_and_nothing_moves(told, case, words):
    answers((fee(ANA).pk, "accepted" if case == "accepted" else "rejected", "closed"))
    if case == "sent again":
        with as_role("office"):
            assert send_again(Instruction.unscoped.filter(transfer=fee(ANA)), at=AT) == 1
    if case == "twice":
        give_up(ANA)
    if case == "booked":
        booked(ANA, "-1", str(fee(ANA).pk))

    with pytest.raises(ReversalRefused, match=words):
        give_up(ANA, "" if case == "no reason" else "Closed")

    assert told.night(NEXT).problem == ""
    assert len(reversals()) == (case == "twice")


def test_what_is_taken_back_is_not_sent_again_and_takes_no_line_of_another(told):
    answers((fee(ANA).pk, "rejected", "closed"))
    give_up(ANA)
    told.night(NEXT)

    with as_role("office"):
        assert send_again(Instruction.unscoped.filter(transfer=fee(ANA)), at=AT) == 0
    # A line of the same amount without our reference belongs to the fee of the next day.
    booked(ANA, "-1", "", day=THIRD)
    assert stands()[f"fee {ANA}"] == "reversed"
    assert kinds(NEXT) == []
