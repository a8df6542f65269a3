"""A kept mail that is forgotten lies in the trash, comes back when asked, and is not kept again by the next look."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from accounts.ground.access.context import acting
from accounts.ground.trail.models import TrailEntry
from crm.contacts.models import Contact
from crm.mail.models import KeptMail, NotKept
from crm.trash.emptying import empty
from tests.crm.contacts.test_contacts import added
from tests.crm.mail.test_reading import html_of, links, written
from tests.crm.vault.kit import OTHER_PASSWORD
from tests.crm.vault.people import colleague, let_in, unlock


@pytest.fixture
def mail(connected, imap):
    """A mail from Ana, kept by Alice's look at it."""
    added(connected, email="ana@example.org")
    imap.deliver(written("Your secret figures", body="Seven and eight.").as_bytes())
    look(connected)
    return KeptMail.unscoped.get()


def look(browser):
    (link,) = links(browser.get("/email/"))
    return html_of(browser.get(link))


def agenda(browser, mail):
    return html_of(browser.get(f"/contacts/{mail.contact_id}/agenda/"))


def test_what_is_forgotten_stays_so_until_it_is_taken_back(connected, mail, as_role):
    there = f"/email/kept/{mail.pk}/"
    for _press in range(2):
        assert connected.post(f"{there}trash/").status_code == 302
    assert "Your secret figures" not in agenda(connected, mail)
    assert "Your secret figures" in html_of(connected.get("/email/kept/"))
    assert "In the trash since" in html_of(connected.get(there))
    page = look(connected)
    assert "is not kept there again" in page and "A copy is kept with" not in page
    assert KeptMail.unscoped.count() == NotKept.unscoped.count() == 1
    told = TrailEntry.unscoped.filter(table="crm_keptmail", old__trashed_at=None, new__trashed_at__isnull=False)
    assert told.count() == 1

    assert connected.post(f"{there}back/").status_code == 302
    assert "Your secret figures" in agenda(connected, mail) and not NotKept.unscoped.exists()
    assert "A copy is kept with" in look(connected) and KeptMail.unscoped.count() == 1

    # Thirty days later nothing of it is left but that it is not kept again, which somebody may take back too.
    assert connected.delete(f"/api/v1{there}").status_code == 204
    KeptMail.unscoped.update(trashed_at=timezone.now() - timedelta(days=31))
    with as_role("portal_worker"):
        assert empty(at=timezone.now())["mails"] == 1
    assert "is not kept there again" in look(connected) and not KeptMail.unscoped.exists()
    assert connected.get(there).status_code == 404
    assert connected.post(f"/api/v1{there}back/").status_code == 204
    assert connected.post(f"{there}back/").status_code == 404
    assert "A copy is kept with" in look(connected) and KeptMail.unscoped.count() == 1


def test_the_trash_has_as_many_pages_as_it_takes(connected, mail):
    """Sixty that were thrown away in one instant: fifty on the first page, the others on the second, none twice."""
    KeptMail.unscoped.update(trashed_at=timezone.now().replace(microsecond=123456))
    for _copy in range(59):
        copy = KeptMail.unscoped.get(pk=mail.pk)
        copy.pk = uuid4()
        copy.save(force_insert=True)
    shown = []
    address = "/email/kept/"
    for size in (50, 10):
        page = html_of(connected.get(address))
        found = re.findall(r"/email/kept/([0-9a-f-]{36})/back/", page)
        assert len(found) == size
        shown += found
        onward = re.search(r'rel="next"\s+href="([^"]+)"', page)
        address = f"/email/kept/{onward[1]}" if onward else ""
    assert not address and len(set(shown)) == 60


def test_two_contacts_made_one_do_not_bring_it_back(connected, mail):
    connected.post(f"/email/kept/{mail.pk}/trash/")
    other = added(connected, first_name="Anna", name="Ruiz", email="anna@example.net")
    assert connected.post(f"/contacts/duplicates/{other.pk}/{mail.contact_id}/", {}).status_code == 302
    row = NotKept.unscoped.get()
    assert (row.contact_id, KeptMail.unscoped.get().contact_id) == (other.pk, other.pk)


def test_the_database_keeps_whose_it_is_and_when_it_was_written(world, connected, mail, browse, as_role):
    """The second wall alone: nobody keeps in a colleague's name, and nothing but the contact and the texts changes."""
    colleague(world)
    abel = browse("abel")
    let_in(connected, abel, world)
    unlock(abel, OTHER_PASSWORD)
    other = added(connected, first_name="Bo", name="Lee")
    gone = added(connected, first_name="Di", name="Poe")
    Contact.unscoped.filter(pk=gone.pk).update(trashed_at=timezone.now() - timedelta(days=31))
    copied = (
        "INSERT INTO crm_keptmail SELECT gen_random_uuid(), version, is_out, said_at, kept_at, subject_sealed,"
        " body_sealed, heads_sealed, contact_id, firm_id, practice_id, %s, trashed_at FROM crm_keptmail"
    )
    columns = "id, version, is_out, said_at, kept_at, subject_sealed, body_sealed, heads_sealed, contact_id, firm_id"
    columns += ", practice_id, user_id, trashed_at"
    copied = copied.replace("crm_keptmail SELECT", f"crm_keptmail ({columns}) SELECT", 1)
    alice, abels = world.users["alice"].pk, world.users["abel"].pk
    refused = [
        (copied, [abels]),
        ("UPDATE crm_keptmail SET user_id = %s", [abels]),
        ("UPDATE crm_keptmail SET said_at = now() + %s * interval '1 day'", [1]),
        ("UPDATE crm_keptmail SET is_out = NOT is_out WHERE user_id = %s", [alice]),
        ("DELETE FROM crm_keptmail WHERE user_id = %s", [alice]),
        # Thrown away long ago, the next emptying would destroy it; to come, it would never go.
        ("UPDATE crm_keptmail SET trashed_at = now() - %s * interval '1 day'", [31]),
        ("UPDATE crm_keptmail SET trashed_at = now() + %s * interval '1 hour'", [1]),
        (copied.replace(", trashed_at FROM", ", now() - interval '31 days' FROM"), [alice]),
        # Whoever is about to go would take it along.
        ("UPDATE crm_keptmail SET contact_id = %s", [gone.pk]),
    ]
    with as_role("portal_web"), connection.cursor() as cursor, acting(alice):
        for sql, values in refused:
            with pytest.raises(DatabaseError), transaction.atomic():
                cursor.execute(sql, values)
        cursor.execute("UPDATE crm_keptmail SET contact_id = %s, subject_sealed = subject_sealed", [other.pk])
        assert cursor.rowcount == 1
        cursor.execute(copied, [alice])
        assert cursor.rowcount == 1
        for instant in ("now()", "NULL"):
            cursor.execute(f"UPDATE crm_keptmail SET trashed_at = {instant}")
            assert cursor.rowcount == 2
    assert set(KeptMail.unscoped.values_list("user_id", "said_at")) == {(alice, mail.said_at)}
    with as_role("portal_web"), connection.cursor() as cursor, acting(world.users["bob"].pk):
        cursor.execute("UPDATE crm_keptmail SET trashed_at = now()")
        assert cursor.rowcount == 0
    assert Contact.unscoped.filter(pk=other.pk).exists()
