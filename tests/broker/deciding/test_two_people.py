"""A movement that no line ends by itself: one person of the back office proposes, only a second one ends it."""

from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.db import DatabaseError, connection, transaction

from accounts.broker.activity.models import CashLine
from accounts.broker.deciding.actions import decide, propose
from accounts.broker.deciding.models import FundingDecision
from accounts.broker.funding.models import FundingRequest
from accounts.broker.funding.rules import FundingConflict, FundingProblem
from accounts.broker.funding.sending import send_due
from accounts.broker.positions.models import MovedPosition
from accounts.ground.access.context import as_role
from accounts.ground.notifications.models import Notification
from tests.broker.funding.conftest import FRIDAY, till
from tests.broker.positions.conftest import depot
from tests.house.written import LEAVES_A_TRACE, fingerprint_of_rows

__all__ = ["depot", "till"]
OLGA, OSKAR = 901, 902
LATER = FRIDAY + timedelta(days=9)


@pytest.fixture
def sent(till):
    """A hundred dollars on their way to a bank, of a thousand."""
    till.cash("U1000001", "1000")
    found = till.withdraw("ana", "U1000001", "100")
    FundingRequest.unscoped.filter(pk=found.pk).update(status="pending")
    send_due(at=FRIDAY)
    return found


def line(till, amount, *, number="U1000001", currency="USD", key="L-1"):
    account, day = till.world[number], (FRIDAY + timedelta(days=4)).date()
    return CashLine.unscoped.create(
        firm_id=account.firm_id, account=account, key=key, kind=CashLine.DEPOSITS, currency=currency,
        amount=Decimal(amount), report_on=day, settle_on=day, file=till.file,
    )  # fmt: skip


def ask(found, outcome="not_done", *, by=OLGA, key="", reason="The broker says so on the phone"):
    with as_role("office"):
        return propose(reference=found.pk, outcome=outcome, line_key=key, reason=reason, by=by, at=LATER)


def answer(decision, *, by=OSKAR, agrees=True):
    with as_role("office"):
        decide(decision=decision, agrees=agrees, by=by, at=LATER)


def test_what_the_broker_never_did_is_free_again_once_two_people_say_so(till, sent):
    asked = ask(sent)
    sent.refresh_from_db()
    assert sent.status == "processed"
    with pytest.raises(FundingProblem, match="Somebody else"):
        answer(asked, by=OLGA)
    with pytest.raises(FundingConflict, match="waits already"):
        ask(sent, by=OSKAR)
    with pytest.raises(FundingProblem, match="available"):
        till.withdraw("ana", "U1000001", "1000")
    assert not Notification.unscoped.exists()
    answer(asked)
    sent.refresh_from_db()
    assert (sent.status, sent.reason, sent.line_id) == ("rejected", "The broker says so on the phone", None)
    news = Notification.unscoped.get()
    assert (news.account_id, news.practice_id) == (sent.account_id, sent.account.practice_id)
    assert news.title == "A movement of money was ended: the broker has not made it"
    assert till.withdraw("ana", "U1000001", "1000").status == "pending_advisor"
    with pytest.raises(FundingConflict, match="decided already"):
        answer(asked)


def test_what_came_out_otherwise_is_shown_by_the_line_that_they_name(till, sent):
    shown = line(till, "-91.20", currency="EUR")
    with pytest.raises(FundingProblem, match="No line"):
        ask(sent, "shown", key="L-2")
    line(till, "-100", number="U1000002", key="K-1")
    with pytest.raises(FundingProblem, match="No line"):
        ask(sent, "shown", key="K-1")
    answer(ask(sent, "shown", key="L-1"))
    sent.refresh_from_db()
    assert (sent.status, sent.line_id, sent.credited_on) == ("completed", shown.pk, shown.report_on)


