"""What a client does behind the link: page by page, kept between, read once more, signed once."""

import json
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.desk.applying import behind
from accounts.desk.applying.models import Application, ApplicationFile, ApplicationTask
from accounts.ground.notifications.models import Notification
from accounts.ground.outbox.models import OutboxMessage
from accounts.ground.trail.models import Event
from accounts.ground.tree.models import Margin, Status
from tests.desk.applying.filled import ACCOUNT, HOME, PDF, PERSON, fill, invited, link_of, sign, submitted
from tests.house.written import fingerprint_of_rows


def test_page_by_page_and_another_day_from_another_browser(world, browse):
    application = invited(browse)
    link, client = link_of(application), browse("")
    page = client.get(link)
    assert page["Cache-Control"] == "no-store" and page["Referrer-Policy"] == "same-origin"
    application.refresh_from_db()
    assert application.state == "opened"

    assert client.post(f"{link}person/", PERSON)["Location"] == f"{link}home/"

    application.refresh_from_db()
    assert (application.state, application.steps_done) == ("started", 1)
    again = browse("").get(f"{link}person/").content.decode()
    assert 'value="1980-05-17"' in again
    assert browse("").get(f"{link}home/").status_code == 200


def test_answers_lie_sealed_and_a_tax_number_is_never_sent_back(world, browse):
    application = invited(browse)
    link, client = link_of(application), browse("")
    fill(client, link)
    application.refresh_from_db()

    assert "Boston" not in application.answers and "6789" not in application.answers
    assert behind.unsealed(application.answers)["home"]["city"] == "Boston"
    page = client.get(f"{link}home/").content.decode()
    assert "Boston" in page and "6789" not in page
    assert client.post(f"{link}home/", {**HOME, "city": "Salem", "tax_number": ""}).status_code == 302
    application.refresh_from_db()
    kept = behind.unsealed(application.answers)["home"]
    assert (kept["city"], kept["tax_number"]) == ("Salem", "123-45-6789")
    # The number of one country is not kept for another.
    other = client.post(f"{link}home/", {**HOME, "tax_country": "CAN", "tax_number": ""})
    assert other.status_code == 422 and "tax number of this country" in other.content.decode()
    review = client.get(f"{link}sign/").content.decode()
    assert "123-45" not in review and "789" in review


def test_signing_moves_the_account_the_tasks_and_tells_the_practice(world, browse):
    type(world.users["alice"]).objects.filter(pk=world.users["alice"].pk).update(email="alice@example.com")
    application, _link = submitted(browse)
    account = application.account

    assert (application.state, application.signed_name) == ("submitted", "Ana Ruiz")
    # A funding instruction was given, so the account is pending.
    assert (account.status, account.title, account.margin_kind) == (Status.PENDING, "Ruiz, Ana", Margin.MARGIN)
    assert account.holder_born_on.isoformat() == "1980-05-17"
    done = ApplicationTask.unscoped.filter(application=application, standing="done")
    assert set(done.values_list("key", flat=True)) == {"form", "agreement", "tax"}
    assert done.get(key="tax").form_number == "W-9"
    assert Event.unscoped.filter(account=account, title="Application submitted by the client").count() == 1
    assert Notification.unscoped.filter(account=account).count() == 1
    mail = OutboxMessage.unscoped.get(natural_key__startswith=f"application {application.pk} submitted")
    assert mail.recipient == "alice@example.com" and "Ruiz" not in mail.body
    text = behind.document_of(application.document)
    assert behind.seen_hash(text) == application.document_hash
    assert "Boston" in text and "true and complete" in text and "123-45" not in text


def test_without_a_funding_instruction_the_account_stays_new(world, browse):
    application = invited(browse)
    link, client = link_of(application), browse("")
    fill(client, link, account={**ACCOUNT, "funding": "later"})
    assert sign(client, link).status_code == 302
    application.account.refresh_from_db()
    assert application.account.status == Status.NEW


def test_what_is_signed_is_what_was_shown_and_is_signed_once(world, browse):
    application = invited(browse)
    link, client = link_of(application), browse("")
    fill(client, link)
    page = client.get(f"{link}sign/").content.decode()
    seen = re.search(r'name="seen" value="([0-9a-f]{64})"', page).group(1)
    client.post(f"{link}home/", {**HOME, "city": "Salem"})
    before = fingerprint_of_rows()

    changed = client.post(f"{link}sign/", {"seen": seen, "read": "on", "name": "Ana Ruiz"})
    unread = client.post(f"{link}sign/", {"seen": seen, "name": "Ana Ruiz"})
    nameless = client.post(f"{link}sign/", {"seen": seen, "read": "on", "name": "-"})

    assert [one.status_code for one in (changed, unread, nameless)] == [422, 422, 422]
    assert "have changed since" in changed.content.decode()
    assert fingerprint_of_rows() == before
    assert sign(client, link).status_code == 302
    application.refresh_from_db()
    first = (application.document, application.submitted_at)
    assert client.post(f"{link}sign/", {"seen": seen, "read": "on", "name": "X Y Z"})["Location"] == f"{link}status/"
    assert client.post(f"{link}home/", HOME)["Location"] == f"{link}status/"
    application.refresh_from_db()
    assert (application.document, application.submitted_at) == first


