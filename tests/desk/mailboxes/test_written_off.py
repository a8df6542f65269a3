"""A charge for a mailbox that the broker rejects: it goes again with the next night, or is written off."""

from datetime import UTC, date, datetime
from decimal import Decimal as D
from importlib import import_module

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.migrations import RunSQL
from django.test.utils import CaptureQueriesContext

from accounts.broker.transmit.actions import ReversalRefused, ask_reversal, send_again
from accounts.broker.transmit.answers import take_answers
from accounts.broker.transmit.models import Instruction
from accounts.desk.mailboxes import actions
from accounts.desk.mailboxes.models import MailboxCharge
from accounts.desk.mailboxes.rules import State
from accounts.ground.access.context import as_role as in_role
from accounts.ground.access.context import cursor
from accounts.ground.ledger.models import Book, Transfer
from accounts.ground.ledger.queries import balance
from accounts.ground.notifications.models import Notification
from accounts.ground.requests.models import Request
from fees.borne.queries import purses
from fees.reconciliation.queries import differences, sides_of_masters
from tests.fees.posting.nights import night_role
from tests.fees.reconciliation.test_masters import line
from tests.house.written import fingerprint_of_rows

DAY, NEXT, LATER = date(2025, 10, 15), date(2025, 10, 16), date(2025, 10, 17)
LIST = "/office/reconciliation/"
AGAIN = "/office/broker/instruction/"


def at(day, hour=16):
    return datetime(day.year, day.month, day.day, hour, tzinfo=UTC)


def told(amount, attempt=1, kind="mailbox"):
    with in_role("owner"):
        return Instruction.unscoped.get(kind=kind, amount=D(amount), attempt=attempt)


def answer(one, said, day=DAY):
    with night_role():
        taken = take_answers(f"reference,answer,reason\n{one.transfer_id},{said},no cash\n".encode(), at=at(day, 23))
    assert not taken.strange


def moved():
    rows = Transfer.unscoped.filter(kind__startswith="mail").order_by("day", "kind", "amount")
    return list(rows.values_list("kind", "amount", "day", "debit__kind", "credit__kind", "account__number"))


def balances():
    return {one.kind: balance(one) for one in Book.unscoped.filter(kind__in=("payee", "provider"))}


def open_breaks():
    with night_role():
        return [(one.kind.value, one.account, one.ours) for one in differences(LATER)]


def purse(world, day):
    """What the master's account has for whoever is given something back."""
    practice = world["F100001"].practice_id
    with night_role():
        return purses([practice], day)[practice].balance


def words_of(answer):
    return " ".join(answer.content.decode().replace("\N{NO-BREAK SPACE}", " ").split())


@pytest.fixture
def rejected(boxes, nights):
    """A mailbox for 7.00 and its archive for 21.00; the broker takes the first and rejects the second."""
    mailbox = boxes.active(archive=True)
    assert nights.night(DAY).problem == ""
    answer(told("7.00"), "accepted")
    answer(told("21.00"), "rejected")
    return mailbox


def test_what_is_given_up_is_written_off_once_by_the_next_night(rejected, nights, office, browse):
    """21.00 comes back from the provider's book, the broker is told of nothing, and nothing is left to look after."""
    what = {"what": f"rejected|{told('21.00').transfer_id}"}
    page = words_of(office.get(LIST))
    assert "The broker rejected it" in page and "F100001" in page and "no cash" in page
    assert open_breaks() == [("rejected", "F100001", D("21.00"))]

    assert "Say why" in words_of(office.post(f"{LIST}take-back/", what | {"note": " "}, follow=True))
    for words in ("The next night takes it back.", "It is taken back already."):
        assert words in words_of(office.post(f"{LIST}take-back/", what | {"note": "Not worth it"}, follow=True))
    assert Request.unscoped.filter(kind="instruction", finished_at=None).count() == 0

    assert nights.night(NEXT).problem == ""
    nights.mailboxes(NEXT)
    assert nights.night(LATER).problem == ""

    assert moved() == [
        ("mailbox", D("7.00"), DAY, "payee", "provider", "F100001"),
        ("mailbox", D("21.00"), DAY, "payee", "provider", "F100001"),
        ("mail_off", D("21.00"), NEXT, "provider", "payee", "F100001"),
    ]
    assert balances() == {"payee": D("-7.00"), "provider": D("7.00")}
    with in_role("owner"):
        assert Instruction.unscoped.count() == 2
        assert Notification.unscoped.filter(natural_key__startswith="written off").get().body == "21.00 USD"
    assert open_breaks() == []
    off = MailboxCharge.unscoped.get(is_written_off=True)
    assert (off.item, off.charged, off.moved_on) == ("archive", D("-21.00"), NEXT)
    assert "written off" in words_of(browse("alice").get(f"/email/mailboxes/{rejected.pk}/"))
    # It is over: nobody sends it again, and who asks once more is told so.
    with in_role("office"):
        assert send_again(Instruction.unscoped.all(), at=at(LATER)) == 0
        with pytest.raises(ReversalRefused):
            ask_reversal(instruction=told("21.00"), reason="Again", by=7, at=at(LATER))


