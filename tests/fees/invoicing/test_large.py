"""A file with more rows than a request judges: the same verdicts slice by slice, taken once, and safe to close."""

import re
import uuid
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connections
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.ground.access.context import as_role
from accounts.ground.days.queries import calendar
from accounts.ground.jobs.models import Job
from accounts.ground.people.models import Seat
from fees.invoicing import files, tasks
from fees.invoicing.models import Invoice, InvoiceUpload
from fees.invoicing.upload import parse, submit_file
from fees.sending.pages import told
from fees.sending.rules import business_day_of
from tests.fees.invoicing.conftest import ANA, CHIDI, DANA, KEN, OCTOBER, SEPTEMBER, at
from tests.world import PASSWORD

UPLOAD = reverse("fees:upload_invoices")
# A second row of one client in another slice than the first, before and after a row above the limit.
ROWS = (
    f"{ANA},166.68\n{KEN},1\n{ANA},100\nU9000001,1\n{ANA},5\n{CHIDI},7.50,,Planning\n{ANA},=1+1\n{CHIDI},0\n{CHIDI},1"
)


@pytest.fixture
def slices(monkeypatch):
    """More than two rows are many, and two are judged at a time."""
    monkeypatch.setattr(files, "FEW_ROWS", 2)
    monkeypatch.setattr(files, "AT_ONCE", 2)


@pytest.fixture
def book(desk, slices):
    desk.cap(CHIDI, practice=desk.world["F100001"].practice)
    desk.values(CHIDI, "100000", *SEPTEMBER)
    return desk


@pytest.fixture
def today(desk, slices):
    """A fixed sum a month, whatever the day of the test."""
    for number in (ANA, CHIDI, DANA):
        practice = desk.world["F100001"].practice
        desk.cap(number, None, amount="500", starts=date(2025, 1, 2), practice=practice)
    return desk


def asked(desk, name: str, content: str, step: str, sent=None) -> Job:
    with desk.acting(name) as who:
        job = files.ask(who=who, file=parse(content.encode(), name="october.csv"), step=step)
    if sent is not None:
        with as_role("owner"):
            job.arguments["sent"] = sent.isoformat()
            job.arguments["day"] = business_day_of(sent, calendar()).isoformat()
            Job.unscoped.filter(pk=job.pk).update(arguments=job.arguments)
    return job


def work(job: Job) -> Job:
    tasks.work_off(str(job.pk), job.user_id, job.seat_id)
    return again(job)


def again(job: Job) -> Job:
    with as_role("owner"):
        return Job.unscoped.get(pk=job.pk)


def sent() -> list[Invoice]:
    with as_role("owner"):
        return list(Invoice.unscoped.order_by("submitted_at", "account__number").select_related("account"))


def test_slice_by_slice_the_verdicts_are_those_of_one_request(book):
    with book.acting("alice") as who:
        _day, at_once = submit_file(who=who, file=parse(ROWS.encode(), name="x.csv"), at=at(OCTOBER), save=False)
        expected = [(one.account, one.reason, words) for one, words in zip(at_once, told(at_once), strict=True)]
    assert [reason for _account, reason, _words in expected] == [
        "over_limit", "no_cap", "", "bad_account", "duplicate_today", "", "bad_amount", "bad_amount", "duplicate_today",
    ]  # fmt: skip

    for step in (files.CHECK, files.SEND):
        job = work(asked(book, "alice", ROWS, step, at(OCTOBER)))
        verdicts, words, days = files.judged(job)
        assert (job.state, job.done, job.of, days) == ("done", 9, 9, [OCTOBER])
        assert [(one.account, one.reason, said) for one, said in zip(verdicts, words, strict=True)] == expected
        assert [one.account.number for one in sent()] == ([] if step == files.CHECK else [ANA, CHIDI])

    assert [str(one.amount) for one in sent()] == ["100.00", "7.50"]
    with as_role("owner"):
        [file] = InvoiceUpload.unscoped.all()
    assert {one.upload_id for one in sent()} == {file.pk}
    assert (file.name, file.rows) == ("october.csv", 9)


