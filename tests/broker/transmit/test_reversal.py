"""What the broker rejected is taken back by an entry: nothing is edited, nobody pays, nothing is left to reconcile."""

from datetime import date
from decimal import Decimal
from uuid import uuid4

import pytest
from django.db import connection

from accounts.broker.transmit.actions import ReversalRefused, ask_reversal, send_again
from accounts.broker.transmit.models import Instruction
from accounts.ground.access.context import as_role
from accounts.ground.ledger.models import Book, Transfer
from accounts.ground.notifications.models import Notification
from accounts.ground.requests.models import Request
from fees.posting.models import Charge
from fees.posting.reversal import given_back
from fees.reconciliation.queries import differences, sides
from tests.broker.transmit.conftest import ANA, BRIGHT, CHIDI, DAY, FIRST, NEXT, TOP
from tests.broker.transmit.test_answers import AT, answers, booked, fee, stands
from tests.fees.posting.lies import CORRECTED
from tests.fees.posting.nights import Nights, figures, night_role

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


def test_a_refund_of_what_was_taken_back_reaches_nobody(world, settings, tmp_path):
    """100,000 x 5 % / 252 = 19.84 is rejected and taken back; then the value is corrected: nothing is paid."""
    settings.INSTRUCTIONS_URL = tmp_path.as_uri()
    nights = Nights(world)
    nights.agree(ANA, figures("PERCENTOFEQUITY", rate="0.05"), starts=FIRST)
    nights.values(ANA, "100000", FIRST, THIRD)
    nights.nights(FIRST, DAY)
    answers((fee(ANA).pk, "rejected", "closed"))
    give_up(ANA)
    nights.night(NEXT)
    assert reversals() == [(ANA, Decimal("19.84"), "payee", "client")]

    with as_role("owner"), connection.cursor() as cur:
        cur.execute(CORRECTED.replace("2025-09-29", FIRST.isoformat()))
    assert nights.night(THIRD).problem == ""

    with as_role("owner"):
        lower = Charge.unscoped.get(revision=1)
        assert (lower.amount, lower.reason) == (Decimal("-1.98"), "not_taken")
        assert not Transfer.unscoped.filter(kind="adjustment").exists()


def spent(number: str, amount: str, kind: str) -> None:
    """The advisor gave something to a client, outside of any fee's own story."""
    with as_role("owner"):
        paid = Transfer.unscoped.get(account__number=number, kind="fee", day=DAY)
        share = Book.unscoped.get_or_create(
            firm_id=paid.firm_id, kind="payee", practice_id=paid.practice_id, currency=paid.currency
        )[0]
        Transfer.unscoped.create(
            txn=uuid4(), firm_id=paid.firm_id, account_id=paid.account_id, practice_id=paid.practice_id, kind=kind,
            debit=share, credit=paid.debit, amount=amount, currency=paid.currency, day=DAY, source=uuid4(),
        )  # fmt: skip


def test_what_the_client_has_back_already_is_not_given_twice(told):
    """1.00 was rejected and 0.50 went back before: the page refuses, a night counts all that was taken."""
    answers((fee(ANA).pk, "rejected", "closed"))
    give_up(ANA)
    spent(ANA, "0.50", "reimburse")
    with night_role():
        assert given_back(fee(ANA).pk) == Decimal("0.50")

    told.night(NEXT)

    # The second day's fee of 1.00 was posted before, so that in all 2.00 was taken: the first may go back whole.
    assert reversals() == [(ANA, Decimal(1), "payee", "client")]


def test_what_a_refund_gave_back_is_not_taken_back_again(world, settings, tmp_path):
    """19.84 is posted, 1.98 of it refunded, then the broker rejects the fee: 17.86 of it is still the advisor's."""
    settings.INSTRUCTIONS_URL = tmp_path.as_uri()
    nights = Nights(world)
    nights.agree(ANA, figures("PERCENTOFEQUITY", rate="0.05"), starts=FIRST)
    nights.values(ANA, "100000", FIRST, THIRD)
    nights.nights(FIRST, DAY)
    with as_role("owner"), connection.cursor() as cur:
        cur.execute(CORRECTED.replace("2025-09-29", FIRST.isoformat()))
    nights.night(NEXT)
    with as_role("owner"):
        due = Charge.unscoped.get(revision=1).due_on
    for day in nights.days(THIRD, due):
        nights.night(day)
    with as_role("owner"):
        assert Transfer.unscoped.get(kind="adjustment").amount == Decimal("1.98")

    answers((fee(ANA).pk, "rejected", "closed"))
    with night_role():
        assert given_back(fee(ANA).pk) == Decimal("1.98")
    give_up(ANA)
    nights.value(ANA, nights.next(max(due, THIRD)), "100000")
    assert nights.night(nights.next(max(due, THIRD))).problem == ""

    assert reversals() == [(ANA, Decimal("17.86"), "payee", "client")]
