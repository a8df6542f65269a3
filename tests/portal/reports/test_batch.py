"""Reports that jobs make: submitted, made in short steps, mailed, and looked at again before they are handed out."""

from datetime import date

import pytest
from django.db import connection

from accounts.ground.access.context import as_role
from accounts.ground.jobs.models import Job, JobState
from accounts.ground.outbox.models import OutboxMessage
from accounts.ground.runs.models import Run, Seal
from accounts.ground.tree import actions as tree
from accounts.ground.tree.models import Account, Kind
from portal.lib import csvtext
from portal.reports import queries
from portal.reports.tasks import make_report
from tests.fees.posting.nights import Nights

pytestmark = pytest.mark.django_db

AUGUST, LAST = date(2025, 8, 29), date(2025, 9, 30)
SEPTEMBER = "period=custom&first=2025-09-01&last=2025-09-30"
SAID = "submitted for batch processing"


@pytest.fixture
def valued(world, settings, tmp_path):
    """Two accounts of Northgate and one of Bright with values in September, which is closed."""
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": tmp_path}},
    }
    nights = Nights(world)
    for number in ("U1000001", "I4000001", "U2000001"):
        nights.value(number, AUGUST, "100")
        nights.value(number, LAST, "110")
    run = Run.unscoped.get_or_create(day=LAST)[0]
    figures = {"billable": 0, "billed": 0, "zero": 0, "held": 0}
    Seal.unscoped.create(firm_id=world["F100001"].firm_id, day=LAST, run=run, digest="0" * 64, **figures)
    return world


@pytest.fixture
def few(monkeypatch):
    """As if the limit were two accounts."""
    monkeypatch.setattr(queries, "MOST_ACCOUNTS", 2)


@pytest.fixture
def submit(client, valued):
    """Asks for a report as somebody; the worker has not looked at it yet."""

    def ask(name, query, form="csv"):
        client.force_login(valued.users[name])
        answer = client.post(f"/reports/file/?{query}&{SEPTEMBER}", {"format": form}, follow=True)
        return Job.unscoped.order_by("-created_at").first(), answer.content.decode()

    return ask


def work(job):
    make_report(str(job.pk), job.user_id, job.seat_id)
    job.refresh_from_db(from_queryset=Job.unscoped.all())
    return job


def rows_of(client, job):
    answer = client.get(f"/exports/{job.pk}/file/")
    assert answer.status_code == 200, answer.status_code
    return [row.cells for row in csvtext.read(b"".join(answer.streaming_content))]


@pytest.mark.slow
def test_rep_5_a_thousand_and_one_accounts_are_submitted_and_appear_in_the_list(client, valued, submit):
    top = valued["F100001"]
    with as_role("owner"):
        for place in range(999):
            account = tree.create_account(
                parent=top, kind=Kind.CLIENT, number=f"U55{place:05d}", title=f"Client {place}", day=date(2025, 1, 2),
                base_currency="USD",
            )  # fmt: skip
            tree.open_account(account=account, day=date(2025, 1, 2))
    numbers = [*Account.unscoped.filter(number__startswith="U55").values_list("number", flat=True), "U1000001"]

    client.force_login(valued.users["alice"])
    query = f"/reports/file/?report=performance&{SEPTEMBER}"
    at_once = client.post(query, {"format": "csv", "accounts": " ".join(numbers)})
    assert at_once["Content-Type"].startswith("text/csv")
    assert not Job.unscoped.exists()

    numbers.append("I4000001")
    answer = client.post(query, {"format": "csv", "accounts": " ".join(numbers)}, follow=True)
    assert SAID in answer.content.decode()
    job = Job.unscoped.get()
    assert f"/exports/{job.pk}/" in answer.content.decode()
    given = {"report": "performance", "accounts": numbers, "period": "previous_month"}
    over_the_api = client.post("/api/v1/reports/", given, content_type="application/json")
    assert (over_the_api.status_code, SAID in over_the_api.json()["said"]) == (202, True)

    assert work(job).state == JobState.DONE
    assert [row[0] for row in rows_of(client, job)[:4]] == ["Account ID", "I4000001", "U1000001", "All as one"]
    assert f"/exports/{job.pk}/" in client.get("/reports/").content.decode()


def test_a_page_of_a_large_report_shows_no_figures_and_offers_the_job(client, valued, few):
    client.force_login(valued.users["alice"])
    page = client.get(f"/reports/performance/?{SEPTEMBER}").content.decode()

    assert "batch processing" in page
    assert "110.00" not in page
    assert client.get(f"/api/v1/reports/figures/?report=performance&{SEPTEMBER}").status_code == 409


def test_more_lines_than_the_limit_are_submitted_as_well(client, valued, monkeypatch):
    monkeypatch.setattr(queries, "MOST_ACTIVITIES", 0)
    assert "110.00" in _page(client, valued)
    with connection.cursor() as cur:
        cur.execute(
            "INSERT INTO broker_cashline (firm_id, account_id, key, kind, currency, amount, report_on, symbol,"
            " trade_id, reference, description, file_id)"
            " SELECT firm_id, id, 'k', 'Dividends', 'USD', 1, %s, '', '', '', '', 0 FROM accounts_account"
            " WHERE number = 'U1000001'",
            [LAST],
        )
    assert "batch processing" in _page(client, valued)