def test_app_3_a_page_refuses_who_is_too_young(world, browse, monkeypatch):
    from datetime import date

    from accounts.desk.applying import client_views

    application = invited(browse)
    link, client, young = link_of(application), browse(""), {**PERSON, "born_on": "2008-03-02"}
    monkeypatch.setattr(client_views, "exchange_today", lambda: date(2026, 3, 1))
    refused = client.post(f"{link}person/", young)
    assert refused.status_code == 422 and "at least 18 years old" in refused.content.decode()

    monkeypatch.setattr(client_views, "exchange_today", lambda: date(2026, 3, 2))
    assert client.post(f"{link}person/", young).status_code == 302
    fill(client, link, person=young, account={**ACCOUNT, "margin": "cash"})
    refused = client.post(f"{link}account/", {**ACCOUNT, "margin": "margin"})
    assert refused.status_code == 422 and "cash account only" in refused.content.decode()


def test_app_4_the_client_cannot_move_an_ira_abroad(world, browse):
    application = invited(browse, kind="ira_traditional")
    link, client = link_of(application), browse("")
    client.post(f"{link}person/", PERSON)
    refused = client.post(f"{link}home/", {**HOME, "tax_country": "DEU"})
    assert refused.status_code == 422
    assert "tax residents of the United States" in refused.content.decode()


def test_app_10_beneficiaries_share_the_whole_and_an_inherited_account_names_who_left_it(world, browse):
    application = invited(browse, kind="ira_inherited")
    link, client = link_of(application), browse("")
    fill(client, link)
    heirs = {
        "decedent_name": "Rosa Ruiz",
        "decedent_born_on": "1940-02-01",
        "decedent_died_on": "2025-11-30",
        "inheritor": "individual",
        "primary_1": "Leo Ruiz",
        "primary_1_relation": "child",
        "primary_1_percent": "50",
        "primary_2": "Mia Ruiz",
        "primary_2_relation": "child",
        "primary_2_percent": "40",
    }

    refused = client.post(f"{link}heirs/", heirs)

    assert refused.status_code == 422
    assert "primary beneficiaries must total 100 percent" in refused.content.decode()
    assert client.post(f"{link}heirs/", {**heirs, "decedent_died_on": ""}).status_code == 422
    second = {"contingent_1": "Mia", "contingent_1_relation": "child", "contingent_1_percent": "100"}
    alone = {name: value for name, value in heirs.items() if not name.startswith("primary")} | second
    assert "before contingent" in client.post(f"{link}heirs/", alone).content.decode()
    assert client.post(f"{link}heirs/", {**heirs, "primary_2_percent": "50"})["Location"] == f"{link}sign/"
    assert sign(client, link).status_code == 302
    assert ApplicationTask.unscoped.filter(application=application, key="death").count() == 1


@pytest.mark.parametrize(
    ("kind", "person", "title"),
    [
        (
            "joint_survivors",
            {"second_first": "Leo", "second_last": "Ruiz", "second_born_on": "2004-01-01"},
            "Ruiz, Ana & Leo",
        ),
        (
            "joint_common",
            {"second_first": "Leo", "second_last": "Elm", "second_born_on": "1979-01-01"},
            "Ruiz, Ana & Elm, Leo",
        ),
        ("ugma", {"minor_first": "Mia", "minor_last": "Ruiz", "minor_born_on": "2016-01-01"}, "Ruiz, Ana"),
        (
            "trust_revocable",
            {"entity_name": "Ruiz Family Trust", "entity_country": "USA", "formed_on": "2010-01-01"},
            "Ruiz Family Trust",
        ),
        ("llc", {"entity_name": "Elm LLC", "entity_country": "usa", "formed_on": "2010-01-01"}, "Elm LLC"),
    ],
)
def test_other_kinds_ask_for_what_they_need(world, browse, kind, person, title):
    application = invited(browse, kind=kind)
    link, client = link_of(application), browse("")
    assert client.post(f"{link}person/", PERSON).status_code == 422
    fill(client, link, person={**PERSON, **person}, account={**ACCOUNT, "margin": "cash"})
    assert sign(client, link).status_code == 302
    application.account.refresh_from_db()
    application.party.refresh_from_db()
    assert (application.account.title, application.party.legal_name) == (title, title.partition(" & ")[0])
    # The age of the younger holder decides, and the party keeps the date of its own birth.
    youngest = max(one for one in (PERSON["born_on"], person.get("second_born_on")) if one)
    if "entity_name" not in person:
        assert str(application.account.holder_born_on) == youngest
        assert str(application.party.born_on) == PERSON["born_on"]
    second = ApplicationTask.unscoped.filter(application=application, key="second", for_approval=True, standing="open")
    assert second.count() == ("second_first" in person)


