"""Mails are kept with the contacts whom they come from or go to: sealed, once, read by the practice and nobody else."""

from datetime import timedelta
from uuid import uuid4

from django.db import connection
from django.utils import timezone

from crm.contacts.models import Contact
from crm.mail.models import KeptMail
from tests.crm.contacts.test_contacts import added
from tests.crm.mail.servers import ADDRESS
from tests.crm.mail.test_reading import html_of, links, written
from tests.crm.vault.people import begun, unlock


def test_what_is_read_and_sent_stands_with_the_contact_once(connected, imap, smtp, browse, as_role):
    ana = added(connected, email="Ana@Example.org")
    bo = added(connected, first_name="Bo", name="Lee", email="bo@example.org")
    imap.deliver(written("Your secret figures", body="Seven and eight.").as_bytes())
    imap.deliver(written("From a stranger", sender="eve@example.net").as_bytes())
    for _turn in range(2):
        for link in links(connected.get("/email/")):
            assert connected.get(link).status_code == 200
    (mail,) = KeptMail.unscoped.all()
    assert (mail.contact_id, mail.is_out) == (ana.pk, False)
    with connection.cursor() as cursor:
        cursor.execute("SELECT crm_keptmail::text FROM crm_keptmail")
        row = cursor.fetchone()[0]
    for word in ("secret figures", "Seven", "example.org"):
        assert word not in row and word.encode().hex() not in row

    letter = {
        "key": str(uuid4()),
        "to": "ana@example.org",
        "bcc": "bo@example.org",
        "subject": "Re: it",
        "body": "Nine.",
    }
    assert connected.post("/email/write/", letter).status_code == 302
    assert set(KeptMail.unscoped.filter(is_out=True).values_list("contact", flat=True)) == {ana.pk, bo.pk}

    agenda = html_of(connected.get(f"/contacts/{ana.pk}/agenda/"))
    assert "Your secret figures" in agenda and "Re: it" in agenda and "From a stranger" not in agenda
    there = f"/email/kept/{mail.pk}/"
    page = html_of(connected.get(there))
    assert "Seven and eight." in page and ADDRESS in page
    assert html_of(connected.get(f"/email/write/?contact={ana.pk}")).count("Ana@Example.org") == 1

    assert connected.get(f"/api/v1{there}").json()["body"] == "Seven and eight."

    bob = browse("bob")
    begun(bob)
    unlock(bob)
    for other in (bob, browse("ana"), browse("olga"), browse("")):
        for answer in (other.get(there), *(other.post(f"{there}{does}/") for does in ("trash", "back"))):
            assert answer.status_code in (302, 403, 404) and b"Seven" not in answer.content
    assert bob.delete(f"/api/v1{there}").status_code == 404 == bob.get(f"/api/v1{there}").status_code
    assert bob.post(f"/api/v1{there}back/").status_code == 404
    assert bob.get(there).status_code == 404 and KeptMail.unscoped.filter(trashed_at=None).count() == 3
    with as_role("portal_office"), connection.cursor() as cursor:
        cursor.execute("SELECT has_table_privilege('crm_keptmail', 'SELECT')")
        assert cursor.fetchone() == (False,)

    # The trash takes it with the contact.
    Contact.unscoped.filter(pk=ana.pk).delete()
    assert not KeptMail.unscoped.filter(contact=ana.pk).exists()


def test_no_mail_stands_later_than_it_came_and_nothing_says_that_it_is_proved(connected, imap):
    """Anybody can write any day and any name above a mail."""
    ana = added(connected, email="ana@example.org")
    late = written("Wire it today")
    late.replace_header("Date", "Mon, 29 Sep 8999 09:30:00 +0000")
    imap.deliver(late.as_bytes())
    for _turn in range(2):
        (link,) = links(connected.get("/email/"))
        page = html_of(connected.get(link))
    (kept,) = KeptMail.unscoped.all()
    assert kept.said_at <= timezone.now() + timedelta(days=1) and "8999" not in page
    assert "nothing proves the sender" in page and f"/email/kept/{kept.pk}/" in page
    assert "A copy is kept with" in page and f"/contacts/{ana.pk}/agenda/" in page
