"""A posting of class action recovery is tied to the broker's line that shows it, or stands among those without one."""

from datetime import date, timedelta
from decimal import Decimal as D
from uuid import UUID, uuid4

import pytest
from django.db import DatabaseError, transaction

from accounts.broker.activity.models import CashLine
from accounts.desk.recoveries import actions
from accounts.desk.recoveries.matching import Line, Posting, names, pairs
from accounts.desk.recoveries.models import Recovery, RecoveryLine
from accounts.desk.recoveries.tying import speaking, tie_open, untied
from accounts.ground.access.context import acting, as_role
from tests.desk.topics.test_recovery import API, AUGUST, PAGE, enrolled, firm  # noqa: F401 (a fixture)

PAID = date(2026, 11, 2)
ONE, TWO = UUID(int=1), UUID(int=2)


def posting(key=ONE, moved="800.00", paid_on=PAID, reference="C-1", account=7, currency="USD"):
    return Posting(key, account, currency, D(moved), paid_on, reference)


def line(pk=1, amount="800.00", day=PAID, text="Class action proceeds", account=7, currency="USD"):
    return Line(pk, account, currency, D(amount), day, text)


@pytest.mark.parametrize(
    ("text", "is_named"),
    [("Settlement C-1 net", True), ("ref:c-1", True), ("C-10", False), ("XC-1", False), ("_C-1_", True), ("", False)],
)
def test_a_claims_number_is_a_word_of_its_own(text, is_named):
    assert names(text, "C-1") is is_named


@pytest.mark.parametrize(
    ("shown", "is_tied"),
    [
        (line(), True),
        (line(text="Payment C-1"), True),
        (line(text="Wire from the owner"), False),  # any other deposit of the same amount
        (line(amount="800.01"), False),
        (line(amount="-800.00"), False),
        (line(account=8), False),
        (line(currency="CAD"), False),
        (line(day=PAID - timedelta(days=7)), True),
        (line(day=PAID - timedelta(days=8)), False),
        (line(day=PAID + timedelta(days=90)), True),
        (line(day=PAID + timedelta(days=91)), False),
    ],
)
def test_which_line_shows_a_posting(shown, is_tied):
    assert bool(pairs([shown], [posting()])) is is_tied


def test_two_claims_of_one_amount_each_get_their_own():
    """The line that names C-2 comes first and is not taken for C-1, which waits for the one that names nobody."""
    lines = [line(1, text="Class action C-2"), line(2, day=PAID + timedelta(days=1))]
    found = pairs(lines, [posting(), posting(TWO, reference="C-2")])
    assert {(one.id, other.reference) for one, other in found} == {(1, "C-2"), (2, "C-1")}
    assert pairs(lines[:1], [posting(), posting(TWO, reference="C-2")]) == [(lines[0], posting(TWO, reference="C-2"))]


def test_what_was_taken_back_leaves_the_account():
    assert pairs([line(amount="-800.00")], [posting(moved="-800.00")])


def booked(world, amount="800.00", day=PAID, description="Class action: In re Acme", number="U1000001", **more):
    account = world[number]
    fields = {"kind": "Other Fees", "currency": "USD", "amount": D(amount), "report_on": day, "file_id": 1, **more}
    return CashLine.unscoped.create(
        firm_id=account.firm_id, account=account, key=str(uuid4()), description=description, **fields
    )


def posted(world, gross="1000.00", reference="C-1"):
    claim = actions.Claim("In re Acme", reference, D(gross), "USD", date(2026, 6, 20), PAID)
    with acting(world.users["olga"].pk, alias="office") as who:
        return actions.write_down(who=who, account=world["U1000001"], claim=claim, at=AUGUST)


