"""What the broker rejected is taken back by an entry: nothing is edited, nobody pays, nothing is left to reconcile."""

from datetime import date, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.db import connection

from accounts.broker.transmit.actions import ReversalRefused, ask_reversal, send_again
from accounts.broker.transmit.models import Instruction
from accounts.broker.transmit.queries import standing
from accounts.ground.access.context import as_role, cursor
from accounts.ground.ledger.models import Book, Transfer
from accounts.ground.notifications.models import Notification
from accounts.ground.requests.models import Request
from fees.borne.queries import purses
from fees.differences.models import Difference
from fees.posting.models import Charge
from fees.posting.reversal import given_back
from fees.reconciliation.queries import differences, sides
from fees.reimbursements.night import _FUNDS
from tests.broker.transmit.conftest import ANA, BRIGHT, CHIDI, DAY, FIRST, NEXT, TOP
from tests.broker.transmit.test_answers import AT, answers, booked, fee, stands
from tests.fees.differences.test_found import lie
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
        ("accepted", "Only a fee, an invoice or the charge"),
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


def test_a_night_counts_all_that_was_taken_and_given_back(told):
    """1.00 was rejected and 0.50 went back before; by the night another 1.00 was taken."""
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


def purse(nights: Nights, number: str, day: date) -> tuple[Decimal, Decimal | None]:
    """What the advisor has for reimbursements, and for the broker's charges that it bears."""
    practice = nights.account(number).practice_id
    with night_role(), cursor() as cur:
        cur.execute(_FUNDS, {"practice": practice, "currency": "USD", "day": day})
        return cur.fetchone()[0], purses([practice], day)[practice].balance


@pytest.fixture
def taken_back(world, settings, tmp_path) -> Nights:
    """A fee of 400.00 of Ana and one of Chidi were rejected and taken back by the night of 2 October."""
    settings.INSTRUCTIONS_URL = tmp_path.as_uri()
    nights = Nights(world)
    for number in (ANA, CHIDI):
        # 100,800 ÷ 252 = 400.00, for one day only.
        nights.agree(number, figures("ANNUALFLATFEE", flat="100800"), starts=FIRST, ends=DAY)
        nights.values(number, "10000000", FIRST, THIRD)
    nights.nights(FIRST, DAY)
    answers((fee(ANA).pk, "rejected", "closed"), (fee(CHIDI).pk, "rejected", "closed"))
    give_up(ANA)
    give_up(CHIDI)
    assert nights.night(NEXT).problem == ""
    assert [amount for _, amount, *_ in reversals()] == [400, 400]
    return nights


def test_what_never_moved_at_the_broker_lowers_no_top_levels_funds(taken_back):
    """The fee never came and the reversal never left: the 500.00 that the statement shows are all there."""
    taken_back.cash(TOP, NEXT, "500")
    assert purse(taken_back, TOP, NEXT) == (500, 500)

    taken_back.cash(TOP, THIRD, "500")
    assert purse(taken_back, TOP, THIRD) == (500, 500)


def test_a_second_levels_reversal_counts_until_its_balance_shows_it(taken_back):
    """400.00 go back to the top level: of 500.00 they are still to go, until the broker made it and told a balance."""
    taken_back.cash(BRIGHT, NEXT, "500")
    assert purse(taken_back, BRIGHT, NEXT) == (100, 100)
    taken_back.cash(BRIGHT, THIRD, "500")
    assert purse(taken_back, BRIGHT, THIRD) == (100, 100)

    with as_role("owner"):
        back = Transfer.unscoped.get(kind="reversal", account__number=CHIDI)
    answers((back.pk, "accepted", ""))

    assert purse(taken_back, BRIGHT, NEXT) == (100, 100)
    assert purse(taken_back, BRIGHT, THIRD) == (500, 500)


@pytest.fixture
def twice(world, settings, tmp_path) -> Nights:
    """Two fees of 100.00 of Ana, on 1 and 2 October; the broker rejects both, and 100.00 went back otherwise."""
    settings.INSTRUCTIONS_URL = tmp_path.as_uri()
    nights = Nights(world)
    nights.agree(ANA, figures("ANNUALFLATFEE", flat="25200"), starts=FIRST, ends=NEXT)
    nights.values(ANA, "10000000", FIRST, THIRD)
    nights.nights(FIRST, NEXT)
    answers(*((pk, "rejected", "closed") for pk in fees_of_ana()))
    spent(ANA, "100", "reimburse")
    return nights


def fees_of_ana() -> list:
    with as_role("owner"):
        found = Transfer.unscoped.filter(account__number=ANA, kind="fee").order_by("day")
        return list(found.values_list("pk", flat=True))


