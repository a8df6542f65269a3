"""Files of lists: what stands in them, whose they are, and that no cell becomes a formula."""

import io
import zipfile
from datetime import date
from decimal import Decimal

import pytest
from django.utils import timezone

from accounts.broker.feed.job import ensure_partitions
from accounts.broker.feed.models import NavDaily
from accounts.ground.access.context import acting
from accounts.ground.jobs.models import Job, JobState
from accounts.ground.runs.models import Run, Seal
from accounts.ground.tree.models import Account
from portal.exports.actions import ask, ask_once
from portal.exports.tasks import make_export
from portal.lib import csvtext, xlsx

pytestmark = pytest.mark.django_db

SEALED = date(2026, 11, 19)
VALUES = {"U1000001": "1000.50", "I4000001": "200.25", "U2000001": "4000.00", "U9000001": "77.00"}


@pytest.fixture
def valued(world, settings, tmp_path):
    """Northgate's clients in dollars: 1,200.75 of its own and 4,000.00 of Bright's."""
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": tmp_path}},
    }
    ensure_partitions(SEALED, SEALED)
    for number, nlv in VALUES.items():
        NavDaily.unscoped.create(nav_date=SEALED, account_id=world[number].pk, nlv=Decimal(nlv), currency="USD")
    run = Run.unscoped.create(day=SEALED)
    for number in ("F100001", "F900001"):
        figures = {"billable": 0, "billed": 0, "zero": 0, "held": 0}
        Seal.unscoped.create(firm_id=world[number].firm_id, day=SEALED, run=run, digest="0" * 64, **figures)
    return world


@pytest.fixture
def export(client, valued):
    """`export("alice", "/accounts/export/?by=advisor")` asks, lets the worker work, and fetches the file."""

    def fetch(name, address, **fields):
        client.force_login(valued.users[name])
        page = client.post(address, fields)
        assert page.status_code == 302, page.status_code
        job = Job.unscoped.get(pk=page["Location"].strip("/").split("/")[1])
        make_export(str(job.pk), job.user_id, job.seat_id)
        answer = client.get(f"{page['Location']}file/")
        return b"".join(answer.streaming_content) if answer.status_code == 200 else answer.status_code

    return fetch


def table(content):
    return [row.cells for row in csvtext.read(content)]


def test_hie_5_by_advisor_and_by_client_come_to_the_same_grand_total(export):
    by_advisor = table(export("alice", "/accounts/export/?by=advisor"))
    by_client = table(export("alice", "/accounts/export/"))

    sums = [(row[0], row[1], row[-1]) for row in by_advisor if row[0] in ("Subtotal", "Total")]
    assert sums == [
        ("Subtotal", "Northgate Advisors", "1200.75"),
        ("Subtotal", "Brightwell LLC", "4000.00"),
        ("Subtotal", "Lakeside LLC", "0.00"),
        ("Total", "USD", "5200.75"),
    ]
    assert [row[0] for row in by_client if row[0] in ("Subtotal", "Total")] == ["Total"]
    assert by_client[-1] == by_advisor[-1]
    assert len(by_client) == 1 + 7 + 1


def test_a_second_level_advisor_exports_its_own_clients_only(export):
    rows = table(export("bob", "/accounts/export/?by=advisor"))

    assert [row[0] for row in rows[1:]] == ["U2000001", "Total"]


def test_only_the_chosen_rows_of_those_one_may_see(export):
    rows = table(export("bob", "/accounts/export/", which="chosen", chosen=["U2000001", "U1000001"]))

    assert [row[0] for row in rows[1:]] == ["U2000001", "Total"]


def test_a_title_that_looks_like_a_formula_stays_text(export, valued):
    Account.unscoped.filter(number="U1000001").update(title="=HYPERLINK(1)")

    rows = table(export("alice", "/accounts/export/?q=U1000001&sort=title"))
    book = export("alice", "/accounts/export/?q=U1000001&sort=title", format="xlsx")

    assert rows[1][1] == "'=HYPERLINK(1)"
    sheet = zipfile.ZipFile(io.BytesIO(book)).read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet
    assert "=HYPERLINK(1)" in sheet


def test_a_file_is_there_for_who_asked_and_nobody_else(export, client, valued):
    export("alice", "/accounts/export/")
    job = Job.unscoped.get()
    for name in ("bob", "mallory", "vera"):
        client.force_login(valued.users[name])

        assert client.get(f"/exports/{job.pk}/").status_code == 404
        assert client.get(f"/exports/{job.pk}/file/").status_code == 404
        assert client.post(f"/exports/{job.pk}/stop/").status_code == 404


def test_who_may_not_see_reports_gets_no_fees(client, valued):
    client.force_login(valued.users["tess"])

    assert client.post("/fees/export/").status_code == 403
    assert not Job.unscoped.exists()


def test_a_file_of_some_rows_is_not_taken_for_that_of_all(valued):
    with acting(valued.users["alice"].pk) as who:
        same = {"who": who, "table": "accounts", "query": "", "form": "csv", "at": timezone.now()}
        some = ask(**same, chosen=["U1000001"])
        whole = ask_once(**same)
        assert whole.pk != some.pk
        assert ask_once(**same).pk == whole.pk


def test_a_stopped_job_makes_no_file(client, valued):
    client.force_login(valued.users["alice"])
    page = client.post("/accounts/export/")["Location"]
    client.post(f"{page}stop/")
    job = Job.unscoped.get()

    make_export(str(job.pk), job.user_id, job.seat_id)

    assert Job.unscoped.get().state == JobState.CANCELLED
    assert client.get(f"{page}file/").status_code == 404


def test_a_right_that_has_ended_since_is_not_used(client, valued):
    client.force_login(valued.users["alice"])
    client.post("/accounts/export/")
    job = Job.unscoped.get()
    valued.seats["alice"].is_active = False
    valued.seats["alice"].save(update_fields=["is_active"])

    make_export(str(job.pk), job.user_id, job.seat_id)

    assert Job.unscoped.get().result is None


def test_a_workbook_keeps_numbers_days_and_signs():
    book = xlsx.write_bytes([["a"], [Decimal("-1.50")], [date(2026, 11, 19)], ["<&\x01"]])

    sheet = zipfile.ZipFile(io.BytesIO(book)).read("xl/worksheets/sheet1.xml").decode()

    assert "<v>-1.50</v>" in sheet
    assert "<v>46345</v>" in sheet  # 19 November 2026 is day 46,345 of the spreadsheet's count
    assert "&lt;&amp;\ufffd" in sheet