def test_a_line_that_came_before_is_tied_at_once_and_both_sides_read_its_day(browse, firm, office):  # noqa: F811
    enrolled(firm)
    shown = booked(firm)
    assert list(speaking()) == [shown]

    made = posted(firm)

    assert RecoveryLine.unscoped.get().line_id == shown.pk and not untied().exists() and not speaking().exists()
    for name in ("ana", "alice"):
        assert "2026-11-02" in browse(name).get(PAGE).content.decode(), name
        assert browse(name).get(API).json()["recoveries"][0]["line_on"] == "2026-11-02"
    assert made.net == shown.amount
    assert "2026-11-02" in office.get("/office/desk/recovery/?line=tied").content.decode()


def test_a_line_that_comes_later_is_tied_by_the_night_once(browse, firm, office):  # noqa: F811
    enrolled(firm)
    posted(firm)
    assert browse("ana").get(API).json()["recoveries"][0]["line_on"] is None
    assert "not yet" in browse("ana").get(PAGE).content.decode()
    assert "C-1" in office.get("/office/desk/recovery/?line=none").content.decode()

    booked(firm)
    with as_role("night"):
        assert tie_open(at=AUGUST) == 1
        assert tie_open(at=AUGUST) == 0

    assert "C-1" not in office.get("/office/desk/recovery/?line=none").content.decode()
    assert browse("ana").get(API).json()["recoveries"][0]["line_on"] == "2026-11-02"


def test_a_line_with_another_amount_stays_among_those_without_a_posting(firm, office):  # noqa: F811
    enrolled(firm)
    shown = booked(firm, "799.99")
    posted(firm)
    assert not RecoveryLine.unscoped.exists() and list(speaking()) == [shown]
    page = office.get("/office/desk/lineofclaim/").content.decode()
    assert "In re Acme" in page and "799.99" in page
    booked(firm, "799.99", description="Wire")
    assert list(speaking()) == [shown]


def test_a_line_that_the_broker_changes_later_is_said_to_differ(firm, office):  # noqa: F811
    enrolled(firm)
    shown = booked(firm)
    posted(firm)
    CashLine.unscoped.filter(pk=shown.pk).update(amount=D("700.00"))
    assert "it says 700.00" in office.get("/office/desk/recovery/").content.decode()


def test_a_mistake_that_never_reached_the_broker_waits_for_no_line(firm, office):  # noqa: F811
    enrolled(firm)
    made = posted(firm)
    office.post("/office/desk/recovery/", {"action": "take_back_rows", "_selected_action": str(made.pk)})
    assert Recovery.unscoped.count() == 2 and not untied().exists()

    again = posted(firm, "900.00")
    booked(firm, "720.00")
    with as_role("night"):
        assert tie_open(at=AUGUST) == 1
    assert RecoveryLine.unscoped.get().recovery_id == again.pk and not untied().exists()


def test_the_database_alone_refuses_other_hands_and_other_lines(firm, as_role):  # noqa: F811
    enrolled(firm)
    made = posted(firm)
    other, shown = booked(firm, number="U1000002"), booked(firm, currency="CAD")
    place = {"recovery": made, "firm_id": made.firm_id, "account_id": made.account_id, "tied_at": AUGUST}
    for wrong in (other, shown):
        with pytest.raises(DatabaseError), transaction.atomic():
            RecoveryLine.unscoped.create(line=wrong, **place)
    right = booked(firm)
    for name in ("ana", "alice", "bob", "mallory"):
        with (
            as_role("portal_web"),
            acting(firm.users[name].pk),
            pytest.raises(DatabaseError),
            transaction.atomic(),
        ):
            RecoveryLine.unscoped.create(line=right, **place)
    tied = RecoveryLine.unscoped.create(line=right, **place)
    with pytest.raises(DatabaseError), transaction.atomic():
        RecoveryLine.unscoped.filter(pk=tied.pk).update(line=shown)
    with pytest.raises(DatabaseError), transaction.atomic():
        tied.delete()
    for name in ("ana", "alice", "ken", "bob", "mallory"):
        with as_role("portal_web"), acting(firm.users[name].pk):
            assert RecoveryLine.unscoped.exists() is (name in ("ana", "alice")), name