def test_positions_that_two_people_ended_are_free_once_a_statement_shows_their_day(depot):
    depot.hold("U1000001", "AAPL", "100")
    depot.hold("U1000001", "MSFT", "5")
    broker = depot.broker("ana", "U1000001").bank
    found = depot.ask("ana", "U1000001", "position_out", {"AAPL": "60", "MSFT": "5"}, bank=broker)
    send_due(at=FRIDAY)
    day = (FRIDAY + timedelta(days=4)).date()
    row = depot.row("U1000001", "AAPL.OLD", "-60", "OUT", day=day)
    answer(ask(found, "shown", key=row.key))
    found.refresh_from_db()
    assert (found.status, found.moved_id) == ("completed", row.pk)
    with pytest.raises(FundingProblem, match="Only 40 of AAPL"):
        depot.ask("ana", "U1000001", "position_out", {"AAPL": "41"}, bank=broker)
    depot.hold("U1000001", "AAPL", "41", day=day)
    assert depot.ask("ana", "U1000001", "position_out", {"AAPL": "41"}, bank=broker).status == "pending"


def test_a_row_that_a_night_gave_to_another_movement_meanwhile_ends_no_second_one(depot):
    depot.hold("U1000001", "AAPL", "100")
    broker = depot.broker("ana", "U1000001").bank
    found, other = (depot.ask("ana", "U1000001", "position_out", {"AAPL": many}, bank=broker) for many in ("30", "40"))
    send_due(at=FRIDAY)
    row = depot.row("U1000001", "AAPL.OLD", "-30", "OUT", day=(FRIDAY + timedelta(days=4)).date())
    proposed = ask(found, "shown", key=row.key)
    MovedPosition.unscoped.filter(request=other).update(moved=row)

    with pytest.raises(FundingConflict, match="No line"):
        answer(proposed)

    found.refresh_from_db()
    assert (found.status, found.moved_id, FundingDecision.unscoped.get().state) == ("processed", None, "proposed")


def test_declined_it_stays_on_its_way_and_may_be_proposed_anew(sent):
    answer(ask(sent), by=OLGA, agrees=False)
    sent.refresh_from_db()
    assert sent.status == "processed"
    assert ask(sent, by=OSKAR).state == "proposed"


@pytest.mark.parametrize("reason", ["", "  ", "x" * 301])
def test_it_says_why(sent, reason):
    with pytest.raises(FundingProblem, match="Say why"):
        ask(sent, reason=reason)


def test_only_what_is_on_its_way_is_decided(till):
    waits = till.deposit("ana", "U1000001", "5")
    for reference in (waits.pk, uuid4()):
        with pytest.raises(FundingProblem), as_role("office"):
            propose(reference=reference, outcome="not_done", line_key="", reason="x", by=OLGA, at=LATER)
    assert FundingDecision.unscoped.count() == 0


def test_the_database_wants_two_people_whoever_asks_it(sent):
    ask(sent)
    end = "UPDATE broker_fundingrequest SET status = 'rejected', ended_at = now(), reason = 'x' WHERE id = %s"
    agree = "UPDATE broker_fundingdecision SET state = 'agreed', decided_by = %s, decided_at = now()"
    for role, sql, values in (
        ("portal_office", end, [sent.pk]),
        ("portal_office", agree, [OLGA]),
        ("portal_office", "UPDATE broker_fundingdecision SET reason = 'y'", []),
        ("portal_office", "DELETE FROM broker_fundingdecision", []),
        ("portal_web", "SELECT * FROM broker_fundingdecision", []),
        ("portal_worker", agree, [OSKAR]),
        ("portal_night", agree, [OSKAR]),
    ):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL ROLE {role}")
            cursor.execute(sql, values)


def test_from_the_back_offices_page(browse, sent, world):
    olga = browse("olga")
    place = "/office/broker/fundingdecision/"
    said = {"reference": str(sent.pk), "outcome": "not_done", "line_key": "", "reason": "Never done"}
    assert olga.get(f"{place}add/").status_code == 200
    assert olga.post(f"{place}add/", said).status_code == 403  # who is there is asked first
    assert FundingDecision.unscoped.count() == 0
    before = fingerprint_of_rows()
    for name in ("alice", "ana", ""):
        assert browse(name).post(f"{place}add/", said).status_code in (302, 403, 404), name
    assert [row for row in fingerprint_of_rows() if row not in before and row[0] not in LEAVES_A_TRACE] == []
