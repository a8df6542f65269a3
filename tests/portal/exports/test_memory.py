"""Files of many accounts are written while they are read: ten times the accounts take no more memory."""

import tracemalloc
from datetime import date

import pytest
from django.core.files.storage import default_storage
from django.db import connection

from accounts.broker.feed.job import ensure_partitions
from accounts.ground.access.context import as_role
from accounts.ground.jobs.models import Job, JobState
from portal.exports.tasks import make_export
from portal.reports.tasks import make_report
from tests.portal.reports.test_pages import LAST, nights, sealed  # noqa: F401 (fixtures)

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

SEPTEMBER = "period=custom&first=2025-09-29&last=2025-09-30"
FILES = {"accounts": "/accounts/export/"}
FILES |= {one: f"/reports/file/?report={one}&{SEPTEMBER}" for one in ("fees", "activity", "summary", "performance")}
FEW, MANY = 80, 800
# What is read at a time, made small enough that few accounts already fill it.
READ_AT_ONCE = 50


def opened(world, first, last):
    """So many clients of Northgate's own, each with a value and a line of cash on the last day."""
    top = world["F100001"]
    ensure_partitions(LAST, LAST)
    with as_role("owner"), connection.cursor() as cur:
        cur.execute(
            """
            INSERT INTO accounts_account (firm_id, practice_id, parent_id, parent_kind, kind, level, number, title,
                   alias, sort_key, base_currency, account_type, customer_type, margin_kind, entity, status, opened_on)
            SELECT firm_id, practice_id, id, kind, 'client', level + 1, 'U' || (7000000 + g), 'Client ' || g, '',
                   'client ' || g, 'USD', 'Individual', '', 'margin', '', 'O', %s
              FROM accounts_account, generate_series(%s, %s) g WHERE id = %s
            """,
            [date(2025, 1, 2), first, last, top.pk],
        )
        cur.execute(
            "INSERT INTO broker_navdaily (nav_date, account_id, nlv, flow, currency)"
            " SELECT %s, id, 100 + id, 0, 'USD' FROM accounts_account WHERE number BETWEEN %s AND %s",
            [LAST, f"U{7000000 + first}", f"U{7000000 + last}"],
        )
        cur.execute(
            """
            INSERT INTO broker_cashline (firm_id, account_id, key, kind, currency, amount, report_on, symbol, trade_id,
                   reference, description, file_id)
            SELECT firm_id, id, 'c' || id, 'Dividends', 'USD', 1, %s, '', '', '', '', 1
              FROM accounts_account WHERE number BETWEEN %s AND %s
            """,
            [LAST, f"U{7000000 + first}", f"U{7000000 + last}"],
        )


@pytest.fixture
def peak(client, world, monkeypatch, settings, tmp_path):
    """The highest memory, in bytes, while a file is made; and how many rows of accounts it has."""
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": tmp_path}},
    }
    monkeypatch.setattr("portal.reports.queries.MOST_ACCOUNTS", READ_AT_ONCE)
    monkeypatch.setattr("portal.reports.queries.BATCH", READ_AT_ONCE)
    monkeypatch.setattr("portal.reports.sums.CHUNK", READ_AT_ONCE)
    monkeypatch.setattr("portal.exports.tables.CHUNK", READ_AT_ONCE)
    monkeypatch.setattr("portal.reports.actions.STEP", READ_AT_ONCE)
    client.force_login(world.users["alice"])

    def measured(name, form):
        Job.unscoped.all().delete()
        assert client.post(FILES[name], {"format": form}).status_code == 302
        job = Job.unscoped.get()
        tracemalloc.start()
        (make_export if name == "accounts" else make_report)(str(job.pk), job.user_id, job.seat_id)
        highest = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        job.refresh_from_db(from_queryset=Job.unscoped.all())
        assert job.state == JobState.DONE
        with default_storage.open(job.result["file"]) as made:
            return highest, made.read().count(b"U7") if form == "csv" else 0

    return measured


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_ten_times_the_accounts_take_no_more_memory(sealed, peak, form):  # noqa: F811
    opened(sealed, 1, FEW)
    for name in FILES:
        peak(name, form)  # what a first file of a process loads
    few = {name: peak(name, form) for name in FILES}
    opened(sealed, FEW + 1, MANY)
    many = {name: peak(name, form) for name in FILES}

    if form == "csv":  # an activity statement has the value and the line of each
        assert {name: one[1] for name, one in many.items()} == dict.fromkeys(FILES, MANY) | {"activity": 2 * MANY}
    assert {name for name in FILES if many[name][0] > few[name][0] * 1.25} == set()
