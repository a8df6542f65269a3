"""What no second way may get around: the signature, the tasks, the age, the text on paper, the name, the link."""

import json
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from accounts.desk.applying import behind
from accounts.desk.applying.models import Application, ApplicationTask
from accounts.desk.applying.rules import ApplicationProblem
from accounts.desk.approving import actions
from accounts.desk.brand.models import BrandVersion
from accounts.ground.access import context
from accounts.ground.linkage import moving
from accounts.ground.outbox.models import OutboxMessage
from accounts.ground.people.models import Seat, User
from accounts.ground.trail.models import TrailEntry
from accounts.ground.tree.models import Account, Practice, Status
from tests.desk.applying.filled import (
    ACCOUNT,
    HOME,
    INVITED,
    PAGES,
    PDF,
    PERSON,
    fill,
    invited,
    link_of,
    sign,
    submitted,
)
from tests.desk.applying.test_office import HEADS, TASKS, finish, hand_in, press, task
from tests.desk.applying.test_semi import answered, begun
from tests.desk.brand.test_colours import HOST, saved
from tests.house.written import fingerprint_of_rows

YOUNG = {**PERSON, "born_on": "2006-05-17"}


def refreshed(application):
    application.refresh_from_db()
    application.account.refresh_from_db()
    return application


@pytest.mark.parametrize("between", ["send", "cancel"])
def test_who_has_answered_everything_signs_through_a_new_link(world, browse, between):
    application = invited(browse)
    number, client, alice = application.account.number, browse(""), browse("alice")
    fill(client, link_of(application))
    alice.post(f"/applications/{number}/{between}/")
    if between == "cancel":
        alice.post(f"/applications/{number}/send/")
    link = link_of(refreshed(application))

    assert sign(client, link).status_code == 302
    assert refreshed(application).state == "submitted"


def test_the_trail_keeps_no_link_of_a_form_that_was_refused(world, browse):
    application = invited(browse)
    link = link_of(application)
    secret = link.split("/")[2]
    client = Client(enforce_csrf_checks=True)
    client.force_login(world.users["alice"])
    before = TrailEntry.unscoped.count()

    for place in (f"{link}person/", f"/invitation/{secret}/"):
        assert client.post(place, PERSON).status_code == 403

    noted = list(TrailEntry.unscoped.order_by("pk"))[before:]
    assert any("/apply/" in f"{one.row}{one.new}" for one in noted)
    assert secret not in "".join(f"{one.row}{one.new}{one.old}" for one in TrailEntry.unscoped.all())


@pytest.mark.parametrize("method", ["electronic", "mass"])
def test_the_office_neither_signs_nor_opens_what_nobody_has_signed(world, browse, office, method):
    application = invited(browse)
    Application.unscoped.filter(pk=application.pk).update(method=method)
    hand_in(browse, application, "identity", "address")
    finish(office, application, "identity", "address", "review")
    office.post(f"{HEADS}{application.pk}/change/", {"number": "U7700003", "_save": "1"})
    for key in ("form", "agreement", "tax"):
        with pytest.raises(ApplicationProblem, match="when the client signs"):
            actions.finish(task=task(application, key), at=timezone.now())
    ApplicationTask.unscoped.filter(application=application).update(standing="done", completed_at=timezone.now())

    press(office, HEADS, "approve", application)

    assert refreshed(application).account.status == Status.NEW
    with pytest.raises(ApplicationProblem, match="not signed"):
        actions.approve(application=application, day=date(2026, 3, 2))


def test_the_young_have_no_margin_whichever_page_was_answered_first(world, browse):
    application, alice, number = answered(browse)
    assert alice.post(f"/applications/{number}/fill/person/", {**PERSON, "born_on": _nineteen()}).status_code == 302

    said = {"task": task(application, "signed").pk, "file": SimpleUploadedFile("signed.pdf", PDF)}
    answer = alice.post(f"/applications/{number}/upload/", said)

    assert answer.status_code == 409 and "no longer hold" in answer.content.decode()
    assert task(application, "signed").standing == "open"
    account = {"answers": {**ACCOUNT, "margin": "cash"}}
    place = f"/api/v1/semi-applications/{number}/account/"
    assert alice.post(place, json.dumps(account), content_type="application/json").status_code == 200
    said["file"] = SimpleUploadedFile("signed.pdf", PDF)
    assert alice.post(f"/applications/{number}/upload/", said).status_code == 302


def _nineteen():
    return date(timezone.now().year - 19, 1, 1).isoformat()