def _page(client, world):
    client.force_login(world.users["alice"])
    return client.get(f"/reports/activity/?{SEPTEMBER}").content.decode()


def test_the_finished_report_is_mailed_as_a_link_that_says_nothing_of_the_accounts(client, valued, few, submit):
    valued.users["alice"].email = "alice@example.com"
    valued.users["alice"].save(update_fields=["email"])
    job, _page = submit("alice", "report=performance")
    work(job)

    with as_role("owner"):
        mail = OutboxMessage.unscoped.get(natural_key__startswith=f"report {job.pk}")
    assert mail.recipient == "alice@example.com"
    assert f"/exports/{job.pk}/" in mail.body
    assert not any(word in mail.body for word in ("U1000001", "Kestrel", "110"))
    client.logout()
    assert client.get(f"/exports/{job.pk}/").status_code in (302, 404)


def test_the_file_is_its_askers_alone(client, valued, few, submit):
    job, _page = submit("alice", "report=performance")
    work(job)
    for name in ("bob", "vera", "mallory", "ana", "frank", ""):
        client.logout()
        if name:
            client.force_login(valued.users[name])
        for address in (f"/exports/{job.pk}/", f"/exports/{job.pk}/file/", f"/api/v1/reports/{job.pk}/",
                        f"/api/v1/reports/{job.pk}/file/"):  # fmt: skip
            assert client.get(address).status_code in (302, 401, 403, 404), (name, address)
        if name not in ("", "frank"):
            assert f"/exports/{job.pk}/" not in client.get("/reports/").content.decode()


def test_an_account_that_has_left_since_takes_the_file_with_it(client, valued, monkeypatch, submit):
    monkeypatch.setattr("portal.reports.queries.MOST_ACCOUNTS", 0)
    job, _page = submit("bob", "report=performance")
    work(job)
    assert rows_of(client, job)[1][0] == "U2000001"

    with as_role("owner"):
        Account.unscoped.filter(number="U2000001").update(
            practice_id=valued["F100001"].practice_id, parent_id=valued["F100001"].pk, level=2, parent_kind="top_master"
        )
    for address in (f"/exports/{job.pk}/file/", f"/api/v1/reports/{job.pk}/file/"):
        assert client.get(address).status_code == 404


def test_an_account_that_leaves_before_the_job_begins_refuses_all_of_it(client, valued, monkeypatch, submit):
    monkeypatch.setattr("portal.reports.queries.MOST_ACCOUNTS", 0)
    job, _page = submit("bob", "report=performance&accounts=U2000001")
    with as_role("owner"):
        Account.unscoped.filter(number="U2000001").update(
            practice_id=valued["F100001"].practice_id, parent_id=valued["F100001"].pk, level=2, parent_kind="top_master"
        )

    assert work(job).state == JobState.FAILED
    assert job.result is None


def test_asked_twice_while_it_waits_it_is_one_job_and_made_twice_it_is_made_once(valued, few, submit):
    first, _page = submit("alice", "report=performance")
    second, _page = submit("alice", "report=performance")
    assert first.pk == second.pk

    made = work(first).result
    assert work(first).result == made


def test_a_job_whose_worker_was_killed_begins_anew(client, valued, few, submit):
    job, _page = submit("alice", "report=performance")
    Job.unscoped.filter(pk=job.pk).update(state=JobState.RUNNING, done=1)

    assert work(job).state == JobState.DONE
    assert [row[0] for row in rows_of(client, job)[1:5]] == ["I4000001", "U2000001", "U1000001", "All as one"]


def test_a_stopped_job_makes_no_file_and_a_seat_that_has_ended_none_either(client, valued, few, submit):
    job, _page = submit("alice", "report=performance")
    client.post(f"/exports/{job.pk}/stop/")
    assert work(job).state == JobState.CANCELLED

    other, _page = submit("alice", "report=fees")
    valued.seats["alice"].is_active = False
    valued.seats["alice"].save(update_fields=["is_active"])
    assert work(other).result is None


@pytest.mark.parametrize("form", ["csv", "xlsx", "pdf"])
@pytest.mark.parametrize("kind", ["activity", "summary", "performance", "income", "fees"])
def test_every_report_is_made_in_every_form_and_its_progress_ends_full(client, valued, few, submit, kind, form):
    job, _page = submit("alice", f"report={kind}", form)

    assert work(job).state == JobState.DONE, job.message
    assert job.done == job.of > 0
    assert client.get(f"/exports/{job.pk}/file/").status_code == 200


def test_a_job_writes_days_and_numbers_as_who_asked_for_it_reads_them(client, valued, few, submit):
    client.force_login(valued.users["alice"])
    client.post("/preferences/dates/", {"dates": "day_first"})
    client.post("/preferences/numbers/", {"numbers": "point_comma"})
    job, _page = submit("alice", "report=performance&mode=separate&currency=USD")
    rows = rows_of(client, work(job))
    assert any(row[0].startswith("Values of 30.09.2025 by advisor 330,00") for row in rows)
