"""What comes in odd shapes: names with lines and links, numbers that are none, papers of other kinds, stale buttons."""

import pytest
from django.contrib.admin.models import LogEntry
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import override_settings

from accounts.desk.applying import actions
from accounts.desk.applying.models import Application, ApplicationFile, ApplicationTask
from accounts.ground.outbox.models import OutboxMessage
from tests.desk.applying.filled import INVITED, MEANS, PDF, fill, invited, link_of, submitted
from tests.house.written import fingerprint_of_rows

API = "/api/v1/client-applications/"
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20


def task_of(application):
    return ApplicationTask.unscoped.get(application=application, key="identity")


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("Ana\n\nYour account is blocked", "Ana Your account is blocked"),
        ("  Ana\t Ruiz\u202e ", "Ana Ruiz"),
        ("Ana https://evil.test/pay", ""),
        ("WWW.evil.test", ""),
        ("\u200b\n", ""),
    ],
)
def test_a_name_is_one_line_without_a_link_whoever_sends_it(world, browse, name, kept):
    before = fingerprint_of_rows()
    wish = {key: value for key, value in INVITED.items() if key != "tells_opening"} | {"name": name}

    answer = browse("alice").post(API, wish, content_type="application/json")

    assert answer.status_code == (201 if kept else 400)
    if kept:
        mail = OutboxMessage.unscoped.get(recipient="ana.ruiz@example.com")
        assert mail.body.startswith(f"Hello {kept}") and Application.unscoped.get().name == kept
    else:
        assert fingerprint_of_rows() == before
        assert browse("alice").post("/applications/invite/", {**INVITED, "name": name}).status_code == 422


def test_a_practice_sends_so_many_links_an_hour_and_no_more(world, browse, monkeypatch):
    monkeypatch.setattr(actions, "MOST_SENT_AN_HOUR", 1)
    with override_settings(CACHES={"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}):
        invited(browse)
        before = fingerprint_of_rows()
        refused = browse("alice").post("/applications/invite/", INVITED)
        assert refused.status_code == 422 and "very many invitations" in refused.content.decode()
        assert fingerprint_of_rows() == before
        invited(browse, "bob")


def test_only_an_invitation_that_lives_is_cancelled(world, browse):
    """Not one that was submitted, nor where none was ever sent."""
    opened, _link = submitted(browse)
    unsent = invited(browse, email="ken@example.com")
    Application.unscoped.filter(pk=unsent.pk).update(link_hash=None, method="mass", state="draft")
    before = fingerprint_of_rows()

    for number in (opened.account.number, unsent.account.number):
        assert browse("alice").delete(f"{API}{number}/invitation/").status_code == 409

    assert fingerprint_of_rows() == before


@pytest.mark.parametrize("income", ["1e2", "1_000", "\u0661\u0662\u0660\u0660", "-0.001", "1,000", "NaN"])
def test_what_is_no_plain_number_is_not_signed(world, browse, income):
    application = invited(browse)
    link, client = link_of(application), browse("")
    fill(client, link)

    answer = client.post(f"{link}means/", {**MEANS, "income": income})

    assert answer.status_code == 422
    assert "120000" in client.get(f"{link}sign/").content.decode()


@pytest.mark.parametrize(
    ("file", "content", "words"),
    [
        ("id.csv", b"a,b\n1,2\n", "only PDF, PNG and JPEG"),
        ("id.txt", b"me", "only PDF, PNG and JPEG"),
        ("id.xlsx", b"PK\x03\x04", "only PDF, PNG and JPEG"),
        ("id.png", PDF, "only PDF, PNG"),
        ("id.pdf", PDF + b"\0" * 5 * 1024 * 1024, "larger than 5 MB"),
    ],
)
def test_a_paper_is_what_the_page_says_that_it_is(world, browse, file, content, words):
    application, link = submitted(browse)
    task = task_of(application)
    before = fingerprint_of_rows()

    by_client = browse("").post(f"{link}status/", {"task": task.pk, "file": SimpleUploadedFile(file, content)})
    assert by_client.status_code == 422 and words in by_client.content.decode()
    sent = {"task": str(task.pk), "file": SimpleUploadedFile(file, content)}
    assert browse("alice").post(f"{API}{application.account.number}/documents/", sent).status_code == 409
    assert fingerprint_of_rows() == before and not ApplicationFile.unscoped.exists()


def test_pictures_are_taken(world, browse):
    application, link = submitted(browse)
    task = task_of(application)
    sent = {"task": task.pk, "file": SimpleUploadedFile("Passport.PNG", PNG)}
    assert browse("").post(f"{link}status/", sent).status_code == 302
    assert ApplicationFile.unscoped.get().kind == "image/png"


def test_what_the_office_is_refused_is_not_praised_and_not_noted(world, browse, office):
    application, _link = submitted(browse)
    place = f"/office/desk/application/{application.pk}/change/"
    before = fingerprint_of_rows()

    answer = office.post(place, {"number": "A7700001", "_save": "1"}, follow=True)

    told = [str(one) for one in answer.context["messages"]]
    assert told == ["Numbers of the broker do not begin with A."]
    assert not LogEntry.objects.exists() and fingerprint_of_rows() == before


def test_a_client_s_link_opens_while_one_looks_as_somebody_else(world, browse):
    application = invited(browse)
    alice = browse("alice")
    answer = alice.post("/seen-as/", {"seat": world.seats["tess"].pk, "name": "tess"})
    assert answer.status_code == 302
    link = link_of(application)
    assert alice.get(link).status_code == 200
    application.refresh_from_db()
    assert application.state == "opened"
    assert alice.get("/apply/no-such-link/").status_code == 404
    assert "seen_as" in alice.session
