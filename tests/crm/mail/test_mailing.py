"""A mail to several from one's own mailbox: a message each, each at most once, while its person is there."""

import json
from email import message_from_bytes, policy
from uuid import uuid4

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from accounts.ground.access.context import acting
from accounts.ground.outbox.models import OutboxMessage
from accounts.ground.people.models import Seat
from crm.contacts.models import Contact
from crm.mail import lines
from crm.mail.models import KeptMail
from crm.mailings import handing
from crm.mailings.models import STILL_GOING, Handover, Mailing
from tests.crm.contacts.test_contacts import added
from tests.crm.mail.servers import ADDRESS, PASSWORD
from tests.crm.vault.kit import OTHER_PASSWORD
from tests.crm.vault.people import begun, colleague, let_in, unlock

PLACE, API = "/mailings/", "/api/v1/mailings/"
SAID = {"subject": "News for {{first_name}}", "body": "Dear {{first_name}} {{last_name}},\n\nwe move."}


@pytest.fixture
def people(connected):
    """Ana and Bo with an address, Cy with none."""
    return [
        added(connected, email="ana@example.org"),
        added(connected, first_name="Bo", name="Lee", email="bo@example.org"),
        added(connected, first_name="Cy", name="Abel"),
    ]


def send(browser, contacts, count=2, **more):
    said = {**SAID, "chosen": [str(one.pk) for one in contacts], "sure": "1", "count": str(count), "by": "mailbox"}
    answer = browser.post(PLACE + "new/", {"key": str(uuid4()), **said, **more})
    assert answer.status_code == 302, answer.content.decode()
    return Mailing.unscoped.order_by("-at").first()


def on(browser, mailing, **more):
    return browser.post(f"{PLACE}{mailing.pk}/on/", **more)


def page_of(browser, mailing, query=""):
    return browser.get(f"{PLACE}{mailing.pk}/{query}").content.decode()


def states(mailing):
    rows = Handover.unscoped.filter(mailing=mailing).order_by("turn", "pk")
    names = dict(Contact.unscoped.values_list("pk", "first_name"))
    return {f"{names[one.contact]} {one.turn}": one.state for one in rows}


def long_ago(mailing):
    """No request can still be under way that has tried these."""
    Handover.unscoped.filter(mailing=mailing, state="unsure").update(tried_at=timezone.now() - STILL_GOING)


def got(smtp):
    return sorted(people[0] for _sender, people, _raw in smtp.taken.mails)


def test_everybody_gets_one_alone_and_once(connected, people, smtp):
    form = connected.get(f"{PLACE}new/?contact={people[0].pk}").content.decode()
    assert f"Your mailbox, {ADDRESS}" in form and 'value="mailbox" checked' in form
    key = str(uuid4())
    mailing = send(connected, people, key=key)
    assert send(connected, people, key=key) == mailing
    assert not smtp.taken.mails and states(mailing) == {"Ana 1": "waiting", "Bo 1": "waiting"}
    page = page_of(connected, mailing)
    assert "2 not sent yet" in page and "1 skipped" in page and "data-begun" in page and "Send the next ones" in page
    # It goes on by itself after one's own press alone: not when the address is opened anew.
    assert not any("data-begun" in page_of(connected, mailing, query) for query in ("", "?go=1"))

    told = on(connected, mailing, headers={"X-Requested-With": "XMLHttpRequest"})
    assert told.json() == {"done": 2, "of": 2, "over": True}
    assert on(connected, mailing).status_code == 302
    assert got(smtp) == ["ana@example.org", "bo@example.org"] and {one[0] for one in smtp.taken.mails} == {ADDRESS}
    raw = next(raw for _sender, people, raw in smtp.taken.mails if people == ["ana@example.org"])
    mail = message_from_bytes(raw, policy=policy.default)
    assert (mail["Subject"], mail["To"]) == ("News for Ana", "ana@example.org")
    assert mail["From"] == f"Alice Northgate <{ADDRESS}>"
    text = mail.get_body().get_content().replace("\r\n", "\n")
    assert text.startswith("Dear Ana Ruiz,\n\nwe move.") and b"bo@" not in raw and b"Lee" not in raw
    assert people[0].pk.hex in mail["List-Unsubscribe"] and people[0].pk.hex in text and "Answers go" not in text
    page = page_of(connected, mailing)
    assert "2 left" in page and "not sent yet" not in page and "The message has left" in page
    assert KeptMail.unscoped.filter(contact=people[0], is_out=True).count() == 1
    assert not OutboxMessage.unscoped.filter(natural_key__startswith="mailing ").exists()
    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(h::text, '') FROM crm_handover h")
        row = cursor.fetchone()[0]
    assert not any(word in row for word in (PASSWORD, "example.org", "News", "Ruiz", ADDRESS))