def test_the_status_page_shows_what_is_left_and_nothing_that_was_answered(world, browse):
    _application, link = submitted(browse)
    page = browse("").get(f"{link}status/").content.decode()

    assert "Proof of identity" in page and "Waits for you" in page
    assert "Boston" not in page and "1980" not in page and "Elm" not in page
    assert browse("").get(f"{link}person/")["Location"] == f"{link}status/"


def test_a_client_hands_a_document_in_and_only_for_its_own_task(world, browse):
    application, link = submitted(browse)
    other, _other_link = submitted(browse, name="Leo Ruiz", email="leo@example.com")
    client = browse("")
    own = ApplicationTask.unscoped.get(application=application, key="identity")
    foreign = ApplicationTask.unscoped.get(application=other, key="identity")
    review = ApplicationTask.unscoped.get(application=application, key="review")

    def paper(name="passport.pdf", content=PDF):
        return SimpleUploadedFile(name, content)

    before = fingerprint_of_rows()
    for task in (foreign.pk, review.pk, "nothing"):
        assert client.post(f"{link}status/", {"task": task, "file": paper()}).status_code == 422
    assert client.post(f"{link}status/", {"task": own.pk, "file": paper("x.exe", b"MZ")}).status_code == 422
    assert client.post(f"{link}status/", {"task": own.pk}).status_code == 422
    assert fingerprint_of_rows() == before

    assert client.post(f"{link}status/", {"task": own.pk, "file": paper()}).status_code == 302

    own.refresh_from_db()
    found = ApplicationFile.unscoped.get(task=own)
    assert (own.standing, found.name, found.sent_by) == ("review", "passport.pdf", None)
    held = browse("alice").get(f"/applications/{application.account.number}/files/{found.pk}/")
    assert b"".join(held.streaming_content) == PDF
    assert browse("bob").get(f"/applications/{application.account.number}/files/{found.pk}/").status_code == 404


def test_no_link_leads_to_another_client(world, browse):
    mine, link = submitted(browse)
    _other, _other_link = submitted(browse, name="Leo Weiss", email="leo@example.com")
    assert "Weiss" not in browse("").get(f"{link}status/").content.decode()
    for guess in (mine.link_hash, str(mine.pk), mine.account.number, "..", "%00", "a" * 300):
        assert browse("").get(f"/apply/{guess}/").status_code == 404


def test_hostile_answers_are_kept_as_text(world, browse):
    application = invited(browse)
    link, client = link_of(application), browse("")
    nasty = '"><script>alert(1)</script>'
    fill(client, link, person={**PERSON, "last_name": nasty}, home={**HOME, "city": "{{ 7 }}\u202e%s"})
    page = client.get(f"{link}sign/").content.decode()
    assert "<script>alert" not in page
    assert client.post(f"{link}person/", {**PERSON, "first_name": "a\x00b"}).status_code == 400
    assert client.post(f"{link}person/", {**PERSON, "born_on": "0001-01-01"}).status_code == 422
    assert client.post(f"{link}account/", {**ACCOUNT, "margin": "everything"}).status_code == 422
    assert sign(client, link).status_code == 302
    application.account.refresh_from_db()
    assert nasty in application.account.title
    assert "<script>alert" not in browse("alice").get("/applications/").content.decode()


def test_the_pages_speak_the_language_of_the_invitation(world, browse):
    application = invited(browse, language="ru")
    page = browse("").get(f"{link_of(application)}person/").content.decode()
    assert re.search("[а-я]{4}", page)


def test_the_database_refuses_to_change_what_was_signed(world, browse):
    from django.db import IntegrityError, transaction

    application, _link = submitted(browse)
    for change in ({"signed_name": "Somebody Else"}, {"answers": ""}, {"document_hash": "0" * 64}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Application.unscoped.filter(pk=application.pk).update(**change)
    assert json.loads(json.dumps(behind.unsealed(application.answers)))["person"]["last_name"] == "Ruiz"
