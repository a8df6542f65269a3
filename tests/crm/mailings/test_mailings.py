"""One mail to several: a message each, who is skipped is named, and whoever wants none gets none."""

import json
import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.utils import timezone

from accounts.ground.access.context import as_role
from accounts.ground.outbox.actions import deliver_due
from accounts.ground.outbox.carriers import by_mail
from accounts.ground.outbox.models import OutboxMessage
from accounts.ground.outbox.sealed import opened
from accounts.ground.people.models import User
from crm.contacts.models import Contact
from crm.groups.models import Group, GroupMember
from crm.mailings import rules
from crm.mailings.models import Mailing
from tests.crm.vault.people import begun, unlock

PLACE, API = "/mailings/", "/api/v1/mailings/"
SAID = {"subject": "News for {{first_name}}", "body": "Dear {{first_name}} {{last_name}},\n\nwe move."}


def sent():
    return OutboxMessage.unscoped.filter(natural_key__startswith="mailing ").order_by("recipient")


def send(browser, contacts, count, **more):
    said = {**SAID, "chosen": [str(one.pk) for one in contacts], "sure": "1", "count": str(count), **more}
    return browser.post(PLACE + "new/", {"key": str(uuid4()), **said})


def test_two_of_three_are_on_their_way_and_the_third_is_named(alice, three):
    """CON-11."""
    chosen = [str(one.pk) for one in three]
    User.objects.filter(username="alice").update(email="alice@northgate.example")
    page = alice.post(PLACE + "new/", {**SAID, "chosen": chosen}).content.decode()
    assert "It reaches 2 contacts" in page and "Abel, Cy" in page and "Skipped: no e-mail address" in page
    # Names come first in the list, so Lee reads before Ruiz.
    assert "News for Bo" in page and not sent().exists()

    answer = send(alice, three, 2)

    assert answer.status_code == 302
    ana, bo = sent()
    subject, body = opened(ana)
    assert (ana.recipient, subject) == ("ana@example.org", "News for Ana")
    assert body.startswith("Dear Ana Ruiz,\n\nwe move.") and "Dear Bo" not in body and "bo@" not in body
    assert bo.is_secret and "Answers go to alice@northgate.example." in opened(bo)[1]
    result = alice.get(answer.url).content.decode()
    assert "2 on the way" in result and "1 skipped" in result and "Abel, Cy" in result
    assert Mailing.unscoped.get().queued == 2


def test_what_waits_says_nothing_and_what_leaves_says_it(alice, three, mailoutbox, settings):
    send(alice, three, 2)

    stored = " ".join(f"{one.subject} {one.body}" for one in sent())
    assert not any(word in stored for word in ("News", "Dear", "Ruiz", "we move", "no-more-mails"))

    with as_role("owner"):
        deliver_due(at=timezone.now() + timedelta(minutes=1))
    left = [mail for mail in mailoutbox if mail.to == ["ana@example.org"]]
    assert [mail.subject for mail in left] == ["News for Ana"] and "Dear Ana Ruiz," in left[0].body
    assert {one.body for one in sent()} == {""}


def test_what_was_sealed_under_a_key_that_is_gone_is_given_up_and_never_sent(alice, three, mailoutbox, settings):
    send(alice, three, 2)
    settings.SECRET_KEY = "another key, as after a disaster"
    with as_role("owner"):
        deliver_due(at=timezone.now() + timedelta(minutes=1))

    assert not [mail for mail in mailoutbox if mail.to == ["ana@example.org"]]
    assert all(one.failed_at and not one.delivered_at for one in sent())


def test_one_key_is_sent_once(alice, three):
    key = str(uuid4())
    first, second = (send(alice, three, 2, key=key) for _turn in range(2))
    assert first.url == second.url and (sent().count(), Mailing.unscoped.count()) == (2, 1)