def test_a_worker_that_is_killed_is_followed_by_one_that_goes_on(book):
    job = asked(book, "alice", ROWS, files.SEND, at(OCTOBER))
    tasks._one(str(job.pk), job.user_id, job.seat_id)
    tasks._one(str(job.pk), job.user_id, job.seat_id)
    assert (again(job).state, again(job).done) == ("running", 4)
    assert [str(one.amount) for one in sent()] == ["100.00"]

    work(job)
    work(job)

    assert (again(job).state, again(job).done) == ("done", 9)
    assert [str(one.amount) for one in sent()] == ["100.00", "7.50"]


def test_a_slice_that_fails_keeps_nothing_and_ends_the_job(book, monkeypatch):
    job = asked(book, "alice", ROWS, files.SEND, at(OCTOBER))
    tasks._one(str(job.pk), job.user_id, job.seat_id)

    def broken(**_given):
        raise OSError("the disk is full")

    monkeypatch.setattr(files, "submit", broken)
    with pytest.raises(OSError, match="disk"):
        work(job)

    failed = again(job)
    assert (failed.state, failed.done, failed.message, len(failed.result["rows"])) == ("failed", 2, "OSError", 2)
    assert sent() == []


def test_what_was_sent_before_the_cut_off_counts_for_its_day_however_late_it_is_worked_off(book):
    work(asked(book, "alice", f"{ANA},1\n{KEN},1\n{DANA},1", files.SEND, at(OCTOBER, 17, 29, 59, 999_999)))
    work(asked(book, "alice", f"{CHIDI},1\n{KEN},1\n{DANA},1", files.SEND, at(OCTOBER, 17, 30)))

    assert [(one.account.number, one.business_day) for one in sent()] == [
        (ANA, OCTOBER), (CHIDI, OCTOBER + timedelta(days=1)),
    ]  # fmt: skip


def test_where_the_night_has_taken_the_day_between_two_slices_the_rest_is_not_sent(book, browse):
    job = asked(book, "alice", f"{ANA},1\n{KEN},1\n{DANA},2\n{CHIDI},1", files.SEND, at(OCTOBER))
    tasks._one(str(job.pk), job.user_id, job.seat_id)
    book.invoices(OCTOBER)

    ended = work(job)

    assert [(one.account.number, one.business_day) for one in sent()] == [(ANA, OCTOBER)]
    assert (ended.state, ended.message, ended.done) == ("failed", files.TOO_LATE, 2)
    verdicts, _words, days = files.judged(ended)
    assert (days, [one.reason for one in verdicts]) == ([OCTOBER], ["", "no_cap"])
    page = browse("alice").get(reverse("fees:invoice_file", args=[job.pk])).content.decode()
    assert files.TOO_LATE in page
    assert "2/4" in page


def test_stopped_in_the_middle_what_was_sent_stays_and_the_rest_is_not(book, browse):
    job = asked(book, "alice", ROWS, files.SEND, at(OCTOBER))
    for _slice in range(2):
        tasks._one(str(job.pk), job.user_id, job.seat_id)

    page = browse("alice").post(reverse("fees:stop_invoice_file", args=[job.pk]), follow=True).content.decode()
    work(job)

    assert again(job).state == "cancelled"
    assert [str(one.amount) for one in sent()] == ["100.00"]
    assert "What was sent until then stays sent" in page


def test_a_stop_during_a_slice_undoes_the_slice(book, monkeypatch):
    job = asked(book, "alice", ROWS, files.SEND, at(OCTOBER))
    monkeypatch.setattr(files.jobs, "progress", lambda **_given: False)

    work(job)

    assert sent() == []


def test_whose_seat_has_ended_sends_nothing_more(book):
    job = asked(book, "alice", ROWS, files.SEND, at(OCTOBER))
    with as_role("owner"):
        Seat.unscoped.filter(pk=job.seat_id).update(is_active=False, ended_at=timezone.now())

    work(job)

    assert sent() == []


