"""Which nights may be run, in which order, what they come to, and that a night that is done stays as it is."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connections
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.ground.access.context import as_role
from accounts.ground.days.actions import override
from accounts.ground.runs.actions import answer, hold_account, release, retry
from accounts.ground.runs.models import Hold, Run, RunStage, Seal
from fees.accrual.models import Accrual, AdviserDaily
from fees.posting.models import Charge
from fees.schedules.models import RunSchedule
from portal import nightly
from tests.night import book
from tests.night.book import CLOSING, EVENING, FIRST, LAST

BEFORE = date(2025, 9, 29)


def through(day: date) -> list[dict]:
    return list(nightly.through(day, at=EVENING))


def test_the_whole_stretch_is_billed_and_sealed(billed_world):
    nights = through(LAST)

    assert [one["day"] for one in nights] == [day.isoformat() for day in book.days()]
    assert {(one["state"], one["problem"]) for one in nights} == {("done", "")}
    assert all(one["ledger_balanced"] and len(one["seals"]) == 2 for one in nights)
    with as_role("night"):
        # eight components accrue on thirteen days, but Dana's has no value on one of them
        assert Accrual.unscoped.count() == 8 * 13 - 1
        assert AdviserDaily.unscoped.count() == 4 * 13
        assert Seal.unscoped.count() == 2 * 13


def test_what_closes_on_the_last_day_of_september_posts_on_the_first_of_october(billed_world):
    """Twelve business days from 15 to 30 September, worked by hand."""
    through(LAST)

    with as_role("night"):
        at_end = Charge.unscoped.get(method=5)
        flat = Charge.unscoped.get(method=22)
    # 1,500,077 x 1 % x 12 / 252 and 6,000 x 12 / 252
    assert (at_end.amount, at_end.period_end_day, at_end.posted_on) == (Decimal("714.32"), CLOSING, LAST)
    assert (flat.amount, flat.period_end_day, flat.posted_on) == (Decimal("285.71"), CLOSING, LAST)
    # 100,077 x 5 % / 252: the day's fee posts a business day later
    with as_role("night"):
        daily = Charge.unscoped.get(method=1, period_end_day=CLOSING)
    assert (daily.amount, daily.posted_on) == (Decimal("19.86"), LAST)


def test_a_night_that_is_done_only_says_so(billed_world):
    first = nightly.night(FIRST, at=EVENING)

    with as_role("night"), CaptureQueriesContext(connections["night"]) as queries:
        second = nightly.night(FIRST, at=EVENING + timedelta(days=90))

    assert second == first
    assert len(queries) <= 8
    assert sum(float(query["time"]) for query in queries) < 0.05
    assert not [query for query in queries if not query["sql"].lstrip().startswith("SELECT")]


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (date(2025, 9, 20), "not a business day"),
        (date(2025, 9, 1), "not a business day"),
        (date(2025, 10, 2), "has not come yet"),
        (date(1999, 1, 4), "does not reach"),
    ],
    ids=["Saturday", "Labor Day", "tomorrow", "last century"],
)
def test_a_day_that_cannot_be_billed_is_refused(billed_world, day, words):
    with pytest.raises(nightly.NightRefused, match=words):
        nightly.night(day, at=EVENING)

    with as_role("night"):
        assert not Run.unscoped.exists()


def test_nights_are_run_in_order(billed_world):
    nightly.night(FIRST, at=EVENING)

    with pytest.raises(nightly.NightRefused, match="2025-09-16 comes first"):
        nightly.night(CLOSING, at=EVENING)
    with pytest.raises(nightly.NightRefused, match="2025-09-15 has been run"):
        nightly.night(FIRST - timedelta(days=3), at=EVENING)
    assert [one["day"] for one in through(date(2025, 9, 17))] == ["2025-09-16", "2025-09-17"]


def test_a_day_without_statements_waits_for_them(billed_world):
    through(LAST)
    tomorrow = EVENING + timedelta(days=1)

    held = nightly.night(date(2025, 10, 2), at=tomorrow)

    assert held["state"] == "held"
    assert "No net asset value of 2025-10-02" in held["problem"]
    with pytest.raises(nightly.NightRefused, match="2025-10-02 is not finished"):
        nightly.night(date(2025, 10, 3), at=EVENING + timedelta(days=2))


def test_catching_up_ends_with_the_night_that_cannot_be_finished(billed_world, capsys, monkeypatch):
    after = EVENING + timedelta(days=2)
    monkeypatch.setattr("django.utils.timezone.now", lambda: after)

    with pytest.raises(SystemExit):
        call_command("night", through=date(2025, 10, 3), json=True)

    last = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (last["day"], last["state"], last["nights"]) == ("2025-10-02", "held", 14)
    assert "No net asset value" in last["problem"]


def test_a_closed_exchange_is_no_night(billed_world, own_world):
    with as_role("owner"):
        override(day=date(2025, 9, 16), is_business=False, name="Storm", by=own_world.users["olga"].pk)

    assert [one["day"] for one in through(date(2025, 9, 17))] == ["2025-09-15", "2025-09-17"]


def test_what_is_due_is_run_by_itself_after_the_close(billed_world):
    through(BEFORE)
    morning = datetime(2025, 9, 30, 14, tzinfo=UTC)

    assert nightly.claim_due_nights(at=morning) == 0
    assert not nightly.is_due(at=morning)
    assert nightly.claim_due_nights(at=datetime(2025, 10, 1, 1, tzinfo=UTC)) == 1
    with as_role("night"):
        assert Run.unscoped.latest("day").day == CLOSING


def test_days_that_nobody_ran_are_caught_up(billed_world):
    assert nightly.claim_due_nights(at=EVENING) == 13
    assert nightly.claim_due_nights(at=EVENING) == 0


def test_nothing_is_due_where_nothing_was_ever_loaded(own_world):
    assert nightly.claim_due_nights(at=EVENING) == 0


def test_a_night_asked_for_by_the_back_office_is_found_by_the_workers(billed_world):
    with as_role("office"):
        run = nightly.request(FIRST, at=EVENING)
        assert run.state == "waiting"

    assert nightly.claim_due_nights(at=datetime(2025, 9, 15, 23, tzinfo=UTC)) == 1
    with as_role("night"):
        assert Run.unscoped.get().state == "done"


def test_a_held_night_is_taken_up_when_asked_again(billed_world):
    through(LAST)
    tomorrow = EVENING + timedelta(days=1)
    nightly.night(date(2025, 10, 2), at=tomorrow)
    with as_role("owner"), connections["owner"].cursor() as cur:
        cur.execute(
            "INSERT INTO broker_navdaily (nav_date, account_id, nlv, flow, currency)"
            " SELECT '2025-10-02', account_id, nlv, 0, currency FROM broker_navdaily WHERE nav_date = %s",
            [LAST],
        )

    with as_role("office"):
        assert nightly.request_again(Run.unscoped.latest("day"), at=tomorrow)

    assert nightly.claim_due_nights(at=tomorrow) == 1
    with as_role("night"):
        assert Run.unscoped.latest("day").state == "done"


def test_a_held_night_is_looked_at_again_at_every_call_of_beat(billed_world):
    """Held some seconds after one call, it is old enough for the next, a quarter of an hour later."""
    through(LAST)
    nightly.night(date(2025, 10, 2), at=EVENING + timedelta(days=1))
    with as_role("night"):
        held_at = Run.unscoped.latest("day").finished_at

    assert not nightly.is_due(at=held_at + timedelta(minutes=1))
    assert nightly.is_due(at=held_at + timedelta(minutes=14, seconds=40))


def test_the_missing_statement_wakes_the_night_that_waits_for_it(billed_world, tmp_path, capsys):
    through(LAST)
    tomorrow = EVENING + timedelta(days=1)
    nightly.night(date(2025, 10, 2), at=tomorrow)
    statement = tmp_path / "late.csv"
    statement.write_text("date,account,nlv,currency\n2025-10-02,U1000001,101000.00,USD\n")

    call_command("import_statements", str(statement), "--json")

    assert json.loads(capsys.readouterr().out.splitlines()[-1])["new"] == 1
    with as_role("night"):
        assert Run.unscoped.latest("day").state == "waiting"
    assert nightly.claim_due_nights(at=tomorrow) == 1
    with as_role("night"):
        assert Run.unscoped.latest("day").state == "done"


def test_a_held_account_is_made_up_for_with_its_own_value_date(billed_world):
    through(CLOSING)
    with as_role("night"):
        held = set(Hold.unscoped.values_list("account__number", "stage"))
    assert held == {("U3000001", "accrue"), ("U3000001", "close")}
    book.arrive(billed_world)
    with as_role("night"):
        account = billed_world["U3000001"].pk
        answer(arrived=[(account, CLOSING)], stage="accrue", at=EVENING, resolution="came")
        Hold.unscoped.filter(stage="close").update(retry_asked_at=EVENING)
    nightly.night(LAST, at=EVENING)

    with as_role("night"):
        late = Accrual.unscoped.get(account_id=account, accrual_date=CLOSING)
        assert (late.run_id, late.amount) == (Run.unscoped.get(day=LAST).pk, Decimal("3.96825397"))
        assert not Hold.unscoped.filter(resolved_at=None).exists()
        # 1,000 x 12 / 252, in euro
        assert Charge.unscoped.get(account_id=account).amount == Decimal("47.62")


def test_a_failing_stage_holds_the_night_and_the_next_try_goes_on_there(billed_world, monkeypatch):
    def fails(run, day):
        raise RuntimeError("the pen broke")

    whole = nightly.STAGES
    broken = tuple(replace(stage, whole=fails) if stage.name == "sweep" else stage for stage in whole)
    monkeypatch.setattr(nightly, "STAGES", broken)
    with pytest.raises(RuntimeError, match="the pen broke"):
        nightly.night(FIRST, at=EVENING)
    with as_role("night"):
        run = Run.unscoped.get()
        assert (run.state, run.problem) == ("held", "sweep: RuntimeError: the pen broke")
        assert RunStage.unscoped.get(name="post").state == "done"

    monkeypatch.setattr(nightly, "STAGES", whole)

    assert nightly.night(FIRST, at=EVENING)["state"] == "done"


def test_one_firms_refused_seal_does_not_stop_the_other_nor_the_next_night(billed_world):
    """Ana's line is wrong: Northgate stays open, Southbank is sealed, and the next night goes on."""
    through(BEFORE)
    with as_role("owner"):
        hold_account(
            account=billed_world["U1000001"],
            day=CLOSING,
            stage="check",
            reason="line_differs",
            detail="",
            title="Wrong",
        )
    southbank = billed_world["U9000001"].firm_id

    held = nightly.night(CLOSING, at=EVENING)
    following = nightly.night(LAST, at=EVENING)

    assert (held["state"], list(held["seals"])) == ("held", [str(southbank)])
    assert list(following["seals"]) == [str(southbank)]

    with as_role("night"):
        for hold in Hold.unscoped.filter(stage="check"):
            release(hold=hold, at=EVENING, resolution="put right")
    nightly.claim_due_nights(at=timezone.now() + timedelta(minutes=16))
    with as_role("night"):
        assert Seal.unscoped.filter(day__gte=CLOSING).count() == 4