def test_who_wants_no_more_says_so_from_the_mail_itself(alice, three, client):
    send(alice, three, 2)
    link = re.search(r"https?://[^/]+(/no-more-mails/\S+/)", opened(sent()[0])[1])[1]
    asked = client.get(link)
    assert asked.status_code == 200 and Contact.unscoped.get(pk=three[0].pk).mails_off_at is None

    assert "no more such mails" in client.post(link).content.decode()

    assert Contact.unscoped.get(pk=three[0].pk).mails_off_at is not None
    page = alice.post(PLACE + "new/", {**SAID, "chosen": [str(one.pk) for one in three]}).content.decode()
    assert "It reaches 1 contact" in page and "wants no such mail" in page
    # Others that a mail may name are not ours to stop.
    assert client.post("/no-more-mails/" + three[1].pk.hex + ":nonsense/").status_code == 404
    assert Contact.unscoped.get(pk=three[1].pk).mails_off_at is None


def test_guesses_are_counted_and_who_has_such_a_mail_is_always_heard(alice, three, client, monkeypatch):
    """Mail programs of many people press the button from the few addresses of their provider."""
    monkeypatch.setattr("crm.mailings.views.CALLS_AN_HOUR", 1)
    send(alice, three, 2)
    guess = "/no-more-mails/" + three[1].pk.hex + ":nonsense/"
    assert [client.post(guess).status_code for _turn in range(3)] == [404, 429, 429]
    link = re.search(r"https?://[^/]+(/no-more-mails/\S+/)", opened(sent()[0])[1])[1]
    assert client.post(link).status_code == 200 and Contact.unscoped.get(pk=three[0].pk).mails_off_at is not None


def test_a_mail_program_stops_them_with_one_press(alice, three, settings, mailoutbox):
    """RFC 8058: both heads, and a POST to the address without a cookie or a page before."""
    from django.test import Client

    settings.PUBLIC_URL = "https://portal.example"
    send(alice, three, 2)
    by_mail(sent()[0], timezone.now())
    heads = mailoutbox[0].extra_headers
    assert heads["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    link = re.fullmatch(r"<https://portal\.example(/no-more-mails/\S+/)>", heads["List-Unsubscribe"])[1]
    program = Client(enforce_csrf_checks=True)
    assert program.post(link, {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert [bool(Contact.unscoped.get(pk=one.pk).mails_off_at) for one in three] == [True, False, False]
    by_mail(OutboxMessage(natural_key="other", subject="x", body="y", recipient="a@b.example"), timezone.now())
    assert mailoutbox[1].extra_headers == {}


def test_the_practice_says_it_for_somebody_and_takes_it_back(alice, three):
    alice.post(f"/contacts/{three[0].pk}/mails/", {"mails": "off"})
    assert Contact.unscoped.get(pk=three[0].pk).mails_off_at is not None
    assert "Wants no mail to several" in alice.get(f"/contacts/{three[0].pk}/configuration/").content.decode()
    alice.post(f"/contacts/{three[0].pk}/mails/", {"mails": "on"})
    assert Contact.unscoped.get(pk=three[0].pk).mails_off_at is None


def test_others_than_those_shown_are_asked_about_anew(alice, three):
    answer = send(alice, three, 3)
    assert answer.status_code == 422 and not sent().exists()


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"subject": " "}, "A subject is required."),
        ({"body": ""}, "Write what the mail says."),
        ({"body": "Hello {{surname}}"}, "is no field"),
        ({"subject": "x" * 151}, "That is too long."),
    ],
)
def test_what_cannot_be_sent_is_said_and_nothing_leaves(alice, three, said, words):
    answer = send(alice, three, 2, **said)
    assert answer.status_code == 422 and words in answer.content.decode()
    assert not sent().exists() and not Mailing.unscoped.exists()


def test_a_name_is_no_field_and_no_second_line():
    letter = rules.letter_of("For {{ first_name }}", "{{last_name}}")
    told = letter.to({"first_name": "A\nBcc: x@y.z", "last_name": "{{account_id}}"})
    assert (told.subject, told.body) == ("For A Bcc: x@y.z", "{{account_id}}")