def test_from_the_file_to_the_receipt_and_a_double_click_takes_the_rows_once(browse, today, password_field):
    alice = browse("alice")
    content = f"account;amount\n{ANA};100,10\nU5550001;5\n{CHIDI};7,505\n".encode()
    asking = alice.post(UPLOAD, {"file": SimpleUploadedFile("november.csv", content)})
    assert asking.status_code == 302
    page = alice.get(asking["Location"]).content.decode()
    assert "0/3" in page
    assert "close this page" in page
    assert "november.csv" in alice.get(UPLOAD).content.decode()

    found = review(alice, asking)
    assert found.context["file"].writes_decimal_comma
    comma = alice.post(found.context["review"], {"comma": "1"})
    found = review(alice, comma)
    assert (found.context["accepted_count"], found.context["refused_count"]) == (1, 2)
    errors = alice.post(found.context["review"], {"errors": "csv"}).content.decode("utf-8-sig")
    assert "U5550001" in errors
    assert ANA not in errors

    fixed = alice.post(found.context["review"], corrections(found, {"U5550001": ("", ""), CHIDI: (CHIDI, "7.50")}))
    found = review(alice, fixed)
    assert (found.context["accepted_count"], found.context["refused_count"]) == (2, 0)
    assert sent() == []

    data = {**corrections(found, {}), "key": str(found.context["key"])}
    asked_first = alice.post(found.context["send"], data)
    assert asked_first.status_code in (200, 403)
    assert f"{ANA}" in asked_first.content.decode()
    first = alice.post(found.context["send"], {**data, password_field: PASSWORD})
    second = alice.post(found.context["send"], {**data, password_field: PASSWORD})
    assert first["Location"] == second["Location"]
    assert sent() == [], "a worker takes them"

    work(job_of(first))
    receipt = alice.get(first["Location"])

    assert [str(one.amount) for one in sent()] == ["100.10", "7.50"]
    assert (receipt.context["accepted_count"], receipt.context["is_sent"]) == (2, True)
    moving = alice.get(first["Location"], headers={"HX-Request": "true"})
    assert moving["HX-Refresh"] == "true"
    known = review(alice, alice.post(UPLOAD, {"file": SimpleUploadedFile("copy.csv", content)}))
    assert (known.context["before"].name, known.context["before"].accepted) == ("november.csv", 2)


def job_of(answer) -> Job:
    with as_role("owner"):
        return Job.unscoped.get(pk=answer["Location"].strip("/").split("/")[-1])


def review(client, answer):
    """The page of a file once a worker has been."""
    work(job_of(answer))
    return client.get(answer["Location"])


def corrections(page, said: dict[str, tuple[str, str]]) -> dict[str, list[object]]:
    refused = [row for row, *_rest in page.context["refused"]]
    now = [said.get(row.account, (row.account, row.amount)) for row in refused]
    return {
        "fix-line": [row.line for row in refused], "fix-account": [account for account, _amount in now],
        "fix-amount": [amount for _account, amount in now], "fix-memo": [row.memo for row in refused],
        "fix-manager": [row.money_manager for row in refused],
    }  # fmt: skip


@pytest.mark.parametrize("name", ["bob", "mallory", "ana", "tess", "carol", ""])
def test_nobody_else_finds_a_file_corrects_it_sends_it_or_stops_it(browse, today, name, password_field):
    job = asked(today, "alice", f"{ANA},1\n{CHIDI},1\n{DANA},1", files.CHECK)
    if name != "tess":
        work(job)
    before, client = again(job).state, browse(name)
    data = {"key": str(uuid.uuid4()), password_field: PASSWORD, "errors": "csv"}

    answers = {
        client.get(reverse("fees:invoice_file", args=[job.pk])).status_code,
        client.get(f"/api/v1/invoice-files/{job.pk}/").status_code,
        client.delete(f"/api/v1/invoice-files/{job.pk}/").status_code,
        *(
            client.post(reverse(f"fees:{one}_invoice_file", args=[job.pk]), data).status_code
            for one in ("review", "send", "stop")
        ),
    }

    assert answers <= ({302, 401, 403} if not name else {403, 404})
    assert again(job).state == before
    with as_role("owner"):
        assert Job.unscoped.filter(kind=files.KIND).count() == 1
    assert sent() == []