def test_the_portal_sends_it_where_one_says_so_or_has_no_mailbox(connected, people, smtp):
    mailing = send(connected, people, by="portal")
    assert not mailing.by_mailbox and OutboxMessage.unscoped.filter(natural_key__startswith="mailing ").count() == 2
    assert on(connected, mailing).status_code == 404
    assert connected.post(f"{API}{mailing.pk}/on/").status_code == 404
    connected.post("/email/box/let-go/")
    form = connected.get(f"{PLACE}new/?contact={people[0].pk}").content.decode()
    assert "It goes out from the portal." in form and 'name="by"' not in form
    chosen = {"chosen": [str(people[0].pk)], "sure": "1", "count": "1", "by": "mailbox"}
    refused = connected.post(PLACE + "new/", {**SAID, **chosen})
    assert refused.status_code == 422 and "Connect your mailbox first" in refused.content.decode()
    assert Mailing.unscoped.count() == 1 and not smtp.taken.mails


def test_what_stops_half_way_goes_on_with_those_not_yet_sent(connected, people, smtp, monkeypatch):
    monkeypatch.setattr(handing, "MOST_AT_ONCE", 1)
    dee = added(connected, first_name="Dee", name="Ott", email="dee@example.org")
    eve = added(connected, first_name="Eve", name="Poe", email="eve@example.org")
    mailing = send(connected, [*people, dee, eve], 4)
    on(connected, mailing)
    assert len(smtp.taken.mails) == 1 and "1 left" in page_of(connected, mailing)
    # Until one goes on, one may change one's mind, and a contact may be thrown away.
    done = Contact.unscoped.get(email=got(smtp)[0])
    off, gone, stays = (one for one in (people[0], people[1], dee, eve) if one != done)
    Contact.unscoped.filter(pk=off.pk).update(mails_off_at=timezone.now())
    Contact.unscoped.filter(pk=gone.pk).update(trashed_at=timezone.now())
    for _press in range(4):
        on(connected, mailing)
    assert got(smtp) == sorted([done.email, stays.email])
    assert {one.split()[0]: state for one, state in states(mailing).items()} == {
        done.first_name: "left",
        stays.first_name: "left",
        off.first_name: "opted_out",
        gone.first_name: "trashed",
    }
    page = page_of(connected, mailing)
    assert "2 left" in page and "3 skipped" in page and "Skipped: in the trash" in page


def test_an_answer_that_was_never_heard_is_said_and_nothing_is_sent_twice(connected, people, smtp, monkeypatch):
    monkeypatch.setattr(lines, "AFTER_DATA", 1)
    smtp.taken.thinks = 2
    mailing = send(connected, people)
    answer = on(connected, mailing, follow=True).content.decode()
    assert "broke off before it said so" in answer and "1 not known" in answer and "1 not sent yet" in answer
    assert "Send once more to those too" not in answer
    smtp.taken.thinks = 0
    monkeypatch.setattr(lines, "AFTER_DATA", 50)
    for _press in range(2):
        on(connected, mailing)
    assert got(smtp) == ["ana@example.org", "bo@example.org"]
    assert sorted(states(mailing).values()) == ["left", "unsure"]
    # Once more only when somebody says so, having read what that means.
    assert connected.post(f"{PLACE}{mailing.pk}/again/").status_code == 302
    assert sorted(states(mailing).values()) == ["left", "unsure"]
    long_ago(mailing)
    assert "Send once more to those too" in page_of(connected, mailing)
    again = connected.post(f"{PLACE}{mailing.pk}/again/", {"unsure": "1"})
    assert again.url == f"{PLACE}{mailing.pk}/" and "data-begun" in page_of(connected, mailing)
    on(connected, mailing)
    assert len(smtp.taken.mails) == 3 and sorted(states(mailing).values()) == ["left", "left", "unsure"]
    assert "2 left" in page_of(connected, mailing) and "not known" not in page_of(connected, mailing)


