"""The back office's part: tasks done or rejected with a reason, the broker's number, and an approval that waits."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from accounts.desk.applying.models import Application, ApplicationTask
from accounts.desk.applying.rules import ApplicationProblem
from accounts.desk.approving import actions
from accounts.ground.outbox.models import OutboxMessage
from accounts.ground.requests.models import Request, RequestStatus
from accounts.ground.tree.models import Status
from tests.desk.applying.filled import PDF, link_of, submitted
from tests.house.written import fingerprint_of_rows

TASKS, HEADS = "/office/desk/applicationtask/", "/office/desk/application/"


def task(application, key):
    return ApplicationTask.unscoped.get(application=application, key=key)


def hand_in(browse, application, *keys):
    for key in keys:
        file = SimpleUploadedFile(f"{key}.pdf", PDF)
        said = {"task": task(application, key).pk, "file": file}
        assert browse("alice").post(f"/applications/{application.account.number}/upload/", said).status_code == 302


def press(office, place, action, row):
    return office.post(place, {"action": action, "_selected_action": [str(row.pk)], "from_row": "1"})


def finish(office, application, *keys):
    for key in keys:
        assert press(office, TASKS, "finish", task(application, key)).status_code == 302


@pytest.mark.parametrize("tells", [True, False])
def test_app_8_the_account_opens_when_every_task_is_done_and_the_broker_approves(world, browse, office, tells):
    application, link = submitted(browse, **({} if tells else {"tells_opening": ""}))
    hand_in(browse, application, "identity", "address")
    finish(office, application, "identity")
    account = application.account
    number = {"number": "U7700001", "_save": "1"}
    assert office.post(f"{HEADS}{application.pk}/change/", number).status_code == 302

    press(office, HEADS, "approve", application)

    account.refresh_from_db()
    assert (account.status, account.number) == (Status.PENDING, "U7700001")
    finish(office, application, "address", "review")
    press(office, HEADS, "approve", application)
    account.refresh_from_db()
    assert account.status == Status.OPEN
    assert Request.unscoped.get(account=account).status == RequestStatus.APPROVED
    told = OutboxMessage.unscoped.filter(natural_key=f"application {application.pk} opened")
    assert told.count() == (1 if tells else 0)
    assert "Your account is open" in browse("").get(f"{link}status/").content.decode()
    press(office, HEADS, "approve", application)
    assert told.count() == (1 if tells else 0)


def test_without_the_brokers_number_nothing_opens(world, browse, office):
    application, _link = submitted(browse)
    hand_in(browse, application, "identity", "address")
    finish(office, application, "identity", "address", "review")

    press(office, HEADS, "approve", application)

    application.account.refresh_from_db()
    assert application.account.status == Status.PENDING
    for number in ("A10000001", "U1000001", "nonsense"):
        office.post(f"{HEADS}{application.pk}/change/", {"number": number, "_save": "1"})
    application.account.refresh_from_db()
    assert application.account.number.startswith("A")


def test_a_document_is_rejected_with_a_reason_that_both_sides_read(world, browse, office):
    application, link = submitted(browse)
    number = application.account.number
    hand_in(browse, application, "identity")
    wanted = task(application, "identity")
    place = f"{TASKS}{wanted.pk}/change/"
    assert office.post(place, {"reason": "", "_save": "1"}).status_code in (200, 422)

    assert office.post(place, {"reason": "The photo is not legible.", "_save": "1"}).status_code == 302

    wanted.refresh_from_db()
    assert (wanted.standing, wanted.completed_at) == ("rejected", None)
    told = OutboxMessage.unscoped.filter(natural_key__startswith=f"application task {wanted.pk} rejected")
    client = told.get(recipient=application.email)
    assert "The photo is not legible." in client.body and "Proof of identity" in client.body
    practice = told.exclude(recipient=application.email).get()
    assert (practice.recipient, number in practice.body) == ("alice@example.com", True)
    assert "not legible" not in practice.body and "Ruiz" not in practice.body
    assert "not legible" in browse("alice").get(f"/applications/{number}/tasks/").content.decode()
    assert "not legible" in browse("").get(f"{link}status/").content.decode()
    assert "not legible" in browse("alice").get(f"/applications/{number}/tasks/export/").content.decode()
    hand_in(browse, application, "identity")
    wanted.refresh_from_db()
    assert (wanted.standing, wanted.reject_reason) == ("review", "")


def test_who_has_signed_gets_a_new_link_to_hand_in_a_better_paper(world, browse, office):
    application, link = submitted(browse)
    number = application.account.number
    Application.unscoped.filter(pk=application.pk).update(expires_at=timezone.now())
    assert browse("").get(f"{link}status/").status_code == 404
    assert "Send a new link" in browse("alice").get(f"/applications/{number}/tasks/").content.decode()

    assert browse("alice").post(f"/applications/{number}/send/").status_code == 302

    application.refresh_from_db()
    assert (application.state, application.times_sent) == ("submitted", 2)
    new = link_of(application)
    assert browse("").get(f"{new}status/").status_code == 200
    wanted = task(application, "identity")
    said = {"task": wanted.pk, "file": SimpleUploadedFile("identity.pdf", PDF)}
    assert browse("").post(f"{new}status/", said).status_code == 302
    # What was signed stays signed, and nothing is answered anew behind the new link.
    assert browse("").get(f"{new}person/")["Location"] == f"{new}status/"


@pytest.mark.parametrize("number", ["F7700001", "DF770001", "DA770001", "I7700001"])
def test_a_client_gets_no_number_of_a_master(world, browse, office, number):
    application, _link = submitted(browse)
    office.post(f"{HEADS}{application.pk}/change/", {"number": number, "_save": "1"})
    application.account.refresh_from_db()
    assert application.account.number.startswith("A")


def test_a_task_that_wants_a_document_is_not_done_without_one(world, browse, office):
    application, _link = submitted(browse)
    with pytest.raises(ApplicationProblem, match="No document"):
        actions.finish(task=task(application, "identity"), at=timezone.now())
    press(office, TASKS, "finish", task(application, "identity"))
    assert task(application, "identity").standing == "open"


def test_the_office_reads_what_was_signed_and_what_was_handed_in(world, browse, office):
    application, _link = submitted(browse)
    hand_in(browse, application, "identity")
    page = office.get(f"{HEADS}{application.pk}/change/").content.decode()
    assert "Boston" in page and "true and complete" in page
    papers = office.get(f"{TASKS}{task(application, 'identity').pk}/change/").content.decode()
    address = papers.split('href="/office/desk/applicationtask/file/')[1].split('"')[0]
    file = office.get(f"/office/desk/applicationtask/file/{address}")
    assert b"".join(file.streaming_content) == PDF
    for list_of in (HEADS, TASKS):
        assert office.get(list_of).status_code == 200


@pytest.mark.parametrize("name", ["alice", "ana", ""])
def test_nobody_but_the_office_decides(world, browse, name):
    application, _link = submitted(browse)
    before = fingerprint_of_rows()
    client = browse(name)
    for place, action, row in ((HEADS, "approve", application), (TASKS, "finish", task(application, "review"))):
        assert press(client, place, action, row).status_code in (302, 403, 404)
    assert fingerprint_of_rows() == before


def test_the_office_sets_no_link_past_its_pages(world, browse):
    """With a link of its own it could sign in the client's place."""
    from django.db import ProgrammingError, connection, transaction

    from accounts.ground.access.context import as_role

    application, _link = submitted(browse)
    with as_role("office"), connection.cursor() as cur:
        for said in ("link_hash = repeat('0', 64)", "state = 'sent'"):
            with pytest.raises(ProgrammingError), transaction.atomic():
                cur.execute(f"UPDATE desk_application SET {said}")
    before = application.link_hash
    application.refresh_from_db()
    assert application.link_hash == before


def test_the_practice_cannot_finish_a_task_past_the_pages(world, browse, as_role):
    """The second wall: what pages may write of a task is that a document is with the back office."""
    from django.db import ProgrammingError, connection, transaction

    from accounts.ground.access.context import acting

    application, _link = submitted(browse)
    wanted, alice = task(application, "identity"), world.users["alice"].pk
    for said in ("standing = 'done'", "completed_at = now()", "for_approval = false"):
        with acting(alice), connection.cursor() as cur, pytest.raises(ProgrammingError), transaction.atomic():
            cur.execute(f"UPDATE desk_applicationtask SET {said} WHERE id = %s", [wanted.pk])
    for name in ("bob", "ana", "mallory"):
        with acting(world.users[name].pk), connection.cursor() as cur:
            cur.execute("SELECT count(*) FROM desk_applicationtask")
            assert cur.fetchone() == (0,)