def given_up(*movements) -> None:
    """Asked in this order."""
    for place, pk in enumerate(movements):
        with as_role("office"):
            told = Instruction.unscoped.get(transfer_id=pk)
            ask_reversal(instruction=told, reason="Closed", by=7, at=AT + timedelta(minutes=place))


def test_reversals_of_one_night_give_back_together_no_more_than_was_taken(twice):
    """200.00 taken less 100.00 given back: the first reversal has 100.00, and nothing is left for the second."""
    given_up(*fees_of_ana())

    assert twice.night(THIRD).problem == ""

    assert reversals() == [(ANA, Decimal(100), "payee", "client")]


def test_what_is_asked_for_already_counts_for_the_next_that_is_given_up(twice):
    first, second = fees_of_ana()
    with night_role():
        assert (given_back(first), given_back(second)) == (0, 0)
    given_up(first)

    with night_role():
        assert given_back(second) == 100


def test_what_the_night_did_not_take_back_can_be_sent_again(twice):
    first, second = fees_of_ana()
    given_up(first, second)
    twice.night(THIRD)
    standings = {}
    with as_role("owner"):
        for one in standing(Instruction.unscoped.filter(transfer__in=(first, second))):
            standings[one.transfer_id] = one.standing
    assert standings == {first: "reversed", second: "rejected"}

    with as_role("office"):
        assert send_again(Instruction.unscoped.filter(transfer__in=(first, second)), at=AT) == 1

    with as_role("owner"):
        told = Instruction.unscoped.get(transfer_id=second)
    assert (told.again_asked_at, told.reverse_asked_at, told.reverse_asked_by) == (AT, None, None)
    after = twice.next(THIRD)
    twice.value(ANA, after, "10000000")
    assert twice.night(after).problem == ""
    with as_role("owner"):
        assert Instruction.unscoped.filter(transfer_id=second, attempt=2, day=after).exists()
    assert len(reversals()) == 1


def test_days_of_a_fee_that_was_taken_back_count_as_billed(world, settings, tmp_path):
    """11 days of 250,000 at 1 %: 109.13 (D02), rejected and taken back; the agreement is then found to cover 21 days.

    Ten days are missing of the 208.33 (D01); the eleven that were charged are not, although their money went back.
    """
    settings.INSTRUCTIONS_URL = tmp_path.as_uri()
    nights = Nights(world)
    schedule = nights.agree(ANA, figures("PERCENTOFEQUITY_EOM", rate="0.01"), starts=date(2025, 9, 16))
    nights.values(ANA, "250000", date(2025, 9, 30), THIRD)
    nights.nights(date(2025, 9, 30), date(2025, 10, 1))
    answers((fee(ANA).pk, "rejected", "closed"))
    give_up(ANA)
    nights.night(date(2025, 10, 2))
    assert reversals() == [(ANA, Decimal("109.13"), "payee", "client")]
    nights.compare(date(2025, 9, 30))
    assert not Difference.unscoped.exists()

    lie("UPDATE fees_schedule SET starts = '2025-09-02' WHERE id = %s", [schedule.pk], "fees_schedule")
    nights.compare(date(2025, 9, 30))

    [one] = Difference.unscoped.filter(reason="missing_days")
    assert (one.expected, one.found) == (Decimal("208.33"), Decimal("109.13"))


def test_a_fee_that_was_settled_and_then_taken_back_is_not_listed_as_unbilled(world, settings, tmp_path):
    """The ten missing days were charged by an adjustment of 99.20; then the broker rejected the first 109.13."""
    settings.INSTRUCTIONS_URL = tmp_path.as_uri()
    nights = Nights(world)
    schedule = nights.agree(ANA, figures("PERCENTOFEQUITY_EOM", rate="0.01"), starts=date(2025, 9, 16))
    nights.values(ANA, "250000", date(2025, 9, 30), THIRD)
    nights.nights(date(2025, 9, 30), date(2025, 10, 1))
    lie("UPDATE fees_schedule SET starts = '2025-09-02' WHERE id = %s", [schedule.pk], "fees_schedule")
    lie(
        "INSERT INTO fees_charge SELECT (jsonb_populate_record(c, %s::jsonb)).* FROM fees_charge c",
        ['{"id": "00000000-0000-4000-8000-000000000001", "revision": 1, "amount": 99.20, "exact": 99.20}'],
    )
    answers((fee(ANA).pk, "rejected", "closed"))
    give_up(ANA)
    lie("UPDATE fees_schedule SET starts = '2025-09-16' WHERE id = %s", [schedule.pk], "fees_schedule")
    nights.night(date(2025, 10, 2))
    assert [one[1] for one in reversals()] == [Decimal("109.13")]
    lie("UPDATE fees_schedule SET starts = '2025-09-02' WHERE id = %s", [schedule.pk], "fees_schedule")

    nights.compare(date(2025, 9, 30))

    assert not Difference.unscoped.filter(reason="missing_days").exists()
