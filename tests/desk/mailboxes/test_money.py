"""What mailboxes cost a practice: charged when they are asked for, moved once by the night, renewed in May."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal as D
from uuid import uuid4

import pytest
from django.db import DatabaseError, transaction

from accounts.broker.transmit.answers import take_answers
from accounts.broker.transmit.models import Instruction
from accounts.desk.mailboxes.models import Mailbox, MailboxCharge, MailboxRate
from accounts.desk.mailboxes.rules import MailboxConflict, State
from accounts.ground.access.context import acting
from accounts.ground.access.context import as_role as in_role
from accounts.ground.clock import exchange_today
from accounts.ground.ledger.models import Book, Transfer
from accounts.ground.ledger.queries import balance, paid_in
from accounts.ground.requests.models import Request
from accounts.ground.tree.models import Account, Status
from fees.history.queries import movements
from fees.reconciliation.queries import differences, sides
from tests.fees.posting.nights import night_role

DAY, NEXT = date(2025, 10, 15), date(2025, 10, 16)
MAY = date(2026, 5, 1)


def owner():
    return in_role("owner")


def at(day, hour=16):
    return datetime(day.year, day.month, day.day, hour, tzinfo=UTC)


def charged(mailbox=None):
    rows = MailboxCharge.unscoped.all() if mailbox is None else MailboxCharge.unscoped.filter(mailbox=mailbox)
    return sorted((one.item, one.year_starts.year, one.months, one.charged) for one in rows)


def moves():
    rows = Transfer.unscoped.filter(kind__in=("mailbox", "mail_back")).order_by("day", "kind", "amount")
    return list(rows.values_list("kind", "amount", "day", "debit__kind", "credit__kind", "account__number"))


@pytest.mark.parametrize(
    ("day", "alone", "archived"),
    [
        (date(2025, 5, 1), "12.00", "48.00"),
        (date(2026, 4, 30), "1.00", "4.00"),
        (date(2025, 10, 15), "7.00", "28.00"),
        (date(2026, 1, 31), "4.00", "16.00"),
    ],
)
def test_mbx_2_a_request_is_charged_for_the_rest_of_the_year(boxes, day, alone, archived):
    plain, kept = boxes.ask("jane@northgate.com", ("joe@northgate.com", True), at=at(day))
    assert sum(amount for *_rest, amount in charged(plain)) == D(alone)
    assert sum(amount for *_rest, amount in charged(kept)) == D(archived)


def test_the_month_is_new_yorks(boxes):
    """At 02:00 UTC on the first of May it is still April where the charge is made: 1.00 and not 12.00."""
    boxes.one(at=datetime(2026, 5, 1, 2, tzinfo=UTC))
    assert charged() == [("mailbox", 2025, 1, D("1.00"))]


def test_the_night_moves_each_charge_once_and_the_day_is_sealed(boxes, nights):
    """28.00 leaves Northgate's share for the provider, told to the broker from the master account; then never again."""
    boxes.one(archive=True)
    assert nights.night(DAY).problem == ""
    nights.mailboxes(DAY)
    assert nights.night(NEXT).problem == ""

    assert moves() == [
        ("mailbox", D("7.00"), DAY, "payee", "provider", "F100001"),
        ("mailbox", D("21.00"), DAY, "payee", "provider", "F100001"),
    ]
    share, provider = Book.unscoped.get(kind="payee"), Book.unscoped.get(kind="provider")
    assert (balance(share), balance(provider)) == (D("-28.00"), D("28.00"))
    told = Instruction.unscoped.filter(kind="mailbox").order_by("amount")
    assert list(told.values_list("payer", "payee", "amount", "memo")) == [
        ("F100001", "", D("7.00"), "MAILBOX CHARGE MAILBOX 2025-10-15 jane@northgate.com"),
        ("F100001", "", D("21.00"), "MAILBOX CHARGE ARCHIVE 2025-10-15 jane@northgate.com"),
    ]


def test_a_charge_for_a_mailbox_is_no_fee_that_came_back(boxes, nights, world):
    """The master's fee history and its sums have nothing of it."""
    boxes.one(archive=True)
    assert nights.night(DAY).problem == ""
    master = world["F100001"]

    with acting(world.users["alice"].pk) as alice:
        assert not movements(alice, master, NEXT).exists()
        assert paid_in(alice, [master.pk], DAY, NEXT) == {}
    assert len(moves()) == 2


