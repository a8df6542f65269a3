"""The night's first stage: files of the folder, accounts without a value, and letting them back in."""

import os
from datetime import UTC, date, datetime

import pytest
from django.db import ProgrammingError, transaction
from django.db.models import F

from accounts.broker.feed.night import feed_stage
from accounts.broker.models import NavDaily, StatementFile
from accounts.ground.access.context import as_role, cursor
from accounts.ground.models import Account, Hold, Request, Run, RunStage, Seal
from tests.broker.flex import ANA, AT, CHIDI, DANA, DAY, KEN, NINA, document, nav, statement, stored

HOLDING = {ANA, KEN, CHIDI, DANA, NINA, "I4000001", "U4000001", "U4000002"}


@pytest.fixture
def run(world) -> Run:
    Account.unscoped.filter(opened_on__isnull=False).update(funded_on=F("opened_on"))
    return Run.unscoped.create(day=DAY, asked_at=AT, started_at=AT)


def night(run: Run):
    with as_role("night"):
        return feed_stage(run, run.day)


def all_but(*missing: str) -> bytes:
    return document(*(statement(nav("100"), account=number) for number in sorted(HOLDING - {*missing})))


def test_accounts_without_a_value_are_held_and_the_rest_goes_on(desk, run):
    desk.load(all_but(ANA, DANA))

    result = night(run)

    assert (result.rows, result.problem, result.figures["missing"]) == (6, "", 2)
    holds = Hold.unscoped.all()
    assert {(hold.account.number, hold.stage, hold.reason) for hold in holds} == {
        (ANA, "accrue", "no_nav"),
        (DANA, "accrue", "no_nav"),
    }
    pending = Request.unscoped.filter(finished_at=None)
    assert {(request.account_id, request.kind) for request in pending} == {(h.account_id, "statement") for h in holds}


def test_an_account_that_was_never_funded_owes_no_value_until_one_came_or_a_fee_is_agreed(desk, run):
    Account.unscoped.filter(number__in=(ANA, CHIDI, DANA)).update(funded_on=None)
    desk.load(document(*(statement(nav("100", "20260227"), account=number, first="20260227") for number in (DANA,))))
    desk.load(all_but(ANA, CHIDI, DANA))
    agreed = f"SELECT id FROM accounts_account WHERE number = '{CHIDI}'"

    with as_role("night"):
        feed_stage(run, run.day, agreed=agreed)

    assert set(Hold.unscoped.values_list("account__number", flat=True)) == {CHIDI, DANA}


def test_a_gap_stays_a_gap_on_the_days_after_it(desk, run):
    Account.unscoped.filter(number=ANA).update(funded_on=None)
    desk.load(document(statement(nav("100", "20260227"), first="20260227")), all_but(ANA))
    night(run)
    following = Run.unscoped.create(day=date(2026, 3, 3), asked_at=AT, started_at=AT)
    desk.load(document(statement(nav("1", "20260303"), account=KEN, first="20260303")))
    night(following)

    assert Hold.unscoped.filter(account__number=ANA).count() == 2
    assert Request.unscoped.get(account__number=ANA).detail["days"] == 2


def test_the_stage_run_twice_changes_nothing(desk, run):
    desk.load(all_but(ANA))
    night(run)
    before = list(Hold.unscoped.values()), list(Request.unscoped.values())

    night(run)

    assert (list(Hold.unscoped.values()), list(Request.unscoped.values())) == before


def test_a_value_that_comes_lets_its_account_back_in(desk, run):
    desk.load(all_but(ANA))
    night(run)

    desk.statements(statement(nav("7")))

    assert Hold.unscoped.get().resolved_at == AT
    assert Request.unscoped.get().finished_at == AT
    assert night(run).figures["missing"] == 0


def test_a_value_that_comes_after_the_day_was_accrued_asks_for_a_retry(desk, run):
    desk.load(all_but(ANA))
    night(run)
    RunStage.unscoped.create(run=run, ordinal=3, name="accrue", state="done")

    desk.statements(statement(nav("7")))

    hold = Hold.unscoped.get()
    assert (hold.resolved_at, hold.retry_asked_at) == (None, AT)
    assert Request.unscoped.get().finished_at == AT


def test_a_bad_statement_of_a_sealed_day_only_waits_for_a_better_one(desk, run):
    firm = Account.unscoped.get(number=ANA).firm
    Seal.unscoped.create(firm=firm, day=DAY, run=run, digest="0" * 64, billable=0, billed=0, zero=0, held=0)

    desk.statements(statement(nav("NaN")))
    assert Hold.unscoped.get().stage == "statement"

    desk.statements(statement(nav("7")))
    assert Hold.unscoped.get().resolved_at == AT