def test_what_held_when_it_was_handed_in_is_asked_once_more_at_the_approval(world, browse, office):
    application, _alice, _number = answered(browse)
    hand_in(browse, application, "signed", "identity", "address")
    finish(office, application, "form", "agreement", "tax", "signed", "identity", "address", "review")
    office.post(f"{HEADS}{application.pk}/change/", {"number": "U7700004", "_save": "1"})

    with pytest.raises(ApplicationProblem, match="do not hold"):
        actions.approve(application=application, day=date(1999, 1, 1))

    assert refreshed(application).account.status == Status.NEW


def test_over_the_api_no_page_is_skipped(world, browse):
    number = begun(browse).account.number
    before = fingerprint_of_rows()
    place = f"/api/v1/semi-applications/{number}/account/"

    answer = browse("alice").post(place, json.dumps({"answers": ACCOUNT}), content_type="application/json")

    assert answer.status_code in (400, 409)
    assert fingerprint_of_rows() == before


def test_the_form_is_handed_in_when_every_page_is_answered_and_can_be_sent_back(world, browse, office):
    application = begun(browse)
    number, alice = application.account.number, browse("alice")
    said = {"task": task(application, "signed").pk, "file": SimpleUploadedFile("signed.pdf", PDF)}
    assert alice.post(f"/applications/{number}/upload/", said).status_code == 409
    for slug, one in PAGES.items():
        assert alice.post(f"/applications/{number}/fill/{slug}/", one).status_code == 302
    hand_in(browse, application, "signed")
    finish(office, application, "signed")
    assert alice.post(f"/applications/{number}/fill/home/", HOME).status_code == 409

    place = f"{TASKS}{task(application, 'signed').pk}/change/"
    assert office.post(place, {"reason": "The signature is missing.", "_save": "1"}).status_code == 302

    assert task(application, "signed").standing == "rejected"
    assert alice.post(f"/applications/{number}/fill/home/", {**HOME, "city": "Salem"}).status_code == 302


def test_the_office_reads_the_text_that_was_printed_with_its_code(world, browse, office):
    application, alice, number = answered(browse)
    hand_in(browse, application, "signed")
    refreshed(application)
    text = behind.document_of(application.paper)
    assert "Boston" in text and application.paper_hash == behind.seen_hash(text)
    page = office.get(f"{HEADS}{application.pk}/change/").content.decode()
    assert application.paper_hash[:16] in page and "Boston" in page
    with pytest.raises(IntegrityError), transaction.atomic():
        Application.unscoped.filter(pk=application.pk).update(answers="other")

    place = f"{TASKS}{task(application, 'signed').pk}/change/"
    office.post(place, {"reason": "The signature is missing.", "_save": "1"})
    alice.post(f"/applications/{number}/fill/home/", {**HOME, "city": "Salem"})
    hand_in(browse, application, "signed")

    assert "Salem" in behind.document_of(refreshed(application).paper)


def test_what_was_signed_and_given_up_is_not_started_again(world, browse, office):
    application, _link = submitted(browse)
    number, alice = application.account.number, browse("alice")
    assert alice.post(f"/applications/{number}/delete/").status_code == 302
    assert "Start the application again" not in alice.get(f"/structure/?node={number}").content.decode()

    page = alice.post(f"/applications/{number}/status/", {"status": "N"})
    call = alice.post(f"/api/v1/accounts/{number}/status/", {"status": "N"}, content_type="application/json")
    press(office, "/office/accounts/account/", "become_N", application.account)

    assert (page.status_code, call.status_code) == (409, 409)
    assert "had signed" in page.content.decode()
    assert refreshed(application).account.status == Status.ABANDONED
    with pytest.raises(IntegrityError), transaction.atomic():
        Account.unscoped.filter(pk=application.account_id).update(status="N")


@pytest.mark.parametrize("signs", [False, True])
def test_app_8_no_hand_moves_an_account_past_its_tasks(world, browse, office, signs):
    application = submitted(browse)[0] if signs else invited(browse)
    number, alice, account = application.account.number, browse("alice"), application.account
    account.refresh_from_db()
    after = "O" if account.status == Status.PENDING else "P"
    page = alice.get(f"/structure/?node={number}").content.decode()
    assert "Mark as pending" not in page and "Open the account" not in page
    before = fingerprint_of_rows()

    page = alice.post(f"/applications/{number}/status/", {"status": after})
    call = alice.post(f"/api/v1/accounts/{number}/status/", {"status": after}, content_type="application/json")

    assert (page.status_code, call.status_code) == (409, 409)
    assert "back office has approved" in page.content.decode()
    assert fingerprint_of_rows() == before
    press(office, "/office/accounts/account/", f"become_{after}", account)
    was = account.status
    account.refresh_from_db()
    assert account.status == was
    with pytest.raises(IntegrityError), transaction.atomic():
        Account.unscoped.filter(pk=account.pk).update(status=after)
    with pytest.raises(IntegrityError), transaction.atomic():
        Account.unscoped.filter(pk=account.pk).update(status="O")