def test_two_clicks_charge_once(boxes):
    """The same form twice is one request; another form for the same address is refused and charges nothing."""
    batch = uuid4()
    first = boxes.ask("jane@northgate.com", "joe@northgate.com", batch=batch)
    assert [one.pk for one in boxes.ask("jane@northgate.com", batch=batch)] == [one.pk for one in first]
    with pytest.raises(MailboxConflict, match="already"):
        boxes.ask("new@northgate.com", "Jane+x@NORTHGATE.com")
    assert Mailbox.unscoped.count() == 2
    assert charged() == [("mailbox", 2025, 7, D("7.00"))] * 2


def test_what_is_charged_is_what_was_accepted(boxes):
    """Read on 30 April at 4.00 and sent on 1 May at 48.00: nothing is made. Nor is 3.00 taken for 36.00."""
    april, may = datetime(2026, 5, 1, 3, 58, tzinfo=UTC), datetime(2026, 5, 1, 4, 1, tzinfo=UTC)
    with pytest.raises(MailboxConflict, match="48.00"):
        boxes.ask(("jane@northgate.com", True), at=may, total=D("4.00"))
    assert not Mailbox.unscoped.exists()
    mailbox = boxes.one(at=april)
    with pytest.raises(MailboxConflict, match="36.00"):
        boxes.archive(mailbox, True, at=may, charge=D("3.00"))
    mailbox.refresh_from_db(from_queryset=Mailbox.unscoped.all())
    assert charged() == [("mailbox", 2025, 1, D("1.00"))] and not mailbox.is_archived


def test_mbx_3_what_is_cancelled_gives_nothing_back(boxes, nights):
    """Two days later: no line goes back, in whatever night, and the address is free again at its price."""
    mailbox = boxes.active(archive=True)
    boxes.cancel(mailbox, at=at(DAY + timedelta(days=2)))
    nights.night(date(2025, 10, 17))
    assert [kind for kind, *_rest in moves()] == ["mailbox", "mailbox"]
    assert charged(mailbox) == [("archive", 2025, 7, D("21.00")), ("mailbox", 2025, 7, D("7.00"))]
    again = boxes.one(at=at(date(2025, 12, 1)))
    assert charged(again) == [("mailbox", 2025, 5, D("5.00"))]


def test_a_refused_request_gets_its_charge_back(boxes, nights):
    """The provider made nothing, so what the request was charged goes back the way it came, once."""
    mailbox = boxes.one(archive=True)
    nights.night(DAY)
    boxes.move(mailbox, State.REJECTED, at=at(NEXT), reason="The domain is not yours")
    assert nights.night(NEXT).problem == ""
    assert moves()[2:] == [
        ("mail_back", D("7.00"), NEXT, "provider", "payee", "F100001"),
        ("mail_back", D("21.00"), NEXT, "provider", "payee", "F100001"),
    ]
    assert [balance(one) for one in Book.unscoped.filter(kind__in=("payee", "provider"))] == [D("0.00")] * 2
    with pytest.raises(MailboxConflict):
        boxes.move(mailbox, State.REJECTED, reason="Once more")
    assert len(charged()) == 4


def test_a_charge_and_what_went_back_leave_nothing_to_reconcile(boxes, nights):
    """Accepted, both are over; what the broker refuses or never answers is named. No total of clients counts them."""
    mailbox = boxes.one()
    nights.night(DAY)
    boxes.move(mailbox, State.REJECTED, at=at(NEXT), reason="The domain is not yours")
    nights.night(NEXT)
    paid, back = Instruction.unscoped.filter(kind__in=("mailbox", "mail_back")).order_by("day")

    def answer(one, said):
        with night_role():
            take_answers(f"reference,answer,reason\n{one.transfer_id},{said},\n".encode(), at=at(NEXT, 23))

    def found():
        with night_role():
            return [(one.kind.value, one.account, one.ours) for one in differences(DAY + timedelta(days=10))]

    assert found() == [("unanswered", "F100001", D("7.00")), ("unanswered", "F100001", D("-7.00"))]
    answer(paid, "accepted")
    answer(back, "rejected")
    assert found() == [("rejected", "F100001", D("-7.00"))]
    with owner():
        Instruction.unscoped.filter(pk=back.pk).update(answer="", answered_at=None)
    answer(back, "accepted")
    assert found() == []
    with night_role():
        assert sides(DAY, NEXT) == []


