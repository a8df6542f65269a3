"""The broker's answers and statement lines close each instruction; what it rejects is sent again or waits."""

from datetime import UTC, date, datetime
from uuid import uuid4

import pytest

from accounts.broker.feed.actions import import_statements
from accounts.broker.transmit.actions import send_again
from accounts.broker.transmit.answers import take_answers
from accounts.broker.transmit.models import Instruction
from accounts.broker.transmit.queries import standing
from accounts.ground.access.context import as_role
from accounts.ground.ledger.models import Transfer
from accounts.ground.requests.models import Request
from portal.lib.csvtext import BadCsv
from tests.broker.transmit.conftest import ANA, BRIGHT, CHIDI, DAY, NEXT
from tests.fees.posting.nights import night_role

AT = datetime(2025, 10, 2, 14, 0, tzinfo=UTC)


def fee(number: str) -> Transfer:
    with as_role("owner"):
        return Transfer.unscoped.get(account__number=number, kind="fee", day=DAY)


def answers(*rows: tuple[object, str, str]):
    text = "reference,answer,reason\r\n" + "".join(f"{one},{answer},{why}\r\n" for one, answer, why in rows)
    with night_role():
        return take_answers(text.encode(), at=AT)


def stands() -> dict[str, str]:
    with as_role("owner"):
        found = standing(Instruction.unscoped.filter(day__lte=DAY)).order_by("day")
        return {f"{one.kind} {one.payer}": one.standing for one in found}


def booked(number: str, amount: str, reference: str, day: date = NEXT) -> None:
    """A statement brings the line."""
    account = fee(number).account
    with as_role("owner"):
        from accounts.broker.activity.models import CashLine
        from accounts.broker.funds.actions import retire

        CashLine.unscoped.create(
            firm_id=account.firm_id, account=account, key=str(uuid4()), kind=CashLine.ADVISOR_FEES, currency="USD",
            amount=amount, report_on=day, reference=reference, file_id=0,
        )  # fmt: skip
    with night_role():
        retire(accounts=[account.pk], at=AT)


def test_accepted_then_booked(told):
    assert stands()[f"fee {ANA}"] == "sent"
    taken = answers((fee(ANA).pk, "accepted", ""))
    assert (taken.accepted, stands()[f"fee {ANA}"]) == (1, "accepted")

    booked(ANA, "-1", str(fee(ANA).pk))

    assert stands()[f"fee {ANA}"] == "booked"


def test_what_moves_between_masters_ends_with_its_acceptance(told):
    """No statement of a master is read, so nothing later could close it."""
    with as_role("owner"):
        sweep = Transfer.unscoped.get(kind="sweep", practice=told.world[BRIGHT].practice)
    answers((sweep.pk, "accepted", ""))

    assert stands()["sweep F100001"] == "booked"


def test_the_same_answers_again_change_nothing(told):
    rows = [(fee(ANA).pk, "accepted", ""), (fee(CHIDI).pk, "rejected", "no cash")]
    answers(*rows)
    before = stands(), Request.unscoped.count()

    again = answers(*rows)

    assert (again.accepted, again.rejected, again.unchanged) == (0, 0, 2)
    assert (stands(), Request.unscoped.count()) == before


def test_a_rejected_movement_waits_and_is_sent_again_in_a_file_of_its_own(told):
    answers((fee(CHIDI).pk, "rejected", "no cash"))
    waiting = Request.unscoped.get(kind="instruction")
    assert (waiting.account.number, waiting.finished_at) == (CHIDI, None)
    assert waiting.detail == {"amount": "2.00", "currency": "USD", "why": "no cash"}

    with as_role("owner"):
        assert send_again(Instruction.unscoped.all(), at=AT) == 1
        assert send_again(Instruction.unscoped.all(), at=AT) == 0
    assert told.night(NEXT).problem == ""

    with as_role("owner"):
        tries = Instruction.unscoped.filter(transfer=fee(CHIDI)).order_by("attempt")
        assert [(one.attempt, one.day, one.answer) for one in tries] == [(1, DAY, "rejected"), (2, NEXT, "")]
        assert tries[0].file_id != tries[1].file_id
    assert stands()[f"fee {CHIDI}"] == "again"
    taken = answers((fee(CHIDI).pk, "accepted", ""))
    assert taken.accepted == 1
    assert Request.unscoped.get(kind="instruction").status == "approved"


def test_an_accepted_movement_may_bounce_but_a_booked_one_may_not(told):
    answers((fee(ANA).pk, "accepted", ""), (fee(CHIDI).pk, "accepted", ""))
    booked(ANA, "-1", str(fee(ANA).pk))

    taken = answers((fee(ANA).pk, "rejected", "?"), (fee(CHIDI).pk, "rejected", "bounced"))

    assert (taken.rejected, taken.strange_total) == (1, 1)
    assert "contradicts" in str(taken.strange[0]["why"])
    assert stands()[f"fee {ANA}"] == "booked"


def test_an_answer_to_nothing_we_sent_is_told_and_not_believed(told):
    taken = answers((uuid4(), "accepted", ""))

    assert (taken.accepted, taken.strange_total) == (0, 1)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("who,what\n1,2\n", "does not begin"),
        ("reference,answer,reason\nnot-an-id,accepted,\n", "Line 2 names no movement"),
        ("reference,answer,reason\n{ana},perhaps,\n", "Line 2 says neither"),
        ("reference,answer,reason\n{ana},accepted,\n{ana},maybe,\n", "Line 3 says neither"),
    ],
)
def test_a_bad_file_is_refused_whole(told, text, says):
    with night_role(), pytest.raises(BadCsv, match=says):
        take_answers(text.format(ana=fee(ANA).pk).encode(), at=AT)
    assert stands()[f"fee {ANA}"] == "sent"


def test_answers_come_through_the_same_door_as_statements(told, tmp_path):
    file = tmp_path / "answers.csv"
    file.write_text(f"reference,answer,reason\n{fee(ANA).pk},accepted,\n{uuid4()},accepted,\n")

    report = import_statements([file], at=AT)

    assert report.files[0]["kind"] == "answers"
    assert (report.total("new"), report.rejected.total) == (1, 1)
    assert stands()[f"fee {ANA}"] == "accepted"
    assert import_statements([file], at=AT).total("new") == 0