def test_the_command_tells_people_and_machines(billed_world, capsys, monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: EVENING)

    call_command("night", day=FIRST, json=True)

    told = capsys.readouterr()
    last = json.loads(told.out.splitlines()[-1])
    assert (last["day"], last["state"], last["accounts"], last["accruals"]) == ("2025-09-15", "done", 8, 8)
    assert (last["ledger_balanced"], last["held"], len(last["seals"])) == (True, 0, 2)
    assert "accrue" in told.err
    with pytest.raises(CommandError, match="not a business day"):
        call_command("night", day=date(2025, 9, 20))


def test_the_command_shares_a_night_between_processes(billed_world, small_chunks, capsys, monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: EVENING)

    call_command("night", through=LAST, workers=2, json=True)

    last = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (last["day"], last["state"], last["nights"]) == ("2025-10-01", "done", 13)


@pytest.fixture
def astray(billed_world, own_world):
    """Ana's flattened daily fee reads 6 % where 5 % was agreed, from the night of the 29th on."""
    through(date(2025, 9, 26))
    rate(own_world, "0.06")
    held = nightly.night(BEFORE, at=EVENING)
    assert held["state"] == "held"
    return own_world


def rate(world, rate: str) -> None:
    with as_role("owner"):
        flattened = RunSchedule.unscoped.filter(account_id=world["U1000001"].pk, method=1)
        assert flattened.update(rate=Decimal(rate)) == 1