def test_the_archive_is_charged_once_a_year(boxes):
    """On in November: 6 months to April, 18.00. Off gives nothing back; on again in the same year costs nothing."""
    mailbox = boxes.one()
    boxes.archive(mailbox, True, at=at(date(2025, 11, 30)))
    boxes.archive(mailbox, False, at=at(date(2025, 12, 1)))
    boxes.archive(mailbox, True, at=at(date(2026, 2, 1)))
    assert charged() == [("archive", 2025, 6, D("18.00")), ("mailbox", 2025, 7, D("7.00"))]
    boxes.archive(mailbox, False, at=at(date(2026, 3, 1)))
    boxes.archive(mailbox, True, at=at(MAY))
    assert charged()[1] == ("archive", 2026, 12, D("36.00"))


def test_active_mailboxes_are_renewed_in_may_and_no_others(boxes, nights):
    """On 1 May 12.00 and, with an archive, 36.00 more; who has ended or is not active yet pays for no other year."""
    kept, plain = boxes.active(archive=True), boxes.active("joe@northgate.com")
    gone, waiting = boxes.active("gone@northgate.com"), boxes.one("late@northgate.com")
    boxes.cancel(gone, at=at(date(2026, 4, 30)))
    young = boxes.one("new@northgate.com", at=at(MAY))
    boxes.move(young, State.PROVISIONING, State.AWAITING_MX, State.ACTIVE, at=at(MAY))

    nights.night(date(2026, 4, 30))
    assert [one for one in charged() if one[1] == 2026] == [("mailbox", 2026, 12, D("12.00"))]
    nights.night(MAY)
    nights.mailboxes(MAY)
    nights.night(date(2026, 5, 4))

    assert charged(kept)[1::2] == [("archive", 2026, 12, D("36.00")), ("mailbox", 2026, 12, D("12.00"))]
    assert charged(plain)[1] == ("mailbox", 2026, 12, D("12.00"))
    assert charged(young) == [("mailbox", 2026, 12, D("12.00"))]
    assert [len(charged(one)) for one in (gone, waiting)] == [1, 1]
    # Whoever becomes active on 30 June pays from June on, 11 months, though the night that charges is July's.
    boxes.move(waiting, State.PROVISIONING, State.AWAITING_MX, State.ACTIVE, at=at(date(2026, 6, 30)))
    nights.mailboxes(date(2026, 6, 30))
    assert len(charged(waiting)) == 1
    nights.mailboxes(date(2026, 7, 1))
    assert charged(waiting)[1] == ("mailbox", 2026, 11, D("11.00"))


def test_what_was_free_is_charged_from_the_next_year_on(boxes, nights):
    """Free when it was asked for; 1.50 from January on is charged in May, and not in the middle of the free year."""
    with owner():
        MailboxRate.unscoped.create(item="mailbox", starts=date(2039, 10, 1), amount=0)
        MailboxRate.unscoped.create(item="mailbox", starts=date(2040, 1, 1), amount=D("1.50"))
    boxes.active(at=at(date(2039, 10, 3)))
    nights.mailboxes(date(2040, 1, 2))
    assert charged() == []
    nights.mailboxes(date(2040, 5, 1))
    assert charged() == [("mailbox", 2040, 12, D("18.00"))]


def test_a_master_that_is_not_open_is_not_charged(boxes, nights, world):
    """The night of May passes it by, and its archive cannot be switched on."""
    mailbox = boxes.active()
    with owner():
        Account.unscoped.filter(pk=world["F100001"].pk).update(status=Status.PENDING)
    with pytest.raises(MailboxConflict, match="not open"):
        boxes.archive(mailbox, True)
    nights.mailboxes(MAY)
    assert charged() == [("mailbox", 2025, 7, D("7.00"))]