def test_whoever_has_no_account_to_name_is_skipped(alice, three):
    answer = send(alice, three, 0, body="Your account {{account_id}}")
    assert answer.status_code == 422 and "would reach nobody" in answer.content.decode()


def test_what_was_written_is_sealed_and_serves_again(alice, three):
    send(alice, three, 2)
    with connection.cursor() as cursor:
        cursor.execute("SELECT crm_mailing::text FROM crm_mailing")
        row = cursor.fetchone()[0]
    for word in ("we move", "ana@example.org", "Ruiz"):
        assert word not in row and word.encode().hex() not in row
    mailing = Mailing.unscoped.get()
    again = {"chosen": [str(three[0].pk)], "again": "1", "subject": "", "body": ""}
    page = alice.post(f"{PLACE}new/?like={mailing.pk}", again).content.decode()
    assert "News for {{first_name}}" in page and "we move." in page


def test_a_group_gets_it_too(alice, three):
    alice.post("/groups/", {"name": "Sailing club", "do": "new"})
    group = Group.unscoped.get()
    for one in three:
        own = {"firm_id": one.firm_id, "practice_id": one.practice_id, "added_at": timezone.now()}
        GroupMember.unscoped.create(group=group, contact=one, **own)
    page = alice.get(f"{PLACE}new/?group={group.pk}").content.decode()
    assert "To 3 contacts" in page
    said = {**SAID, "group": str(group.pk), "sure": "1", "count": "2", "key": str(uuid4())}
    assert alice.post(PLACE + "new/", said).status_code == 302
    assert sent().count() == 2


def test_the_api_does_the_same(alice, three):
    said = {**SAID, "contacts": [str(one.pk) for one in three], "key": str(uuid4())}
    made = alice.post(API, json.dumps(said), content_type="application/json")
    assert made.status_code == 201, made.content
    assert [one["outcome"] for one in made.json()["lines"]] == ["no_email", "queued", "queued"]
    again = alice.post(API, json.dumps(said), content_type="application/json")
    assert again.json()["id"] == made.json()["id"] and sent().count() == 2
    assert alice.get(f"{API}{made.json()['id']}/").json()["queued"] == 2
    assert len(alice.get(API).json()) == 1
    wrong = alice.post(API, json.dumps({**said, "body": "{{x}}"}), content_type="application/json")
    assert wrong.status_code == 400
    off = alice.post(f"/api/v1/contacts/{three[0].pk}/mails/", '{"is_off": true}', content_type="application/json")
    assert off.status_code == 200 and Contact.unscoped.get(pk=three[0].pk).mails_off_at


def test_another_practice_writes_to_nobody_of_ours_and_reads_nothing(alice, three, browse, client):
    send(alice, three, 2)
    mailing = Mailing.unscoped.get()
    bob = browse("bob")
    begun(bob)
    unlock(bob)
    # Nobody of those chosen is in bob's book.
    assert send(bob, three, 2).url == "/contacts/"
    body = json.dumps({**SAID, "contacts": [str(three[0].pk)]})
    assert bob.post(API, body, content_type="application/json").status_code == 400
    for answer in (
        bob.get(f"{PLACE}{mailing.pk}/"),
        bob.get(f"{API}{mailing.pk}/"),
        bob.post(f"/contacts/{three[0].pk}/mails/", {"mails": "off"}),
        bob.post(f"/api/v1/contacts/{three[0].pk}/mails/", '{"is_off": true}', content_type="application/json"),
    ):
        assert answer.status_code == 404
    assert "News" not in bob.get(PLACE).content.decode()
    assert browse("alice").get(API).status_code == 403
    assert client.get(PLACE).status_code in (302, 403)
    assert (sent().count(), Mailing.unscoped.count()) == (2, 1)
    assert not Contact.unscoped.exclude(mails_off_at=None).exists()