def test_what_is_not_checked_yet_or_was_sent_is_not_sent(browse, today, password_field):
    alice = browse("alice")
    waiting = asked(today, "alice", f"{ANA},1\n{CHIDI},1\n{DANA},1", files.CHECK)
    taken = work(asked(today, "alice", f"{ANA},1\n{CHIDI},1\n{DANA},1", files.SEND))
    before = len(sent())

    for job in (waiting, taken):
        data = {"key": str(uuid.uuid4()), password_field: PASSWORD}
        assert alice.post(reverse("fees:send_invoice_file", args=[job.pk]), data).status_code == 404

    with as_role("owner"):
        assert Job.unscoped.filter(kind=files.KIND).count() == 2
    assert len(sent()) == before


@pytest.mark.parametrize(
    "said", [{"fix-line": ["x"]}, {"use": "1"}, {"skip": "x"}, {"fix-line": ["1"], "use": "1 2 3"}]
)
def test_a_forged_correction_asks_for_nothing(browse, today, said):
    job = work(asked(today, "alice", f"{ANA},1\n{CHIDI},1\n{DANA},1", files.CHECK))

    answer = browse("alice").post(reverse("fees:review_invoice_file", args=[job.pk]), said)

    assert answer.status_code == 404
    with as_role("owner"):
        assert Job.unscoped.filter(kind=files.KIND).count() == 1


def test_ten_thousand_rows_are_taken_in_by_a_few_questions_and_judged_by_none_of_them(browse, desk):
    alice = browse("alice")
    content = "".join(f"U{5_000_000 + n},1,,Planning\n" for n in range(10_000)).encode()
    with CaptureQueriesContext(connections["default"]) as asked_for:
        answer = alice.post(UPLOAD, {"file": SimpleUploadedFile("many.csv", content)})

    assert answer.status_code == 302
    assert len(asked_for) < 30
    assert not any(re.search(r"\bfees_invoice\b", one["sql"]) for one in asked_for.captured_queries)
    job = job_of(answer)
    assert (job.state, job.of) == ("waiting", 10_000)
    with CaptureQueriesContext(connections["default"]) as looked:
        assert alice.get(answer["Location"]).status_code == 200
    assert not any("rows" in one["sql"] for one in looked.captured_queries), "the rows are left where they are"


def api(client, content: str, key: str = "k1", **more):
    return client.post(
        "/api/v1/invoice-files/",
        {"name": "october.csv", "content": content, **more},
        content_type="application/json",
        headers={"Idempotency-Key": key, "Confirm-Password": PASSWORD},
    )


def test_the_api_takes_a_file_once_a_key_and_tells_each_row(browse, today):
    alice = browse("alice")
    content = f"account,amount\n{ANA},100\n{KEN},1\n{CHIDI},2\n"
    assert api(alice, content, "").status_code == 400
    assert api(alice, "account,amount\n").status_code == 400

    first, second = api(alice, content), api(alice, content)
    assert (first.status_code, second.status_code) == (202, 202)
    assert first.json()["id"] == second.json()["id"]
    assert api(alice, content + f"{DANA},1\n").status_code == 409
    with as_role("owner"):
        [job] = Job.unscoped.filter(kind=files.KIND)
    work(job)

    told_of = alice.get(f"/api/v1/invoice-files/{job.pk}/").json()
    assert (told_of["state"], told_of["done"], told_of["dry_run"]) == ("done", 3, False)
    assert [(row["account"], row["verdict"]) for row in told_of["rows"]] == [
        (ANA, "ok"),
        (KEN, "no_cap"),
        (CHIDI, "ok"),
    ]
    assert [str(one.pk) for one in sent()] == [row["invoice"] for row in told_of["rows"] if row["invoice"]]
    assert [one.amount for one in sent()] == [Decimal(100), Decimal(2)]


def test_the_api_tries_a_file_dry_and_stops_one(browse, today):
    alice = browse("alice")
    dry = api(alice, f"{ANA},100\n", dry_run=True).json()
    with as_role("owner"):
        job = Job.unscoped.get(pk=dry["id"])
    work(job)
    assert alice.get(f"/api/v1/invoice-files/{dry['id']}/").json()["rows"][0]["verdict"] == "ok"

    live = api(alice, f"{ANA},100\n", "k2").json()
    assert alice.delete(f"/api/v1/invoice-files/{live['id']}/").json()["state"] == "cancelled"
    with as_role("owner"):
        work(Job.unscoped.get(pk=live["id"]))

    assert sent() == []
