"""From a contact to a client: the invitation icon, what it fills in, and the contact that follows the application."""

import json

import pytest

from accounts.desk.applying.models import Application
from accounts.ground.people.models import ClientRight
from crm.contacts.models import Contact
from tests.crm.contacts.test_contacts import API, PLACE, added, alice  # noqa: F401 (the fixture)
from tests.crm.vault.people import begun, unlock
from tests.desk.applying.filled import fill, link_of, sign
from tests.house.forms import forms_in
from tests.house.written import fingerprint_of_rows

SAID = {"kind": "individual", "country": "USA", "base_currency": "USD", "language": "en", "tells_opening": "on"}


def invite(browser, contact, **more):
    place = f"{PLACE}{contact.pk}/invite/"
    page = browser.get(place).content.decode()
    form = next(one for one in forms_in(page, place) if "email" in one.fields)
    known = {name: form.fields[name] for name in ("name", "email")}
    return browser.post(place, {**known, **SAID, **more})


def test_app_1_a_prospect_that_is_invited_is_an_application_in_progress(alice):  # noqa: F811
    contact = added(alice, email="ana@example.org", about="Likes owls")

    answer = invite(alice, contact)

    assert answer.status_code == 302
    contact.refresh_from_db()
    application = Application.unscoped.get()
    assert (application.state, application.name, application.email) == ("sent", "Ana Ruiz", "ana@example.org")
    assert (contact.state, contact.party_id) == ("applying", application.party_id)
    page = alice.get(f"{PLACE}{contact.pk}/").content.decode()
    assert "Ruiz, Ana" in page and "Likes owls" in page
    assert "Application in progress" in page


def test_app_2_a_prospect_without_email_is_not_invited(alice):  # noqa: F811
    contact = added(alice)
    before = fingerprint_of_rows()

    page = alice.get(f"{PLACE}{contact.pk}/invite/", follow=True).content.decode()
    answer = alice.post(f"{API}{contact.pk}/invitation/", json.dumps({**SAID, "tells_opening": True}),
                        content_type="application/json")  # fmt: skip

    assert "E-mail is required" in page
    assert answer.status_code == 409 and "E-mail is required" in answer.content.decode()
    assert fingerprint_of_rows() == before


def test_the_contact_follows_to_the_open_account_and_a_second_application_adds_an_account(alice, browse, office):  # noqa: F811
    contact = added(alice, email="ana@example.org")
    invite(alice, contact)
    application = Application.unscoped.get()
    link, client = link_of(application), browse("")
    fill(client, link)
    sign(client, link)
    contact.refresh_from_db()
    assert contact.state == "pending"

    assert invite(alice, contact, kind="joint_survivors").status_code == 302

    assert Contact.unscoped.filter(party=application.party).count() == 1
    assert ClientRight.unscoped.filter(party=application.party).count() == 2
    assert Application.unscoped.count() == 2


def test_the_api_fills_in_what_the_contact_says(alice):  # noqa: F811
    contact = added(alice, email="ana@example.org")
    said = json.dumps({"kind": "individual", "country": "USA", "base_currency": "USD"})
    answer = alice.post(f"{API}{contact.pk}/invitation/", said, content_type="application/json")
    assert answer.status_code == 201
    assert answer.json()["name"] == "Ana Ruiz" and answer.json()["state"] == "sent"


@pytest.mark.parametrize("name", ["bob", "mallory", "ana", ""])
def test_nobody_invites_anothers_contact(alice, browse, name):  # noqa: F811
    contact = added(alice, email="ana@example.org")
    client = browse(name)
    if name in ("bob", "mallory"):
        begun(client)
        unlock(client)
    before = fingerprint_of_rows()

    answers = [client.get(f"{PLACE}{contact.pk}/invite/"), client.post(f"{PLACE}{contact.pk}/invite/", SAID)]

    assert all(answer.status_code in (302, 403, 404) for answer in answers)
    assert name not in ("bob", "mallory") or {answer.status_code for answer in answers} == {404}
    assert fingerprint_of_rows() == before and not Application.unscoped.exists()


def test_a_locked_contact_is_not_invited(alice, world, browse):  # noqa: F811
    from crm.locks.models import EditLock

    contact = added(alice, email="ana@example.org")
    alice.get(f"{PLACE}{contact.pk}/edit/")
    EditLock.unscoped.update(user_id=world.users["bob"].pk)
    answer = invite(alice, contact)
    assert answer.status_code in (409, 423)
    assert not Application.unscoped.exists()