def test_it_is_charged_again_with_the_next_night(rejected, nights, office):
    """Given up and then sent again: the same movement goes a second time, in its own file, and the ledger stays."""
    one = told("21.00")
    with in_role("office"):
        ask_reversal(instruction=one, reason="Not worth it", by=7, at=at(NEXT))
    for words in ("1 movement goes", "0 movements go"):
        said = {"action": "again", "_selected_action": str(one.pk)}
        assert words in words_of(office.post(AGAIN, said, follow=True))
    assert nights.night(NEXT).problem == ""
    second = told("21.00", attempt=2)
    assert (second.transfer_id, second.payer, second.payee, second.day) == (one.transfer_id, "F100001", "", NEXT)
    answer(second, "accepted", NEXT)

    assert nights.night(LATER).problem == ""
    assert [kind for kind, *_rest in moved()] == ["mailbox", "mailbox"]
    assert open_breaks() == []


def test_a_refused_request_gets_nothing_back_of_what_was_never_taken(boxes, nights):
    """7.00 was taken and goes back; 21.00 was rejected, so the broker is told of no payment for it."""
    mailbox = boxes.one(archive=True)
    nights.night(DAY)
    answer(told("7.00"), "accepted")
    answer(told("21.00"), "rejected")
    boxes.move(mailbox, State.REJECTED, at=at(NEXT), reason="The domain is not yours")
    assert nights.night(NEXT).problem == ""

    assert moved()[2:] == [
        ("mail_back", D("7.00"), NEXT, "provider", "payee", "F100001"),
        ("mail_off", D("21.00"), NEXT, "provider", "payee", "F100001"),
    ]
    assert balances() == {"payee": D("0.00"), "provider": D("0.00")}
    with in_role("owner"):
        assert Instruction.unscoped.filter(day=NEXT).values_list("kind", "amount").get() == ("mail_back", D("7.00"))
    answer(told("7.00", kind="mail_back"), "accepted", NEXT)
    assert open_breaks() == []


def test_what_has_gone_back_is_sent_again_and_not_written_off(boxes, nights, office):
    """Accepted, given back for a refused request, and bounced only then: the broker has paid, so it must take it."""
    mailbox = boxes.one()
    nights.night(DAY)
    answer(told("7.00"), "accepted")
    boxes.move(mailbox, State.REJECTED, at=at(NEXT), reason="The domain is not yours")
    nights.night(NEXT)
    answer(told("7.00"), "rejected", NEXT)

    what = {"what": f"rejected|{told('7.00').transfer_id}", "note": "Closed"}
    assert "7.00 USD of it was given back already" in words_of(office.post(f"{LIST}take-back/", what, follow=True))
    assert told("7.00").reverse_asked_at is None
    assert nights.night(LATER).problem == ""
    assert [kind for kind, *_rest in moved()] == ["mailbox", "mail_back"]


