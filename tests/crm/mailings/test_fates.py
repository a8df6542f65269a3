"""What became of a mail to several: read from what was owed, told to the practice alone, and sent again to those whom
it did not reach."""

import json

import pytest
from django.db import ProgrammingError, connection, transaction
from django.utils import timezone

from accounts.ground.access.context import acting
from accounts.ground.leaving.actions import leave
from accounts.ground.models import Event
from accounts.ground.outbox.models import OutboxMessage
from accounts.ground.outbox.sealed import opened
from accounts.ground.people.models import Seat
from crm.contacts.models import Contact
from crm.mailings.models import Mailing
from crm.mailings.stopping import heads_of
from tests.crm.mailings.test_mailings import API, PLACE, send, sent
from tests.crm.vault.kit import OTHER_PASSWORD
from tests.crm.vault.people import begun, colleague, let_in, unlock


def given_up(*contacts):
    for one in contacts:
        sent().filter(natural_key__endswith=str(one.pk)).update(failed_at=timezone.now(), body="")


@pytest.fixture
def mailing(alice, three):
    """Bo's has left, Ana's could not be delivered, Cy has no address."""
    send(alice, three, 2)
    given_up(three[0])
    sent().filter(recipient="bo@example.org").update(delivered_at=timezone.now(), body="")
    return Mailing.unscoped.get()


def test_each_line_says_what_became_of_it_and_the_totals_agree(alice, three, mailing):
    page = alice.get(f"{PLACE}{mailing.pk}/").content.decode()
    for words in ("1 left", "1 could not be delivered", "1 skipped", "The message has left", "Send again to those"):
        assert words in page
    assert "on the way" not in page
    listed = alice.get(PLACE).content.decode()
    assert "1 left" in listed and "1 could not be delivered" in listed
    told = alice.get(f"{API}{mailing.pk}/").json()
    assert (told["waiting"], told["left"], told["failed"], told["skipped"]) == (0, 1, 1, 1)
    assert [one["outcome"] for one in told["lines"]] == ["no_email", "left", "failed"]


def test_it_is_sent_again_to_those_alone_and_once(world, alice, three, mailing):
    ana, bo, _cy = three
    # The address was wrong; the message goes to the one that stands there now.
    Contact.unscoped.filter(pk=ana.pk).update(email="ana@example.com")
    for _press in range(2):
        assert alice.post(f"{PLACE}{mailing.pk}/again/").status_code == 302
    assert sent().count() == 3
    again = sent().get(recipient="ana@example.com")
    subject, body = opened(again)
    assert subject == "News for Ana" and body.startswith("Dear Ana Ruiz,\n\nwe move.") and "Dear Bo" not in body
    assert ana.pk.hex in heads_of(again)["List-Unsubscribe"] and again.is_secret and "News" not in again.body
    page = alice.get(f"{PLACE}{mailing.pk}/").content.decode()
    assert "1 on the way" in page and "Sent again" in page and "Send again to those" not in page
    noted = Event.unscoped.get(kind="mailing")
    assert (noted.user_id, noted.data) == (world.users["alice"].pk, {"mailing": str(mailing.pk), "messages": 1})

    # The second try may fail too; then there is a third, unless she wants no more of them.
    OutboxMessage.unscoped.filter(pk=again.pk).update(failed_at=timezone.now(), body="")
    Contact.unscoped.filter(pk=ana.pk).update(mails_off_at=timezone.now())
    refused = alice.post(f"{API}{mailing.pk}/again/")
    assert refused.status_code == 400 and sent().count() == 3
    Contact.unscoped.filter(pk=ana.pk).update(mails_off_at=None)
    told = alice.post(f"{API}{mailing.pk}/again/")
    assert told.status_code == 200 and told.json()["waiting"] == 1 and sent().count() == 4
    assert sent().filter(natural_key__endswith=str(bo.pk)).count() == 1


def test_nobody_else_learns_it_or_sends_it_again(world, alice, browse, mailing, as_role):
    colleague(world)
    abel = browse("abel")
    let_in(alice, abel, world)
    unlock(abel, OTHER_PASSWORD)
    assert "1 left" in abel.get(f"{PLACE}{mailing.pk}/").content.decode()
    with acting(world.users["alice"].pk) as who:
        leave(who=who, seat=Seat.unscoped.get(pk=world.seats["abel"].pk), heir=world.seats["alice"], at=timezone.now())
    bob = browse("bob")
    begun(bob)
    unlock(bob)
    for other in (bob, abel, browse("ana"), browse("olga"), browse("")):
        for address in (f"{PLACE}{mailing.pk}/again/", f"/api/v1{PLACE}{mailing.pk}/again/"):
            answer = other.post(address, json.dumps({}), content_type="application/json")
            assert answer.status_code in (302, 401, 403, 404) and b"could not" not in answer.content
    assert bob.post(f"{PLACE}{mailing.pk}/again/").status_code == 404
    assert sent().count() == 2

    rows = "SELECT count(*) FROM app_mailing_fates(%s), app_mailing_counts(%s)"
    with as_role("portal_web"), connection.cursor() as cursor:
        for name, seen in (("alice", 2), ("bob", 0), ("abel", 0), ("ana", 0)):
            with acting(world.users[name].pk):
                cursor.execute(rows, [[mailing.pk], [mailing.pk]])
                assert cursor.fetchone()[0] == seen, name
                with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
                    cursor.execute("SELECT recipient FROM accounts_outboxmessage")
    with as_role("portal_worker"), connection.cursor() as cursor, pytest.raises(ProgrammingError), transaction.atomic():
        cursor.execute(rows, [[mailing.pk], [mailing.pk]])
