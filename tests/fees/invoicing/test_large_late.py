"""Large files of invoices after their evening, the keys of their forms, and how many wait at once."""

from datetime import timedelta

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts.ground.access.context import as_role
from accounts.ground.jobs.models import Job
from fees.invoicing import files
from fees.invoicing.models import InvoiceUpload
from tests.fees.invoicing.conftest import ANA, CHIDI, KEN, OCTOBER, at
from tests.fees.invoicing.test_large import UPLOAD, again, asked, book, sent, slices, today, work
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
