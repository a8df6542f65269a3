"""Large files of invoices after their evening, the keys of their forms, and how many wait at once."""

from datetime import timedelta

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from accounts.ground.access.context import as_role
from accounts.ground.jobs.models import Job
from fees.invoicing import files
from fees.invoicing.models import InvoiceUpload
from portal.lapsing import lapse_due
from tests.fees.invoicing.conftest import ANA, CHIDI, DANA, KEN, OCTOBER, at
from tests.fees.invoicing.test_large import UPLOAD, again, api, asked, book, sent, slices, today, work
from tests.world import PASSWORD

__all__ = ["book", "slices", "today"]


def test_a_file_that_no_worker_took_up_is_not_sent_by_a_look_at_its_page_days_later(book, browse):
    job = asked(book, "alice", f"{ANA},1\n{CHIDI},1\n{KEN},1", files.SEND, at(OCTOBER))
    book.invoices(OCTOBER)

    alice = browse("alice")
    alice.get(reverse("fees:invoice_file", args=[job.pk]))
    alice.get(f"/api/v1/invoice-files/{job.pk}/")
    for _look in range(2):
        work(job)

    assert (again(job).state, again(job).done, sent()) == ("failed", 0, [])
    with as_role("owner"):
        assert InvoiceUpload.unscoped.count() == 0


def test_what_is_sent_when_the_night_has_taken_the_day_already_counts_for_the_next_and_goes_through(book, monkeypatch):
    book.invoices(OCTOBER)
    monkeypatch.setattr(files, "clock", lambda: at(OCTOBER))

    work(asked(book, "alice", f"{ANA},1\n{CHIDI},1\n{KEN},1", files.SEND))

    tomorrow = OCTOBER + timedelta(days=1)
    assert [(one.account.number, one.business_day) for one in sent()] == [(ANA, tomorrow), (CHIDI, tomorrow)]


def test_the_key_of_a_small_form_sends_no_large_file(browse, today, password_field):
    alice, content = browse("alice"), f"{ANA},1\n{CHIDI},2\n"
    shown = alice.post(UPLOAD, {"file": SimpleUploadedFile("october.csv", content.encode())}).context
    said = {"key": str(shown["key"]), "name": "october.csv", "sha256": shown["file"].sha256, "table": shown["table"]}
    alice.post(reverse("fees:send_invoices"), {**said, password_field: PASSWORD})
    assert [one.amount for one in sent()] == [1, 2]
    checked = work(asked(today, "alice", content, files.CHECK))
    assert files.file_of(checked).rows == shown["file"].rows

    data = {"key": said["key"], password_field: PASSWORD}
    assert alice.post(reverse("fees:send_invoice_file", args=[checked.pk]), data).status_code == 404

    assert len(sent()) == 2
    with as_role("owner"):
        assert Job.unscoped.filter(kind=files.KIND).count() == 1


def test_after_seven_days_a_file_is_forgotten_without_anybody_looking(browse, today):
    rows, now = f"{ANA},1\n{CHIDI},1\n{DANA},1", timezone.now()
    job, never, young = (
        work(asked(today, "alice", rows, files.CHECK)),
        *(asked(today, "alice", rows, files.SEND) for _each in range(2)),
    )
    with as_role("owner"):
        Job.unscoped.filter(pk__in=[job.pk, never.pk]).update(created_at=now - files.KEPT)

    assert lapse_due(at=now)["files of invoices"] == 0
    assert lapse_due(at=now + timedelta(seconds=1))["files of invoices"] == 2
    assert lapse_due(at=now + timedelta(seconds=2))["files of invoices"] == 0

    for one, state in ((job, "done"), (never, "cancelled")):
        assert (again(one).state, again(one).result, ANA in str(again(one).arguments)) == (state, None, False)
    work(never)
    assert sent() == []
    assert again(young).state == "waiting" and ANA in str(again(young).arguments)
    assert browse("alice").get(reverse("fees:invoice_file", args=[job.pk])).status_code == 404


def test_a_few_files_wait_and_no_more(browse, today):
    alice, content = browse("alice"), f"{ANA},1\n{CHIDI},1\n{DANA},1\n"
    waiting = [asked(today, "alice", content, files.CHECK) for _each in range(files.MOST_OPEN)]

    answer = alice.post(UPLOAD, {"file": SimpleUploadedFile("x.csv", content.encode())}, follow=True)
    assert "5 of your files are being worked on" in answer.content.decode()
    assert api(alice, content).status_code == 409
    with as_role("owner"):
        assert Job.unscoped.filter(kind=files.KIND).count() == files.MOST_OPEN

    work(waiting[0])
    assert api(alice, content).status_code == 202
    assert browse("bob").get(UPLOAD).status_code == 200
