"""The Email tab: asking for mailboxes with a review, one's page and its settings, and who is refused."""

import html
import re

import pytest

from accounts.desk.mailboxes.models import Mailbox, MailboxCharge
from accounts.desk.mailboxes.queries import archived
from accounts.desk.mailboxes.rules import State
from accounts.ground.access.context import acting
from accounts.ground.notifications.models import Notification
from accounts.ground.outbox.models import OutboxMessage
from accounts.ground.people.models import Seat, User
from accounts.ground.requests.models import Request
from accounts.ground.trail.models import Event
from tests.house.written import fingerprint_of_rows

PAGE, ASK, SEND = "/email/mailboxes/", "/email/mailboxes/request/", "/email/mailboxes/request/send/"
TWO = {
    "rows": "2",
    "address-0": "Jane@Northgate.com",
    "name-0": "Jane Roe",
    "address-1": "joe@northgate.com",
    "name-1": "Joe Roe",
    "archive-1": "on",
}


def text(answer):
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", answer.content.decode())).split())


def hidden(answer, *names):
    """Hidden fields of a form as a browser sends them."""
    page = answer.content.decode()
    return {name: re.search(rf'name="{name}"\s+value="([^"]*)"', page)[1] for name in names}


def test_mbx_4_without_a_mailbox_the_email_tab_asks_for_one(browse, world):
    alice = browse("alice")
    home = alice.get("/").content.decode()
    assert 'href="/email/"' in home
    none = alice.get("/email/")  # without a storage password too
    assert f'href="{PAGE}"' in none.content.decode() and "Request Mailbox" in text(none)
    shown = alice.get(PAGE)
    assert f'href="{ASK}"' in shown.content.decode() and "Request Mailbox" in text(shown)
    assert "1.00 USD" in text(shown) and "3.00 USD" in text(shown)


def test_mbx_1_public_domains_are_refused_at_the_form(browse, world):
    alice = browse("alice")
    for address in ("jane@gmail.com", "jane@YAHOO.co.uk", "jane@outlook.com.br"):
        answer = alice.post(ASK, {"rows": "1", "address-0": address, "name-0": "Jane"})
        assert answer.status_code == 422 and "Public domains are not allowed" in text(answer), address
        assert alice.post(SEND, {"rows": "1", "address-0": address, "name-0": "J", "accepts": "on"}).status_code == 422
    answer = alice.post(ASK, {"rows": "1", "address-0": "jane@mygmail.com", "name-0": "Jane"})
    assert answer.status_code == 200 and "Review the request" in text(answer)
    warned = alice.post(ASK, {"rows": "1", "address-0": "jane@gmаil.com", "name-0": "Jane"})
    assert "looks like gmail.com" in text(warned)
    assert not Mailbox.unscoped.exists()


def test_several_are_reviewed_accepted_and_asked_for_once(browse, world, django_assert_max_num_queries):
    """The review says each charge and the sum; a second click makes and charges nothing more."""
    alice = browse("alice")
    more = alice.post(ASK, {**TWO, "more": "1"})
    assert 'name="address-2"' in more.content.decode()
    review = alice.post(ASK, TWO)
    assert "F100001" in text(review) and "Jane@northgate.com" in text(review)
    sent = {**TWO, **hidden(review, "batch", "total")}
    assert alice.post(SEND, sent).status_code == 422
    for total in ("0.00", "NaN", "1e9999999", "", str(float(sent["total"]) - 1)):
        stale = alice.post(SEND, {**sent, "accepts": "on", "total": total})
        assert stale.status_code == 422 and "What is charged now is" in text(stale)
        assert hidden(stale, "total") == hidden(review, "total")
    assert not MailboxCharge.unscoped.exists()
    for _click in range(2):
        assert alice.post(SEND, {**sent, "accepts": "on"}).status_code == 302
    assert Mailbox.unscoped.count() == 2 and MailboxCharge.unscoped.count() == 3
    total = sum(one.amount for one in MailboxCharge.unscoped.all())
    months = MailboxCharge.unscoped.first().months
    assert total == 5 * months
    with django_assert_max_num_queries(12 + 6):  # the frame's own, and the context of the transaction
        assert "joe@northgate.com" in text(alice.get(PAGE))
    waiting = Request.unscoped.filter(kind="mailbox")
    assert {one.status for one in waiting} == {"awaiting_broker"} and waiting.count() == 2
    jane = Mailbox.unscoped.get(key="jane@northgate.com")
    assert f'href="{PAGE}{jane.pk}/">Mailbox Jane@northgate.com' in alice.get("/pending/").content.decode()
    assert alice.post(ASK, TWO).status_code == 422


def test_the_back_office_moves_it_on_and_the_practice_is_told(boxes, browse, world):
    User.objects.filter(pk=world.users["alice"].pk).update(email="alice@northgate.com")
    mailbox = boxes.one()
    page = f"{PAGE}{mailbox.pk}/"
    boxes.move(mailbox, State.PROVISIONING, State.AWAITING_MX)
    assert Request.unscoped.get(kind="mailbox").status == "awaiting_advisor"
    assert "Set the MX records" in text(browse("alice").get(page))
    boxes.move(mailbox, State.ACTIVE)
    assert Request.unscoped.get(kind="mailbox").status == "approved"
    assert Notification.unscoped.filter(body=mailbox.address).count() == 3
    mails = OutboxMessage.unscoped.filter(natural_key__startswith=f"mailbox:{mailbox.pk}")
    assert mails.count() == 3 and all(page in one.body for one in mails)
    assert list(Event.unscoped.filter(kind="mailbox").order_by("pk").values_list("status", flat=True)) == [
        *("requested", "provisioning", "awaiting_mx", "active")
    ]