def test_news_of_a_signature_goes_to_who_is_there(world, browse):
    application = invited(browse)
    # Alice is gone, and Dora, whose sign-in was disabled, leads the practice again.
    Seat.unscoped.filter(pk=world.seats["alice"].pk).update(is_active=False)
    User.objects.filter(username="dora").update(is_active=True)
    client, link = browse(""), link_of(application)
    fill(client, link)

    assert sign(client, link).status_code == 302

    mails = OutboxMessage.unscoped.filter(natural_key__startswith=f"application {application.pk} submitted")
    assert [one.recipient for one in mails] == ["dora@example.com"]


def test_an_account_that_moved_to_another_advisor_shows_its_papers_to_nobody(world, browse, as_role):
    from django.db import connection

    from accounts.ground.access.context import acting

    application, _link = submitted(browse)
    hand_in(browse, application, "identity")
    tables = ("desk_application", "desk_applicationtask", "desk_applicationfile")

    def counted(name):
        with acting(world.users[name].pk), connection.cursor() as cur:
            found = []
            for table in tables:
                cur.execute(f"SELECT count(*) FROM {table} WHERE account_id = %s", [application.account_id])
                found.append(cur.fetchone()[0])
            return found

    assert counted("alice")[0] == 1
    master = world["F200002"]

    moving._within(refreshed(application).account, master, date(2026, 3, 2))

    assert counted("alice") == [0, 0, 0] and counted("bob") == [0, 0, 0]


def test_a_promised_name_waits_for_its_client(world, browse, office):
    application = begun(browse)
    said = {"username": "AnaRuiz1", "language": "en"}
    before = User.objects.count()

    page = office.post("/office/accounts/user/add/", said)

    assert page.status_code == 422 and "already" in page.content.decode()
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.create(username="anaruiz1")
    assert User.objects.count() == before
    office.post("/office/accounts/user/add/", {**said, "username": "anaruiz1", "party": application.party_id})
    assert User.objects.get(username="anaruiz1").party_id == application.party_id


def test_another_tax_number_is_another_answer_and_the_office_alone_reads_it(world, browse, office):
    application = invited(browse)
    link, client = link_of(application), browse("")
    fill(client, link)
    page = client.get(f"{link}sign/").content.decode()
    seen = page.split('name="seen"')[1].split('value="')[1].split('"')[0]
    client.post(f"{link}home/", {**HOME, "tax_number": "999-99-9789"})

    changed = client.post(f"{link}sign/", {"seen": seen, "read": "on", "name": "Ana Ruiz"})

    assert changed.status_code == 422 and "have changed since" in changed.content.decode()
    assert sign(client, link).status_code == 302
    assert "999-99" not in office.get(f"{HEADS}{application.pk}/change/").content.decode()
    shown = press(office, HEADS, "show_numbers", application)
    assert "999-99-9789" in shown.content.decode() and "no-store" in shown["Cache-Control"]
    assert "999-99" not in browse("alice").post(HEADS, {"action": "show_numbers"}).content.decode()


def test_of_a_short_number_no_letter_is_shown(world, browse):
    application = invited(browse)
    link, client = link_of(application), browse("")
    fill(client, link, home={**HOME, "tax_number": "QZX789"})
    assert "789" not in client.get(f"{link}sign/").content.decode().split("Tax")[-1][:200]
    assert INVITED["name"] == application.name


def test_the_client_of_a_brand_meets_one_name(world, browse):
    """In the invitation, behind the link, over the signature, and when a paper is sent back."""
    saved(world, "bob", colour="#1f4e79", host=HOST)
    brand = BrandVersion.unscoped.get().name
    own = Practice.unscoped.get(pk=world["F200002"].practice_id).name
    assert brand and brand != own

    application, link = submitted(browse, by="bob")
    document = behind.document_of(refreshed(application).document)
    with context.as_role("office"):
        actions.reject(task=task(application, "identity"), reason="Not readable", day=date(2026, 3, 2))
    said = [document, browse("").get(f"{link}status/").content.decode()]
    said += [one.body for one in OutboxMessage.unscoped.filter(recipient=INVITED["email"])]

    assert len(said) >= 3
    assert not any(own in one for one in said)
    assert brand in document and all(brand in one for one in said[2:])
    # Whose practice has no brand, and none above it, is met under its own name.
    other, _link = submitted(browse, email="other@example.com")
    assert world["F100001"].practice.name in behind.document_of(refreshed(other).document)