def test_what_is_being_sent_at_this_moment_is_not_sent_once_more(connected, people, smtp, monkeypatch):
    mailing, hand_over, heard = send(connected, people[:1], 1), handing.hand_over, []
    again = {"unsure": "1"}

    def meanwhile(*args):
        """The page was left while the server thinks, and opened once more."""
        heard.append(page_of(connected, mailing))
        heard.append(connected.post(f"{PLACE}{mailing.pk}/again/", again, follow=True).content.decode())
        said = json.dumps({"with_unsure": True})
        refused = connected.post(f"{API}{mailing.pk}/again/", said, content_type="application/json")
        heard.append(refused.content.decode())
        return hand_over(*args)

    monkeypatch.setattr(handing, "hand_over", meanwhile)
    on(connected, mailing)
    page, *refused = heard
    assert "1 message is with your mail server" in page and "Send once more to those too" not in page
    assert all("may still be taking these messages" in words for words in refused)
    on(connected, mailing)
    assert len(smtp.taken.mails) == 1 and states(mailing) == {"Ana 1": "left"}

    # Even where an older turn comes back to those that wait, the newest alone leaves.
    monkeypatch.setattr(handing, "hand_over", hand_over)
    one = Handover.unscoped.get()
    own = {"firm_id": one.firm_id, "practice_id": one.practice_id, "user_id": one.user_id, "mailing": mailing}
    for turn in (2, 3):
        Handover.unscoped.create(contact=one.contact, turn=turn, **own)
    for _press in range(2):
        on(connected, mailing)
    assert len(smtp.taken.mails) == 2
    assert states(mailing) == {"Ana 1": "left", "Ana 2": "failed", "Ana 3": "left"}


def test_whoever_is_killed_between_telling_and_hearing_leaves_it_unknown(connected, people, smtp, monkeypatch):
    mailing, hand_over = send(connected, people), handing.hand_over

    def killed(*args):
        hand_over(*args)
        raise KeyboardInterrupt

    monkeypatch.setattr(handing, "hand_over", killed)
    with pytest.raises(KeyboardInterrupt):
        on(connected, mailing)
    monkeypatch.setattr(handing, "hand_over", hand_over)
    assert len(smtp.taken.mails) == 1 and sorted(states(mailing).values()) == ["unsure", "waiting"]
    for _press in range(2):
        on(connected, mailing)
    assert got(smtp) == ["ana@example.org", "bo@example.org"]
    assert sorted(states(mailing).values()) == ["left", "unsure"]


def test_what_has_left_is_kept_whatever_becomes_of_the_next(connected, people, smtp, monkeypatch):
    mailing, hand_over = send(connected, people), handing.hand_over

    def killed(*args):
        if smtp.taken.mails:
            raise KeyboardInterrupt
        return hand_over(*args)

    monkeypatch.setattr(handing, "hand_over", killed)
    with pytest.raises(KeyboardInterrupt):
        on(connected, mailing)
    assert sorted(states(mailing).values()) == ["left", "unsure"]
    assert KeptMail.unscoped.get(is_out=True).contact.email == got(smtp)[0]