def test_mailboxes_end_with_the_account_that_pays_for_them(boxes, world):
    """All end at once, what waited is over, and the provider hears of those it knows; nothing goes back."""
    active, waiting = boxes.active(), boxes.one("joe@northgate.com")
    with owner():
        Account.unscoped.filter(pk=world["F100001"].pk).update(status=Status.CLOSED, closed_on=DAY)
        told = Request.unscoped.filter(kind="mailbox").values_list("natural_key", "status")
        assert set(told) == {
            (f"mailbox:{active.pk}", "approved"),
            (f"mailbox:{active.pk} provider", "awaiting_broker"),
            (f"mailbox:{waiting.pk}", "cancelled"),
        }
        assert {one.state for one in Mailbox.unscoped.all()} == {"cancelled"}
    assert charged() == [("mailbox", 2025, 7, D("7.00"))] * 2


def test_a_price_begins_tomorrow_at_the_earliest(as_role):
    """What charges of today and before must come out as never changes, whoever writes the price."""
    today = exchange_today()
    for alias in ("office", "owner"):
        for day in (today, date(2025, 10, 1)):
            with in_role(alias), pytest.raises(DatabaseError), transaction.atomic(using=alias):
                MailboxRate.unscoped.create(item="mailbox", starts=day, amount=D("1.20"))
        with in_role(alias):
            item = "mailbox" if alias == "office" else "archive"
            MailboxRate.unscoped.create(item=item, starts=today + timedelta(days=1), amount=D("1.20"))


@pytest.mark.parametrize("person", ["bob", "mallory", "vera", "ana", "frank"])
def test_no_row_is_written_at_somebody_elses_master(boxes, world, as_role, person):
    """Past every page, as the pages' own login: nothing in the name of Northgate is seen or written."""
    mailbox = boxes.one()
    before = Mailbox.unscoped.count(), MailboxCharge.unscoped.count()
    box = Mailbox.unscoped.get(pk=mailbox.pk)
    box.pk, box.key, box.requested_by = uuid4(), "x@northgate.com", world.users[person].pk
    own = Mailbox.unscoped.get(pk=mailbox.pk)
    own.pk, own.key, own.requested_by = uuid4(), "y@northgate.com", world.users[person].pk
    own.practice_id = world["F200002"].practice_id
    charge = MailboxCharge.unscoped.get()
    charge.pk, charge.item, charge.rate, charge.amount = uuid4(), "archive", D("3.00"), D("21.00")
    for row in (box, own, charge):
        with as_role("portal_web"), acting(world.users[person].pk), pytest.raises(DatabaseError), transaction.atomic():
            row.save(force_insert=True)
    with as_role("portal_web"), acting(world.users[person].pk):
        assert (Mailbox.unscoped.count(), MailboxCharge.unscoped.count()) == (0, 0)
        assert not Mailbox.unscoped.update(name="Mine")
    assert (Mailbox.unscoped.count(), MailboxCharge.unscoped.count()) == before


def test_the_database_holds_the_price_the_months_and_the_way(boxes, world, as_role):
    """Not even the owner of the database writes another price, another practice's account or a step backwards."""
    mailbox = boxes.one()
    one = MailboxCharge.unscoped.get()
    wrong = (
        {"rate": D("0.50"), "amount": D("3.50")},
        {"months": 6, "amount": D("6.00")},
        {"item": "archive", "amount": D("7.00")},
        {"reverses_id": one.pk},
    )
    with owner():
        for fields in wrong:
            row = MailboxCharge.unscoped.get()
            row.pk, row.year_starts = uuid4(), row.year_starts
            for name, value in fields.items():
                setattr(row, name, value)
            with pytest.raises(DatabaseError), transaction.atomic(using="owner"):
                row.save(force_insert=True, using="owner")
        for fields in ({"amount": D("1.00")}, {"rate": D("2.00")}, {"charged_on": NEXT}):
            with pytest.raises(DatabaseError), transaction.atomic(using="owner"):
                MailboxCharge.unscoped.update(**fields)
        with pytest.raises(DatabaseError), transaction.atomic(using="owner"):
            Mailbox.unscoped.filter(pk=mailbox.pk).update(state=State.ACTIVE)
        with pytest.raises(DatabaseError), transaction.atomic(using="owner"):
            one.delete(using="owner")
    for wish in ({"state": State.PROVISIONING}, {"reason": "mine"}, {"address": "x@y.com"}):
        with as_role("portal_web"), acting(world.users["alice"].pk), pytest.raises(DatabaseError), transaction.atomic():
            Mailbox.unscoped.filter(pk=mailbox.pk).update(**wish)