def test_a_refused_mailbox_gives_nothing_back_that_was_written_off(boxes, nights):
    """The archive was written off before the request was refused: only 7.00 goes back."""
    mailbox = boxes.one(archive=True)
    nights.night(DAY)
    answer(told("21.00"), "rejected")
    with in_role("office"):
        ask_reversal(instruction=told("21.00"), reason="Closed", by=7, at=at(NEXT))
    nights.night(NEXT)
    boxes.move(mailbox, State.REJECTED, at=at(LATER), reason="The domain is not yours")
    assert nights.night(LATER).problem == ""
    assert [(kind, amount) for kind, amount, *_rest in moved()[2:]] == [
        ("mail_off", D("21.00")),
        ("mail_back", D("7.00")),
    ]
    assert balances() == {"payee": D("0.00"), "provider": D("0.00")}


def test_the_masters_own_cash_agrees_once_it_is_written_off(rejected, nights, world):
    """The master's statement shows 7.00 taken and nothing of 21.00: nothing is missing, and nothing on its way."""
    line(world, "F100001", "-7.00", str(told("7.00").transfer_id), day=DAY)
    nights.cash("F100001", DAY, "107.00")
    nights.cash("F100001", NEXT, "100.00")
    assert purse(world, NEXT) == D("79.00")  # 21.00 may still be taken
    with in_role("office"):
        ask_reversal(instruction=told("21.00"), reason="Closed", by=7, at=at(NEXT))
    nights.night(NEXT)
    with night_role():
        assert differences(date(2025, 10, 24)) == []
        [one] = sides_of_masters(DAY, date(2025, 10, 24))
    assert (one.ledger, one.broker) == (D("-7.00"), D("-7.00"))
    assert purse(world, LATER) == D("100.00")
    assert purse(world, DAY) == D("79.00")  # On that day 7.00 and 21.00 were on their way, and still are

    # The broker took it after all, when it was written off: 21.00 of the master's cash are in no book of ours.
    line(world, "F100001", "-21.00", str(told("21.00").transfer_id), day=LATER)
    with night_role():
        [found] = differences(date(2025, 10, 24))
    assert (found.kind, found.account, found.ours, found.brokers) == ("master_differs", "F100001", 0, D("-21.00"))


def test_what_a_statement_shows_after_all_is_neither_written_off_nor_sent_again(rejected, nights, world):
    """Rejected, but the master's statement names it: 21.00 was taken. What gives it back counts, too."""
    line(world, "F100001", "-7.00", str(told("7.00").transfer_id), day=DAY)
    line(world, "F100001", "-21.00", description=f"FEE {told('21.00').transfer_id}", day=DAY)
    assert open_breaks() == []
    nights.cash("F100001", NEXT, "72.00")
    assert purse(world, NEXT) == D("72.00")  # Both are in it
    with in_role("office"):
        with pytest.raises(ReversalRefused, match="A statement shows"):
            ask_reversal(instruction=told("21.00"), reason="Closed", by=7, at=at(NEXT))
        assert send_again(Instruction.unscoped.all(), at=at(NEXT)) == 0

    source = Transfer.unscoped.get(amount=D("21.00")).source
    line(world, "F100001", "21.00", str(source), day=DAY)
    with in_role("office"):
        ask_reversal(instruction=told("21.00"), reason="Closed", by=7, at=at(NEXT))
    line(world, "F100001", "-21.00", str(source), day=NEXT)
    assert nights.night(NEXT).problem == ""
    assert [kind for kind, *_rest in moved()] == ["mailbox", "mailbox"]


def test_a_refused_request_gets_back_what_a_statement_shows(boxes, nights, world):
    """The broker said no and took 21.00 all the same, so it is told to give it back like the 7.00."""
    mailbox = boxes.one(archive=True)
    nights.night(DAY)
    answer(told("7.00"), "accepted")
    answer(told("21.00"), "rejected")
    line(world, "F100001", "-21.00", str(told("21.00").transfer_id), day=DAY)
    boxes.move(mailbox, State.REJECTED, at=at(NEXT), reason="The domain is not yours")
    assert nights.night(NEXT).problem == ""
    assert [(kind, amount) for kind, amount, *_rest in moved()[2:]] == [
        ("mail_back", D("7.00")),
        ("mail_back", D("21.00")),
    ]
    assert {told(amount, kind="mail_back").day for amount in ("7.00", "21.00")} == {NEXT}