def test_a_server_that_signs_in_slowly_takes_one_at_a_time_and_nobody_asks_for_nothing(
    connected, people, smtp, monkeypatch
):
    monkeypatch.setattr(handing, "BEGUN_WITHIN", -1)
    mailing, script = send(connected, people), {"headers": {"X-Requested-With": "XMLHttpRequest"}}
    assert on(connected, mailing, **script).json() == {"done": 1, "of": 2, "over": False}
    # Another window has taken what this one has read.
    monkeypatch.setattr(handing, "_moved", lambda *_row: False)
    assert on(connected, mailing, **script).json() == {"done": 1, "of": 2, "over": True}
    assert len(smtp.taken.mails) == 1


@pytest.mark.parametrize("column", ["subject_sealed", "body_sealed", "report_sealed"])
def test_what_was_changed_from_outside_goes_to_nobody(connected, people, smtp, column):
    mailing = send(connected, people)
    kept = bytes(getattr(mailing, column))
    Mailing.unscoped.update(**{column: kept[:-1] + bytes([kept[-1] ^ 1])})
    assert "does not open" in on(connected, mailing, follow=True).content.decode()
    assert not smtp.taken.mails and set(states(mailing).values()) == {"waiting"}
    Mailing.unscoped.update(**{column: kept})
    # Nor does a row that was put in for somebody else.
    own = {"firm_id": mailing.firm_id, "practice_id": mailing.practice_id, "user_id": mailing.user_id}
    dee = added(connected, first_name="Dee", name="Ott", email="dee@example.org")
    row = Handover.unscoped.create(mailing=mailing, contact=dee.pk, state="waiting", **own)
    on(connected, mailing)
    assert got(smtp) == ["ana@example.org", "bo@example.org"] and states(mailing)["Dee 1"] == "trashed"
    row.delete()
    Handover.unscoped.create(mailing=mailing, contact=dee.pk, state="failed", **own)
    connected.post(f"{PLACE}{mailing.pk}/again/")
    assert len(states(mailing)) == 3


def test_who_is_refused_is_told_and_a_server_that_takes_none_stops_it(connected, people, smtp, monkeypatch):
    mailing = send(connected, people)
    smtp.taken.says = "451 too many mails today"
    told = on(connected, mailing, follow=True).content.decode()
    assert "too many mails today" in told and "2 not sent yet" in told and not smtp.taken.mails
    smtp.password = "changed since"
    told = on(connected, mailing, follow=True).content.decode()
    assert "does not know this user name and password" in told and "2 not sent yet" in told
    smtp.taken.says, smtp.password = "250 OK", PASSWORD
    # Nor is an address wrong because the server has had enough for now; and it does not stand in the others' way.
    smtp.taken.puts_off = {"ana@example.org"}
    monkeypatch.setattr(handing, "MOST_AT_ONCE", 1)
    told = "".join(on(connected, mailing, follow=True).content.decode() for _press in range(2))
    assert "too many recipients today" in told and "1 not sent yet" in told and got(smtp) == ["bo@example.org"]
    smtp.taken.puts_off, smtp.taken.refuses = set(), {"ana@example.org"}
    on(connected, mailing)
    page = page_of(connected, mailing)
    assert got(smtp) == ["bo@example.org"] and "1 could not be delivered" in page and "1 left" in page
    # The address was wrong; the message goes to the one that stands there now.
    Contact.unscoped.filter(pk=people[0].pk).update(email="ana@example.com")
    for _press in range(2):
        connected.post(f"{PLACE}{mailing.pk}/again/")
    on(connected, mailing)
    assert got(smtp) == ["ana@example.com", "bo@example.org"]
    assert states(mailing) == {"Ana 1": "failed", "Ana 2": "left", "Bo 1": "left"}


