"""More fee notices than a page can print are made by a job: one PDF or a zip, of what the person may see."""

import weakref
from datetime import date
from io import BytesIO
from tempfile import TemporaryFile
from uuid import uuid4
from zipfile import ZipFile

import pytest
from django.urls import reverse

from accounts.ground.jobs.models import Job
from accounts.ground.tree.models import Account
from fees.notices import views
from fees.notices.models import Notice
from fees.notices.paper import archive
from portal.exports import actions
from portal.exports.tasks import make_export
from tests.fees.notices.test_notices import ANA, charged, sealed, told
from tests.fees.posting.conftest import nights

__all__ = ["charged", "nights", "sealed"]
DAY = "2025-10-01"


@pytest.fixture
def printed(browse, sealed, settings, tmp_path, monkeypatch):
    """Ask for the day's notices in somebody's name and let a worker make the file."""
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": tmp_path}},
    }
    monkeypatch.setattr("portal.exports.views.make_export.delay", lambda *asked: None)
    monkeypatch.setattr(views, "MOST_AT_ONCE", 1)

    def fetch(name, form, day=DAY):
        reader = browse(name)
        asked = reader.post(f"{reverse('exports:notices')}?day={day}", {"format": form})
        assert asked.status_code == 302, asked.content
        job = Job.unscoped.latest("created_at")
        make_export(str(job.pk), job.user_id, job.seat_id)
        job.refresh_from_db()
        return job, reader.get(reverse("exports:file", args=[job.pk]))

    return fetch


def test_a_day_with_many_is_asked_for_and_never_cut_short(browse, printed):
    reader = browse("alice")
    page = reader.get(reverse("fees:notices"), {"day": DAY}).content.decode()
    assert f'action="{reverse("exports:notices")}?day={DAY}"' in page
    assert reader.get(reverse("fees:print_notices"), {"day": DAY, "as": "zip"}).status_code == 302

    job, file = printed("alice", "zip")

    names = ZipFile(BytesIO(b"".join(file.streaming_content))).namelist()
    assert sorted(name.split("_")[0] for name in names) == sorted(told())
    assert (job.done, job.of) == (len(names), len(names)) and len(names) > 1
    assert file["Content-Disposition"] == f'attachment; filename="notices-{DAY}.zip"'
    _job, pdf = printed("alice", "pdf")
    assert b"".join(pdf.streaming_content).startswith(b"%PDF")


def test_everybody_gets_their_own_and_nobody_elses(printed, browse):
    _job, file = printed("ana", "zip")
    names = ZipFile(BytesIO(b"".join(file.streaming_content))).namelist()
    assert {name.split("_")[0] for name in names} == {ANA}

    job, nothing = printed("alice", "zip", day="2025-01-02")
    assert (job.state, nothing.status_code) == ("failed", 404)
    assert browse("carol").get(reverse("exports:file", args=[job.pk])).status_code in (403, 404)


def test_more_than_one_pdf_holds_are_refused_with_their_number_and_the_zip_has_them_all(printed, monkeypatch):
    monkeypatch.setattr(actions, "MOST_IN_A_PDF", 1)
    many = len(told())

    job, file = printed("alice", "pdf")
    assert (job.state, file.status_code) == ("failed", 404)
    assert f"The day has {many} notices, and one PDF holds at most 1. Ask for the zip" in job.message

    _job, file = printed("alice", "zip")
    assert len(ZipFile(BytesIO(b"".join(file.streaming_content))).namelist()) == many > 1


def test_a_zip_of_any_size_is_written_document_by_document():
    """Each document is gone before the next one is read: memory does not grow with their number."""
    alive, most = [], 0

    def several():
        nonlocal most
        for number in range(40):
            one = document(number)
            alive.append(weakref.ref(one))
            yield one
            del one
            most = max(most, sum(ref() is not None for ref in alive))

    def document(number):
        notice = Notice(pk=uuid4(), day=date(2025, 10, 1), sha256="0" * 64, language="en")
        notice.account = Account(number=f"U{number:07}")
        notice.document = dict.fromkeys(("brand", "title", "period", "said", "story_title", "errors"), "x") | {
            "facts": [], "head": ["a"], "row": ["b"], "story": [], "days": [], "days_head": []
        }  # fmt: skip
        return notice

    with TemporaryFile() as out:
        archive(several(), out)
        assert len(ZipFile(out).namelist()) == 40
    assert most <= 2