def test_a_request_is_refused_while_the_night_writes_off(boxes, nights, monkeypatch):
    """The night's row stands for the office's; the rest goes back, once."""
    mailbox, asked = boxes.one(archive=True), []
    nights.night(DAY)
    answer(told("21.00"), "rejected")
    with in_role("office"):
        ask_reversal(instruction=told("21.00"), reason="Closed", by=7, at=at(NEXT))

    def meanwhile(*words):
        if not asked:
            asked.append(words)
            with in_role("owner"):
                MailboxCharge.unscoped.create(
                    id=uuid_of("mailbox back", str(paid.pk)), mailbox=mailbox, firm_id=paid.firm_id,
                    practice_id=paid.practice_id, account_id=paid.account_id, reverses=paid, item=paid.item,
                    year_starts=paid.year_starts, months=paid.months, rate=paid.rate, amount=paid.amount,
                    charged_on=NEXT, charged_at=at(NEXT),
                )  # fmt: skip
        return uuid_of(*words)

    paid, uuid_of = MailboxCharge.unscoped.get(amount=D("21.00")), actions.uuid_of
    monkeypatch.setattr(actions, "uuid_of", meanwhile)
    boxes.move(mailbox, State.REJECTED, at=at(NEXT), reason="The domain is not yours")
    backs = MailboxCharge.unscoped.exclude(reverses=None)
    assert sorted(backs.values_list("amount", "reverses__amount")) == [(D("7.00"), D("7.00")), (D("21.00"), D("21.00"))]


def test_nobody_but_the_back_office_gives_a_charge_up(rejected, browse, as_role, world):
    one = told("21.00")
    before = fingerprint_of_rows()
    for name in ("alice", "bob", "ana", "frank", ""):
        for address, said in (
            (f"{LIST}take-back/", {"what": f"rejected|{one.transfer_id}", "note": "Mine"}),
            (AGAIN, {"action": "again", "_selected_action": str(one.pk)}),
        ):
            assert browse(name).post(address, said).status_code in (302, 403, 404)
    assert fingerprint_of_rows() == before


def test_only_the_night_marks_what_goes_the_other_way(boxes):
    """Of a charge that has not moved yet: neither a page nor the office may mark it, and the night not the charge."""
    boxes.one()
    charged = MailboxCharge.unscoped.filter(moved_on=None)
    for role, why in (
        ("default", "permission denied"),
        ("office", "permission denied"),
        ("night", "charge_written_off"),
    ):
        with in_role(role), pytest.raises(DatabaseError, match=why), transaction.atomic(using=role):
            charged.update(is_written_off=True)


def test_answers_are_locked_in_the_order_of_the_night(rejected):
    with night_role(), CaptureQueriesContext(connection) as asked:
        take_answers(f"reference,answer,reason\n{told('21.00').transfer_id},rejected,\n".encode(), at=at(NEXT))
    [locked] = [one["sql"] for one in asked if "FOR UPDATE" in one["sql"] and "broker_instruction" in one["sql"]]
    assert 'ORDER BY "broker_instruction"."id" ASC' in locked


def test_the_migration_goes_back_and_forth(db):
    """Without it a charge is kept on the trail and checked as before; then all is as it was."""
    name = "accounts.desk.migrations.0030_mailbox_charges_written_off"
    steps = [one for one in import_module(name).Migration.operations if isinstance(one, RunSQL)]

    def stands():
        with cursor() as cur:
            cur.execute(
                "SELECT pg_get_triggerdef(t.oid), pg_get_functiondef('desk_mailbox_charged'::regproc),"
                " has_column_privilege('portal_night', 'desk_mailboxcharge', 'is_written_off', 'UPDATE')"
                " FROM pg_trigger t WHERE t.tgname = 'desk_mailboxcharge_trail'"
            )
            return cur.fetchone()

    with in_role("owner"), transaction.atomic(using="owner"):
        now = stands()
        with cursor() as cur:
            for one in reversed(steps):
                cur.execute(one.reverse_sql)
        trail, rule, may = stands()
        assert "'moved_on')" in trail and "broker_instruction" not in rule and not may
        with cursor() as cur:
            for one in steps:
                cur.execute(one.sql)
        assert stands() == now and "'is_written_off'" in now[0]
