"""A night that is paused stops where it is, keeps the next one waiting, and goes on to the same books."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from django.db import connections

from accounts.ground.access.context import as_role
from accounts.ground.runs import pausing
from accounts.ground.runs.models import NightDecision, Run, RunChunk, Seal
from portal import nightly, tasks
from portal.office.actions import DecisionRefused, pause_night, resume_night
from tests.night.book import CLOSING, CLOSING_EVENING
from tests.night.crash import differing, end, start

AT = datetime(2025, 10, 1, 1, 30, tzinfo=UTC)
# What a pause leaves behind, beside the books themselves.
OF_THE_PAUSE = {"trail", "seals"}


def pause(*_news):
    with as_role("office"):
        if not Run.unscoped.get(day=CLOSING).paused_at:
            pause_night(day=CLOSING, reason="The rates look odd", by=0, at=AT)


def resume():
    with as_role("office"):
        resume_night(day=CLOSING, reason="They are right", by=0, at=AT)


def test_a_pause_stops_between_accounts_and_the_books_are_the_same(eve, undisturbed, monkeypatch):
    monkeypatch.setattr(tasks, "wake", lambda: None)
    with eve.clone():
        told = nightly.night(CLOSING, at=CLOSING_EVENING, progress=lambda name, *news: name == "accrue" and pause())
        with as_role("owner"):
            chunks = RunChunk.unscoped.filter(stage__run__day=CLOSING, stage__name="accrue")
            assert (told["state"], told["seals"]) == ("running", {})
            assert chunks.filter(state="done").count() == 1 < chunks.count()

        assert end(start(claim)) == 0
        with pytest.raises(nightly.NightRefused, match="paused"):
            nightly.night(CLOSING, at=CLOSING_EVENING)
        with pytest.raises(nightly.NightRefused, match="not finished"):
            nightly.night(date(2025, 10, 1), at=datetime(2025, 10, 2, 2, tzinfo=UTC))
        with as_role("owner"):
            assert chunks.filter(state="done").count() == 1
            assert not Seal.unscoped.filter(day=CLOSING).exists()

        resume()
        assert end(start(claim)) == 0

        assert set(differing(undisturbed)) == OF_THE_PAUSE
        with as_role("owner"):
            seals = Seal.unscoped.filter(day=CLOSING)
            assert {seal.figures["decisions"]["rows"] for seal in seals} == {2}
            assert seals.count() == 2
        with as_role("office"), pytest.raises(DecisionRefused, match="sealed"):
            pause_night(day=CLOSING, reason="Too late", by=0, at=AT)
        with as_role("office"), pytest.raises(DecisionRefused, match="not paused"):
            resume_night(day=CLOSING, reason="Again", by=0, at=AT)
        with as_role("owner"):
            assert NightDecision.unscoped.count() == 2
        connections.close_all()


def paused_inside(chunk, nth: int):
    """The work of a chunk, of which the second is paused while its n-th statement is being done."""
    begun = []

    def work_on(run, *given):
        seen = 0

        def watch(execute, *statement):
            nonlocal seen
            seen += 1
            if (len(begun), seen) == (2, nth):
                pause()
            return execute(*statement)

        begun.append(given)
        with connections["night"].execute_wrapper(watch):
            return chunk(run, *given)

    return work_on


@pytest.mark.parametrize(("name", "nth"), [("accrue", 2), ("close", 5), ("post", 1)])
def test_a_pause_inside_a_chunk_leaves_nothing_of_it(eve, undisturbed, monkeypatch, name, nth):
    monkeypatch.setattr(tasks, "wake", lambda: None)
    monkeypatch.setattr(pausing, "LOOKS_EVERY", 0)
    with eve.clone():
        with monkeypatch.context() as patch:
            stages = [
                replace(one, chunk=paused_inside(one.chunk, nth)) if one.name == name else one for one in nightly.STAGES
            ]
            patch.setattr(nightly, "STAGES", tuple(stages))
            told = nightly.night(CLOSING, at=CLOSING_EVENING)

        assert (told["state"], told["seals"]) == ("running", {})
        with as_role("owner"):
            chunks = RunChunk.unscoped.filter(stage__run__day=CLOSING, stage__name=name).order_by("lo")
            assert [one.state for one in chunks][:2] == ["done", "waiting"]
            after = chunks[1].lo
            written_since = {
                "accrue": "SELECT count(*) FROM fees_accrual WHERE accrual_date = %s AND account_id >= %s",
                "close": "SELECT count(*) FROM fees_charge WHERE period_end_day = %s AND account_id >= %s",
                "post": "SELECT count(*) FROM accounts_transfer WHERE day = %s AND kind = 'fee' AND account_id >= %s",
            }
            with connections["owner"].cursor() as cur:
                cur.execute(written_since[name], [CLOSING, after])
                assert cur.fetchone() == (0,)

        resume()
        assert end(start(claim)) == 0

        assert set(differing(undisturbed)) == OF_THE_PAUSE
        connections.close_all()


def claim() -> None:
    nightly.claim_due_nights(at=CLOSING_EVENING)