def ask_again(day: date) -> None:
    with as_role("office"):
        retry(Hold.unscoped.filter(day=day, stage="check"), at=EVENING)


def test_a_wrong_line_is_made_anew_once_its_cause_is_gone(astray):
    rate(astray, "0.05")
    ask_again(BEFORE)

    mended = nightly.night(BEFORE, at=EVENING)

    assert (mended["state"], len(mended["seals"])) == ("done", 2)
    with as_role("night"):
        line = Accrual.unscoped.get(account_id=astray["U1000001"].pk, accrual_date=BEFORE, method=1)
        # 100,070 x 5 % / 252
        assert line.amount == Decimal("19.85515873")
        assert Hold.unscoped.get(stage="check").resolution == "The line was made anew"
    # The day's fee was held at its close and comes with the next night, which posts it the night after.
    assert [one["state"] for one in through(LAST)] == ["done", "done"]
    with as_role("night"):
        charge = Charge.unscoped.get(account_id=astray["U1000001"].pk, method=1, period_end_day=BEFORE)
        assert charge.amount == Decimal("19.86")


def test_a_wrong_line_whose_cause_remains_is_held_again(astray):
    ask_again(BEFORE)

    again = nightly.night(BEFORE, at=EVENING)

    assert again["state"] == "held"
    with as_role("night"):
        hold = Hold.unscoped.get(stage="check")
        assert (hold.resolved_at, hold.retry_asked_at) == (None, None)


def test_lines_are_withdrawn_for_a_held_account_of_an_open_day_only(billed_world):
    through(FIRST)
    ana = billed_world["U1000001"]

    with as_role("night"), connections["night"].cursor() as cur:
        with pytest.raises(DatabaseError, match="is not held by the check"):
            cur.execute("SELECT fees_withdraw_lines(%s, %s)", [ana.pk, FIRST])
        hold_account(account=ana, day=FIRST, stage="check", reason="line_differs", detail="", title="Wrong")
        with pytest.raises(DatabaseError, match="is sealed"):
            cur.execute("SELECT fees_withdraw_lines(%s, %s)", [ana.pk, FIRST])
        with pytest.raises(DatabaseError, match="permission denied"):
            cur.execute("DELETE FROM fees_accrual")
