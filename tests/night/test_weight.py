"""What a night weighs: statements that do not grow with the accounts, bytes of log a line, memory that stays flat."""

import tracemalloc
from datetime import date

import pytest
from django.db import connections, transaction
from django.test.utils import CaptureQueriesContext

from accounts.ground.access.context import as_role
from accounts.ground.days.actions import seed
from accounts.ground.runs import work
from accounts.ground.runs.models import Run, RunStage
from accounts.ground.runs.work import plan
from bench import generate
from fees.accrual.models import Accrual
from fees.posting.posting import post_chunk
from portal import nightly

DAYS = [date(2026, 3, 2), date(2026, 3, 3)]
FEW, MANY = 200, 3000


@pytest.fixture
def generated(own_database):
    """The bench's accounts, as many as asked for."""

    def make(count: int) -> None:
        with as_role("owner"):
            seed(first_year=2024, last_year=2027)
        generate.accounts(count)
        generate.values(DAYS)

    return make


def night(day: date) -> int:
    """Statements of one whole night."""
    with as_role("night"):
        run = Run.unscoped.create(day=day)
        plan(run, nightly.STAGES)
    with as_role("night"), CaptureQueriesContext(connections["night"]) as queries:
        assert nightly.work_on(run.pk)
    return len(queries)


@pytest.mark.parametrize("count", [FEW, MANY])
def test_a_night_makes_as_many_statements_for_many_as_for_few(generated, count):
    generated(count)

    # what the stages themselves are worth, with 200 accounts as with 3,000
    assert night(DAYS[0]) < 500

    with as_role("night"):
        assert Accrual.unscoped.count() == count


def test_a_line_costs_its_own_bytes_and_no_more(generated):
    """Two secondary indexes or a foreign key would show at once: 190 to 210 bytes are the line and its key."""
    generated(MANY)
    with as_role("night"):
        run = Run.unscoped.create(day=DAYS[0])
        plan(run, nightly.STAGES)
    nightly.work_on(run.pk, until="rollup")
    with connections["owner"].cursor() as cur:
        cur.execute("SELECT fees_ensure_month(%s)", [DAYS[0]])
        cur.execute("SELECT pg_current_wal_insert_lsn()")
        before = cur.fetchone()[0]
        nightly.work_on(run.pk, until="accrue")
        cur.execute("SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), %s)", [before])
        written = cur.fetchone()[0]

    with as_role("night"):
        assert RunStage.unscoped.get(run=run, name="accrue").rows == MANY
    assert written / MANY < 240


CHARGES = """
    INSERT INTO fees_charge (id, firm_id, account_id, practice_id, method, starts, ends, period_end_day, currency,
                             exact, amount, state, reason, due_on, inputs, fingerprint, run_id, revision)
    SELECT md5(id::text)::uuid, firm_id, id, practice_id, 2, '2026-02-01', '2026-03-01', '2026-02-27', 'USD',
           1, 1, 'due', '', %(day)s, '', repeat('0', 64), %(run)s, 0
      FROM accounts_account WHERE kind = 'client'"""
READ = """
    SELECT sum(coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0)) FROM pg_stat_xact_user_tables
     WHERE relname IN ('accounts_book', 'fees_charge', 'accounts_account')"""


def test_a_posting_reads_as_much_as_it_posts_and_not_its_square(generated):
    """Every account is charged for the first time: nothing tells the planner how many books and charges there are."""
    generated(MANY)
    with as_role("night"), transaction.atomic(using="night"), connections["night"].cursor() as cur:
        run = Run.unscoped.create(day=DAYS[0])
        cur.execute(CHARGES, {"day": DAYS[0], "run": run.pk})
        posted = post_chunk(run, DAYS[0], 0, work.LAST_ID, 1)
        cur.execute(READ)
        read = cur.fetchone()[0]

    assert posted.rows == MANY
    # about twenty rows for each charge: itself, its account and its books, some of them several times
    assert read / MANY < 60


def test_the_check_needs_memory_for_a_chunk_and_not_for_the_book(generated, monkeypatch):
    generated(MANY)
    monkeypatch.setattr(work, "SMALLEST_CHUNK", 100)
    with as_role("night"):
        run = Run.unscoped.create(day=DAYS[0])
        plan(run, nightly.STAGES)
    nightly.work_on(run.pk, until="accrue")

    tracemalloc.start()
    nightly.work_on(run.pk, until="check")
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    # thirty chunks of a hundred accounts; a chunk's text is about 30 kB
    assert peak < 2_000_000