def test_a_day_without_a_single_value_waits_for_its_files(desk, run):
    result = night(run)

    assert "No net asset value of 2026-03-02 has arrived" in result.problem
    assert not Hold.unscoped.exists()


def test_an_account_held_by_a_bad_statement_is_not_held_twice(desk, run):
    desk.load(all_but(ANA), document(statement(nav("NaN"))))

    night(run)

    assert [hold.reason for hold in Hold.unscoped.all()] == ["bad_value"]


@pytest.mark.parametrize(
    "change",
    [
        {"status": "C", "closed_on": DAY},
        {"opened_on": date(2026, 3, 3), "funded_on": date(2026, 3, 3)},
        {"funded_on": date(2026, 3, 9)},
        {"status": "P", "opened_on": None, "funded_on": None},
    ],
)
def test_accounts_that_are_not_open_that_day_owe_no_value(desk, run, change):
    desk.load(all_but(ANA))
    Account.unscoped.filter(number=ANA).update(**change)

    assert night(run).figures["missing"] == 0


def test_files_of_the_folder_are_loaded_first_and_once(desk, run, settings):
    settings.STATEMENTS_DIR = str(desk.folder)
    path = desk.put(all_but(), "day.xml")
    desk.put(b"<broken", "bad.xml")
    desk.put(b"never looked at", "later.xml.part")
    for one in desk.folder.iterdir():
        os.utime(one, (AT.timestamp() - 60, AT.timestamp() - 60))

    first, second = night(run), night(run)

    assert (first.figures["files"], first.figures["unreadable"], first.rows) == (2, 1, 8)
    assert (second.figures["files"], second.rows) == (0, 8)
    assert StatementFile.unscoped.get(name="day.xml").state == "loaded"
    os.utime(path, (AT.timestamp() + 60, AT.timestamp() + 60))
    assert night(run).figures["files"] == 1, "a file written again is looked at again"


def test_a_file_of_a_later_day_is_no_mistake_of_an_old_night(desk, run, settings):
    settings.STATEMENTS_DIR = str(desk.folder)
    path = desk.put(document(statement(nav("5", "20260310"), first="20260310")), "later.xml")
    written = datetime(2026, 3, 11, tzinfo=UTC).timestamp()
    os.utime(path, (written, written))

    night(run)

    assert stored(ANA, date(2026, 3, 10)) is not None


def test_months_are_made_ahead_by_the_owner_alone(world):
    with as_role("night"), cursor() as cur:
        cur.execute("SELECT broker_ensure_partitions('2027-01-15', '2027-03-01')")
        assert cur.fetchone()[0] == 3
        cur.execute("SELECT broker_ensure_partitions('2027-01-15', '2027-03-01')")
        assert cur.fetchone()[0] == 0


@pytest.mark.parametrize("span", ["'2027-02-01', '2027-01-01'", "'1900-01-01', '1900-02-01'", "NULL, '2027-01-01'"])
def test_no_month_is_made_for_a_span_that_makes_no_sense(world, span):
    with as_role("night"), pytest.raises(Exception, match="no partitions"), transaction.atomic(), cursor() as cur:
        cur.execute(f"SELECT broker_ensure_partitions({span})")


@pytest.mark.parametrize("role", ["portal_web", "portal_worker", "portal_office", "portal_night"])
def test_nobody_reads_a_month_past_its_policies(desk, as_role, role):
    desk.statements(statement(nav("5")))

    with as_role(role), pytest.raises(ProgrammingError), transaction.atomic(), cursor() as cur:
        cur.execute("SELECT * FROM broker_navdaily_202603")


@pytest.mark.parametrize("role", ["portal_web", "portal_worker", "portal_office"])
def test_only_the_night_makes_months(world, as_role, role):
    with as_role(role), pytest.raises(ProgrammingError), transaction.atomic(), cursor() as cur:
        cur.execute("SELECT broker_ensure_partitions('2027-01-15', '2027-03-01')")


@pytest.mark.parametrize(
    ("name", "seen"),
    [
        ("alice", {ANA, KEN, CHIDI, DANA, "I4000001", "U4000001", "U4000002"}),
        ("bob", {CHIDI}),
        ("sam", {"I4000001", "U4000001", "U4000002"}),
        ("ana", {ANA}),
        ("mallory", {NINA}),
        ("frank", set()),
    ],
)
def test_each_person_sees_the_values_of_their_accounts(desk, world, as_role, name, seen):
    from accounts.ground.access.context import enter

    desk.load(all_but())

    with as_role("portal_web"):
        enter(world.users[name].pk)
        assert set(NavDaily.unscoped.values_list("account__number", flat=True)) == seen