def test_the_api_does_the_same(connected, people, smtp):
    said = {**SAID, "contacts": [str(one.pk) for one in people], "by_mailbox": True}
    made = connected.post(API, json.dumps(said), content_type="application/json").json()
    assert (made["by_mailbox"], made["waiting"], made["skipped"]) == (True, 2, 1)
    smtp.taken.says = "554 no such words here"
    refused = connected.post(f"{API}{made['id']}/on/")
    assert refused.status_code == 502 and "no such words here" in refused.json()["title"]
    smtp.taken.says = "250 OK"
    told = connected.post(f"{API}{made['id']}/on/").json()
    assert told == {"left_now": 1, "waiting": 0, "problem": ""}
    again = connected.post(f"{API}{made['id']}/again/", "{}", content_type="application/json").json()
    assert (again["waiting"], again["left"], again["failed"]) == (1, 1, 0)
    assert connected.post(f"{API}{made['id']}/on/").json()["left_now"] == 1 and len(smtp.taken.mails) == 2


def test_nobody_else_goes_on_with_it(connected, people, smtp, world, browse, as_role):
    mailing = send(connected, people)
    colleague(world)
    abel, bob = browse("abel"), browse("bob")
    let_in(connected, abel, world)
    unlock(abel, OTHER_PASSWORD)
    begun(bob)
    unlock(bob)
    places = [f"{PLACE}{mailing.pk}/on/", f"{PLACE}{mailing.pk}/again/"]
    for other in (abel, bob, browse("alice"), browse("ana"), browse("olga"), browse("")):
        for place in places:
            assert other.post(place).status_code in (302, 401, 403, 404)
            answer = other.post(f"/api/v1{place}", "{}", content_type="application/json")
            assert answer.status_code in (400, 401, 403, 404)
    assert bob.post(places[0]).status_code == 404 and "whom it" not in page_of(bob, mailing)
    page = page_of(abel, mailing)
    assert "from the mailbox of a colleague" in page and "Send the next ones" not in page
    # It waits for nobody who is gone for good.
    Seat.unscoped.filter(pk=world.seats["alice"].pk).update(ended_at=timezone.now())
    page, told = page_of(abel, mailing), abel.get(f"{API}{mailing.pk}/").json()
    assert "from the mailbox of a colleague" not in page and "whoever wrote it was removed" in page
    assert "3 skipped" in page and "3 skipped" in abel.get(PLACE).content.decode()
    assert (told["waiting"], told["lines"][1]["outcome"]) == (0, "writer_left")
    Seat.unscoped.filter(pk=world.seats["alice"].pk).update(ended_at=None)
    # Locked in this browser, it goes no further.
    connected.post("/lock/")
    assert on(connected, mailing).status_code in (302, 403)
    assert not smtp.taken.mails and set(states(mailing).values()) == {"waiting"}

    with as_role("portal_web"), connection.cursor() as cursor:
        # A process that is older than this column writes a mail without it.
        cursor.execute("SELECT column_default FROM information_schema.columns WHERE column_name = 'by_mailbox'")
        assert cursor.fetchall() == [("false",)]
        for name, moved in (("abel", 0), ("bob", 0), ("ana", 0), ("alice", 2)):
            with acting(world.users[name].pk):
                cursor.execute("UPDATE crm_handover SET state = 'unsure' WHERE mailing_id = %s", [mailing.pk])
                assert cursor.rowcount == moved, name
        with acting(world.users["alice"].pk):
            cursor.execute("UPDATE crm_handover SET state = 'left'")
            for change in ("state = 'waiting'", "contact = gen_random_uuid()", "turn = 2"):
                with pytest.raises(DatabaseError, match="as it was heard"), transaction.atomic():
                    cursor.execute(f"UPDATE crm_handover SET {change}")
            with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
                cursor.execute("DELETE FROM crm_handover")
        forged = (
            "INSERT INTO crm_handover (id, contact, turn, state, firm_id, practice_id, user_id, mailing_id)"
            " SELECT gen_random_uuid(), contact, 2, 'waiting', firm_id, practice_id, %s, mailing_id FROM crm_handover"
        )
        for name in ("abel", "alice"):
            with acting(world.users["abel"].pk), pytest.raises(DatabaseError), transaction.atomic():
                cursor.execute(forged, [world.users[name].pk])