def test_settings_archive_and_the_end(boxes, browse, world, django_assert_max_num_queries):
    """The archive says its charge before; a cancelled mailbox is closed at once, also for the archive's question."""
    mailbox = boxes.active()
    alice, page = browse("alice"), f"{PAGE}{mailbox.pk}/"
    alice.get(PAGE)
    with django_assert_max_num_queries(12 + 6):  # the frame's own, and the context of the transaction
        shown = alice.get(page)
    assert "Switching it on charges now" in text(shown)
    due = hidden(shown, "charge")
    assert alice.post(f"{page}name/", {"name": "Dr. Jane Roe"}).status_code == 302
    assert alice.post(f"{page}name/", {"name": "Jane\r\nBcc: <x@y.com>"}).status_code == 422
    with acting(world.users["alice"].pk) as who:
        assert not archived(who, "jane@northgate.com")
    for charge in ({}, {"charge": "0.01"}):
        assert alice.post(f"{page}archive/", {"on": "1", **charge}).status_code == 422
    assert not MailboxCharge.unscoped.filter(item="archive").exists()
    for _click in range(2):
        assert alice.post(f"{page}archive/", {"on": "1", **due}).status_code == 302
    assert MailboxCharge.unscoped.filter(item="archive").count() == 1
    with acting(world.users["alice"].pk) as who:
        assert archived(who, "JANE+x@northgate.com") and not archived(who, "no address")
    with acting(world.users["bob"].pk) as who:
        assert not archived(who, "jane@northgate.com")
    assert "gives nothing back" in text(alice.get(page))
    assert "nothing of what it was charged is given back" in text(alice.get(f"{page}cancel/"))
    assert alice.post(f"{page}cancel/").status_code == 302
    assert alice.post(f"{page}cancel/").status_code == 422
    assert alice.post(f"{page}archive/", {"on": "0"}).status_code == 422
    with acting(world.users["alice"].pk) as who:
        assert not archived(who, "jane@northgate.com")
    mailbox.refresh_from_db()
    assert (mailbox.name, mailbox.state) == ("Dr. Jane Roe", "cancelled")
    assert MailboxCharge.unscoped.count() == 2


@pytest.mark.parametrize(
    ("name", "status"),
    [
        *(("bob", 404), ("carol", 404), ("mallory", 404), ("vera", 403), ("tess", 403)),
        *(("ana", 403), ("sam", 403), ("suki", 403), ("frank", 403), ("olga", 403), ("", 302)),
    ],
)
def test_nobody_else_reaches_a_mailbox(boxes, browse, name, status):
    """A sibling, another firm, an owner, a user without the right, who has left, the office's seat and nobody."""
    mailbox = boxes.active()
    before = fingerprint_of_rows()
    person, page = browse(name), f"{PAGE}{mailbox.pk}/"
    for act, said in (("name/", {"name": "Mine"}), ("archive/", {"on": "1"}), ("cancel/", {}), ("check/", {})):
        assert person.post(page + act, said).status_code in (status, 404), act
    assert person.get(page).status_code in (status, 404)
    shown = person.get(PAGE)
    assert "jane@northgate.com" not in shown.content.decode()
    assert fingerprint_of_rows() == before


def test_who_was_not_given_the_right_sees_and_changes_nothing(boxes, browse, world):
    """Tess may look at accounts, but her user was given no configuration: she reads and changes nothing."""
    mailbox = boxes.active()
    Seat.unscoped.filter(pk=world.seats["tess"].pk).update(abilities=["view_accounts"])
    before = fingerprint_of_rows()
    tess, page = browse("tess"), f"{PAGE}{mailbox.pk}/"
    assert tess.get(page).status_code == 200 and "Cancel the mailbox" not in text(tess.get(page))
    assert "Request Mailbox" not in text(tess.get(PAGE))
    for address in (ASK, SEND, f"{page}name/", f"{page}archive/", f"{page}cancel/"):
        assert tess.post(address, TWO).status_code == 403, address
    assert fingerprint_of_rows() == before


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"rows": "999999999999"},
        {"rows": "-1", "address-0": "x"},
        {"rows": "1", "address-0": "a@b.com\r\nBcc: c@d.com", "name-0": "x"},
        {"rows": "1", "address-0": "<script>@northgate.com", "name-0": "<script>"},
        {"rows": "1", "address-0": "x" * 5000, "name-0": "y" * 5000, "accepts": "on"},
        {"rows": "1", "address-0": "a@\x00northgate.com", "name-0": "\x00", "accepts": "on", "batch": "zzz"},
    ],
)
def test_hostile_forms_ask_for_nothing(browse, world, said):
    alice = browse("alice")
    for address in (ASK, SEND):
        answer = alice.post(address, said)
        assert answer.status_code in (400, 422)
        assert b"<script>@" not in answer.content
    assert not Mailbox.unscoped.exists() and not MailboxCharge.unscoped.exists()
