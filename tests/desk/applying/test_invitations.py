"""Inviting clients: the account, the item and the link that begin with it; links that die; who may not."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from accounts.desk.applying import actions
from accounts.desk.applying.models import Application
from accounts.ground.outbox.models import OutboxMessage
from accounts.ground.people.models import ClientRight
from accounts.ground.requests.models import Request, RequestKind, RequestStatus
from accounts.ground.trail.models import TrailEntry
from accounts.ground.tree.models import Account, Status
from tests.desk.applying.filled import INVITED, PERSON, fill, invited, link_of
from tests.house.written import fingerprint_of_rows


def test_app_1_an_invitation_is_sent_and_an_incomplete_item_waits(world, browse):
    application = invited(browse)

    assert (application.state, application.account.status) == ("sent", Status.NEW)
    assert application.account.practice_id == world["F100001"].practice_id
    waiting = Request.unscoped.get(account=application.account)
    assert (waiting.kind, waiting.status) == (RequestKind.APPLICATION, RequestStatus.INCOMPLETE)
    assert ClientRight.unscoped.get(account=application.account).party_id == application.party_id
    page = browse("alice").get("/").content.decode()
    assert f"/applications/{application.account.number}/tasks/" in page


def test_the_mail_holds_the_link_and_the_row_its_hash_alone(world, browse):
    application = invited(browse)
    secret = link_of(application).split("/")[2]

    assert application.link_hash == actions.hash_of(secret)
    mail = OutboxMessage.unscoped.get(natural_key=f"application {application.pk} 1")
    assert (mail.recipient, mail.is_secret) == ("ana.ruiz@example.com", True)
    entry = TrailEntry.unscoped.get(table="desk_application", row=str(application.pk), operation="insert")
    update = TrailEntry.unscoped.filter(table="desk_application", row=str(application.pk))
    assert secret not in str([one.new for one in update]) + str(entry.new)


@pytest.mark.parametrize("missing", ["email", "name", "kind", "country"])
def test_what_is_missing_is_said_and_nothing_begins(world, browse, missing):
    before = fingerprint_of_rows()

    answer = browse("alice").post("/applications/invite/", {**INVITED, missing: ""})

    assert answer.status_code == 422
    if missing == "email":
        assert "E-mail is required" in answer.content.decode()
    assert fingerprint_of_rows() == before


@pytest.mark.parametrize(
    ("kind", "country", "tax", "words"),
    [
        ("ira_traditional", "DEU", "DEU", "tax residents of the United States"),
        ("ira_roth", "USA", "GBR", "tax residents of the United States"),
        ("ugma", "DEU", "DEU", "residents of the United States"),
        ("isa", "USA", "", "residents of GBR"),
        ("tfsa", "USA", "", "residents of CAN"),
        ("joint_australia", "USA", "", "residents of AUS"),
    ],
)
def test_app_4_kinds_are_refused_where_they_are_not_offered(world, browse, kind, country, tax, words):
    before = fingerprint_of_rows()
    wish = {**INVITED, "kind": kind, "country": country, "tax_country": tax}

    page = browse("alice").post("/applications/invite/", wish)
    said = {**wish, "tells_opening": True}
    answer = browse("alice").post("/api/v1/client-applications/", said, content_type="application/json")

    assert (page.status_code, answer.status_code) == (422, 400)
    assert words in page.content.decode() and words in answer.content.decode()
    assert fingerprint_of_rows() == before


def test_an_american_abroad_has_an_ira(world, browse):
    assert invited(browse, kind="ira_traditional", country="DEU", tax_country="USA").state == "sent"


def test_app_11_a_link_that_was_replaced_is_no_longer_valid(world, browse):
    application = invited(browse)
    first = link_of(application)
    assert browse("alice").post(f"/applications/{application.account.number}/send/").status_code == 302
    application.refresh_from_db()

    answer = browse("").get(first)

    assert answer.status_code == 404
    assert "This invitation is no longer valid" in answer.content.decode()
    assert browse("").get(link_of(application)).status_code == 200
    application.refresh_from_db()
    assert application.attempt_worked is True
    browse("").get(first)
    application.refresh_from_db()
    assert application.attempt_worked is False


def test_what_was_answered_outlives_a_new_link(world, browse):
    application = invited(browse)
    client = browse("")
    client.post(f"{link_of(application)}person/", PERSON)
    browse("alice").post(f"/applications/{application.account.number}/send/")
    application.refresh_from_db()

    assert "Ruiz" in client.get(f"{link_of(application)}person/").content.decode()


def test_a_link_works_for_thirty_days(world, browse):
    application = invited(browse)
    link = link_of(application)
    ends = timezone.now() + timedelta(days=30)
    assert abs((application.expires_at - ends).total_seconds()) < 60
    assert browse("").get(link).status_code == 200

    Application.unscoped.update(expires_at=timezone.now() - timedelta(seconds=1))

    assert browse("").get(link).status_code == 404
    assert browse("").post(f"{link}person/", PERSON).status_code == 404
    page = browse("alice").get("/applications/?state=expired").content.decode()
    assert application.account.number in page


def test_a_cancelled_invitation_opens_nothing_and_can_be_sent_again(world, browse):
    application = invited(browse)
    link, number = link_of(application), application.account.number
    assert browse("alice").post(f"/applications/{number}/cancel/").status_code == 302
    assert browse("").get(link).status_code == 404
    assert browse("alice").post(f"/applications/{number}/send/").status_code == 302
    application.refresh_from_db()
    assert application.state == "sent"
    assert browse("").get(link_of(application)).status_code == 200


def test_a_deleted_application_takes_its_link_along_for_good(world, browse):
    application = invited(browse)
    link, number = link_of(application), application.account.number
    alice = browse("alice")

    assert alice.post(f"/applications/{number}/delete/").status_code == 302

    application.refresh_from_db()
    assert (application.state, application.link_hash) == ("cancelled", None)
    assert browse("").get(link).status_code == 404
    assert alice.post(f"/applications/{number}/status/", {"status": "N"}).status_code == 302
    assert browse("").get(link).status_code == 404
    assert Request.unscoped.get(account=application.account).finished_at is None


@pytest.mark.parametrize("name", ["carol", "mallory", "sam", "ana", "frank", ""])
def test_a_sibling_a_client_a_former_user_and_a_stranger_reach_nothing(world, browse, name):
    application = invited(browse, "bob")
    number = application.account.number
    before = fingerprint_of_rows()
    client = browse(name)

    answers = [
        client.get(f"/applications/{number}/tasks/"),
        client.get(f"/applications/{number}/tasks/export/"),
        *[client.post(f"/applications/{number}/{do}/") for do in ("send", "cancel", "notice", "upload")],
        client.get(f"/api/v1/client-applications/{number}/"),
        client.post(f"/api/v1/client-applications/{number}/invitation/"),
        client.delete(f"/api/v1/client-applications/{number}/invitation/"),
    ]

    hidden = {404} if name in ("carol", "mallory") else {403} if name else {302, 401}
    assert {answer.status_code for answer in answers} <= hidden
    assert fingerprint_of_rows() == before
    if name in ("carol", "mallory"):
        assert number not in client.get("/applications/").content.decode()


def test_the_top_level_sees_the_account_and_not_the_application(world, browse):
    application = invited(browse, "bob")
    number = application.account.number

    assert browse("alice").get(f"/applications/{number}/tasks/").status_code == 403
    assert number not in browse("alice").get("/applications/").content.decode()
    assert browse("bob").get(f"/applications/{number}/tasks/").status_code == 200


@pytest.mark.parametrize("name", ["tess", "vera", "sam", "ana", ""])
def test_only_who_opens_accounts_invites(world, browse, name):
    before = fingerprint_of_rows()

    page = browse(name).post("/applications/invite/", INVITED)
    wish = {**INVITED, "tells_opening": True}
    answer = browse(name).post("/api/v1/client-applications/", wish, content_type="application/json")

    # Vera's accounts were chosen one by one, so she starts none.
    expected = {"vera": (409, 400), "": (302, 401)}.get(name, (403, 403))
    assert (page.status_code, answer.status_code) == expected
    assert fingerprint_of_rows() == before


def test_the_list_and_the_api_say_the_same_and_ask_the_same_number_of_questions(
    world, browse, django_assert_max_num_queries
):
    first = invited(browse)
    alice = browse("alice")
    alice.get("/applications/")
    with django_assert_max_num_queries(20):
        alice.get("/applications/")
    for place in range(3):
        invited(browse, name=f"Client {place}")
    with django_assert_max_num_queries(20):
        page = alice.get("/applications/").content.decode()
    assert page.count("Individual</td>") == 4
    rows = alice.get("/api/v1/client-applications/").json()["results"]
    assert len(rows) == 4
    assert {(one["state"], one["status"]) for one in rows} == {("sent", "N")}
    assert first.account.number in {one["account"] for one in rows}


def test_hostile_names_and_addresses_do_no_harm(world, browse):
    assert (
        browse("alice")
        .post("/applications/invite/", {**INVITED, "email": "a@example.com\nBcc: b@example.com"})
        .status_code
        == 422
    )
    application = invited(browse, name="<script>alert(1)</script> {{ 7 }} %(link)s")
    page = browse("alice").get(f"/applications/{application.account.number}/tasks/").content.decode()
    assert "<script>alert(1)" not in page
    assert "<script>alert(1)" not in browse("").get(link_of(application)).content.decode()


def test_numbers_are_our_own_until_the_broker_has_given_one(world, browse):
    numbers = {invited(browse, name=f"Client {place}").account.number for place in range(3)}
    assert len(numbers) == 3
    assert all(number.startswith("A") and len(number) == 9 for number in numbers)
    assert Account.unscoped.filter(number__in=numbers).count() == 3


def test_an_earlier_answer_does_not_open_a_later_page(world, browse):
    application = invited(browse)
    link, client = link_of(application), browse("")
    assert client.get(f"{link}account/")["Location"] == link
    assert client.get(f"{link}sign/")["Location"] == f"{link}person/"
    assert client.get(f"{link}nonsense/")["Location"] == link
    fill(client, link)
    assert client.get(f"{link}account/").status_code == 200


def test_links_that_do_not_work_are_tried_only_so_often(world, browse):
    client = browse("")
    answers = [client.get(f"/apply/guess-{place}/").status_code for place in range(65)]
    assert answers[:60] == [404] * 60
    assert set(answers[60:]) == {429}


def test_the_day_of_the_link_is_the_instant_it_was_sent(world, browse):
    application = invited(browse)
    at = datetime(2026, 1, 1, tzinfo=UTC)
    Application.unscoped.update(expires_at=at)
    application.refresh_from_db()
    assert application.state_at(at) == "expired"
    assert application.state_at(at - timedelta(microseconds=1)) == "sent"
