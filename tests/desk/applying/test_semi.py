"""Semi-electronic applications: the practice answers under a user name that stays, the client signs on paper."""

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction

from accounts.desk.applying import behind
from accounts.desk.applying.models import Application, ApplicationTask
from accounts.ground.outbox.models import OutboxMessage
from accounts.ground.tree.models import Status
from tests.desk.applying.filled import INVITED, PAGES, PDF
from tests.desk.applying.test_office import HEADS, finish, press
from tests.house.written import fingerprint_of_rows

WISH = {**INVITED, "username": "anaruiz1"}


def begun(browse, by="alice", **more):
    answer = browse(by).post("/applications/semi/", {**WISH, **more})
    assert answer.status_code == 302, answer.content.decode()[-2000:]
    return Application.unscoped.select_related("account").latest("created_at")


def answered(browse):
    application = begun(browse)
    alice, number = browse("alice"), application.account.number
    for slug, said in PAGES.items():
        assert alice.post(f"/applications/{number}/fill/{slug}/", said).status_code == 302
    return application, alice, number


def test_app_7_a_user_name_is_never_changed(world, browse):
    application = begun(browse)
    number = application.account.number
    before = fingerprint_of_rows()

    page = browse("alice").post(f"/applications/{number}/fill/person/", {**PAGES["person"], "username": "other123"})
    said = json.dumps({"tells_opening": True, "username": "other123"})
    answer = browse("alice").post(f"/api/v1/client-applications/{number}/", said, content_type="application/json")

    assert (page.status_code, answer.status_code) == (400, 400)
    assert fingerprint_of_rows() == before
    with pytest.raises(IntegrityError), transaction.atomic():
        Application.unscoped.filter(pk=application.pk).update(username="other123")


@pytest.mark.parametrize(
    "name", ["Anaruiz1", "ana", "1anaruiz", "ana ruiz", "anaruizanaruizanaruiz", "анаруиз", "alice"]
)
def test_a_user_name_has_a_shape_and_is_nobodys_yet(world, browse, name):
    before = fingerprint_of_rows()
    assert browse("alice").post("/applications/semi/", {**WISH, "username": name}).status_code == 422
    assert fingerprint_of_rows() == before


def test_a_user_name_that_another_practice_gave_is_taken(world, browse):
    begun(browse, "bob")
    page = browse("alice").post("/applications/semi/", WISH)
    assert page.status_code == 422 and "already" in page.content.decode()


def test_the_practice_answers_prints_and_hands_the_signed_form_in(world, browse, office):
    application, alice, number = answered(browse)
    assert application.state == "draft"
    assert not OutboxMessage.unscoped.filter(recipient=INVITED["email"]).exists()
    pdf = alice.get(f"/applications/{number}/form.pdf")
    assert pdf["Content-Type"] == "application/pdf" and pdf.content.startswith(b"%PDF-")
    page = alice.get(f"/applications/{number}/tasks/").content.decode()
    assert "Signed application form" in page and "anaruiz1" in page
    for key in ("signed", "identity", "address"):
        task = ApplicationTask.unscoped.get(application=application, key=key)
        said = {"task": task.pk, "file": SimpleUploadedFile(f"{key}.pdf", PDF)}
        assert alice.post(f"/applications/{number}/upload/", said).status_code == 302
    assert alice.post(f"/applications/{number}/fill/home/", PAGES["home"]).status_code == 409

    finish(office, application, "form", "agreement", "tax", "signed", "identity", "address", "review")
    office.post(f"{HEADS}{application.pk}/change/", {"number": "U7700002", "_save": "1"})
    press(office, HEADS, "approve", application)

    account = application.account
    account.refresh_from_db()
    assert (account.status, account.number, account.title) == (Status.OPEN, "U7700002", "Ruiz, Ana")
    assert account.holder_born_on.isoformat() == "1980-05-17"
    application.party.refresh_from_db()
    party = application.party
    assert (party.legal_name, party.residence, str(party.born_on)) == ("Ruiz, Ana", "USA", "1980-05-17")
    assert ApplicationTask.unscoped.get(application=application, key="tax").form_number == "W-9"


def test_nothing_is_printed_before_every_page_is_answered(world, browse):
    number = begun(browse).account.number
    assert browse("alice").get(f"/applications/{number}/form.pdf").status_code == 409
    assert browse("alice").get(f"/applications/{number}/fill/account/")["Location"].endswith("/fill/person/")
    assert browse("alice").post(f"/applications/{number}/send/").status_code == 409


def test_the_api_begins_and_answers(world, browse):
    alice = browse("alice")
    said = {**WISH, "tells_opening": True}
    made = alice.post("/api/v1/semi-applications/", json.dumps(said), content_type="application/json")
    assert made.status_code == 201
    number = made.json()["account"]
    for slug, answers in PAGES.items():
        place = f"/api/v1/semi-applications/{number}/{slug}/"
        answer = alice.post(place, json.dumps({"answers": answers}), content_type="application/json")
        assert answer.status_code == 200, answer.content
    wrong = {"answers": {**PAGES["person"], "born_on": "2020-01-01"}}
    place = f"/api/v1/semi-applications/{number}/person/"
    assert alice.post(place, json.dumps(wrong), content_type="application/json").status_code == 400
    kept = behind.unsealed(Application.unscoped.get().answers)
    assert kept["person"]["born_on"] == "1980-05-17" and set(kept) == set(PAGES)


@pytest.mark.parametrize("name", ["carol", "mallory", "ana", "frank", ""])
def test_nobody_else_answers_or_prints(world, browse, name):
    number = begun(browse, "bob").account.number
    before = fingerprint_of_rows()
    client = browse(name)
    answers = [
        client.get(f"/applications/{number}/fill/person/"),
        client.post(f"/applications/{number}/fill/person/", PAGES["person"]),
        client.get(f"/applications/{number}/form.pdf"),
        client.post(f"/api/v1/semi-applications/{number}/person/", "{}", content_type="application/json"),
    ]
    allowed = {404} if name in ("carol", "mallory") else {403} if name else {302, 401}
    assert {answer.status_code for answer in answers} <= allowed
    assert fingerprint_of_rows() == before


def test_the_practice_does_not_answer_where_the_client_does(world, browse):
    from django.db import ProgrammingError, connection

    from accounts.ground.access.context import acting
    from tests.desk.applying.filled import invited

    application = invited(browse)
    assert browse("alice").get(f"/applications/{application.account.number}/fill/person/").status_code == 409
    alice, refused = world.users["alice"].pk, pytest.raises(ProgrammingError)
    with acting(alice), connection.cursor() as cur, refused, transaction.atomic():
        cur.execute("UPDATE desk_application SET answers = 'x' WHERE id = %s", [application.pk])
