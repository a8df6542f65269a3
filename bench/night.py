#!/usr/bin/env python3
"""How close the nightly accrual comes to the floor: as many constant rows, written durably by one statement.

    bench/night.py --accounts 1000000 [--rounds 3] [--workers 2] [--whole]
    bench/night.py --accounts 200 --catch-up 270

Generates the accounts in a database of its own on the embedded PostgreSQL, then by turns writes the floor and runs a
night with the workers' own entry point, under the night's real login and its policies. The last line is JSON; `ratio`
is the median over rounds of accrue stage / floor, each pair taken in the same round. The last round is the end of a
month, for which every account was open since the first day: `close_ratio` is its close / floor. With --catch-up it
times so many whole nights one after another instead, as a firm's history is billed.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from datetime import date, datetime
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.database import own_database

FIRST_DAY, MONTH_END = date(2026, 3, 2), date(2026, 3, 31)
FLOOR = (
    "INSERT INTO bench_floor SELECT g, %s, g::int, 1, 2::smallint, (1000.1234)::numeric(20,4), 0.0125::numeric(9,6),"
    " (0.04961161)::numeric(20,8) FROM generate_series(1, %s) g"
)


def main() -> None:
    options = _options()
    own_database("portal_bench")
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    result = _catch_up(options) if options.catch_up else _bench(options)
    print(json.dumps(result))


def _generate(accounts: int, nights: int, *, until: date | None = None) -> list[date]:
    """The accounts with values of so many business days, which are returned; `until` is the last of them."""
    from accounts.ground.days.actions import seed
    from accounts.ground.days.queries import calendar
    from bench import generate

    seed(first_year=2024, last_year=2030)
    if until is None:
        days = [calendar().on_or_after(FIRST_DAY)]
        while len(days) < nights:
            days.append(calendar().next(days[-1]))
    else:
        days = [until]
        while len(days) < nights:
            days.insert(0, calendar().previous(days[0]))
    _timed("accounts and schedules", lambda: generate.accounts(accounts))
    if until is not None:
        generate.open_on(days[0])
    _timed(f"values of {nights} days", lambda: generate.values(days))
    return days


def _catch_up(options: argparse.Namespace) -> dict[str, Any]:
    from django.utils import timezone

    from portal import nightly

    days = _generate(options.accounts, options.catch_up)
    # A night may not be run before its day; the bench's days may lie ahead of this one.
    at = max(timezone.now(), timezone.make_aware(datetime.combine(days[-1], datetime.max.time())))
    began = time.perf_counter()
    states = [night["state"] for night in nightly.through(days[-1], at=at, workers=options.workers)]
    took = time.perf_counter() - began
    return {
        "accounts": options.accounts,
        "nights": len(states),
        "done": states.count("done"),
        "seconds": round(took, 2),
        "milliseconds_a_night": round(took / len(states) * 1000, 1),
    }


def _bench(options: argparse.Namespace) -> dict[str, Any]:
    days = _generate(options.accounts, options.rounds + 1, until=MONTH_END)
    rounds = []
    # The first round warms the caches and is not counted.
    for place, day in enumerate(days):
        one = _round(day, options)
        _say(f"{'warm-up' if not place else f'round {place}'}: " + json.dumps(one))
        rounds.append(one)
    return _report(rounds[1:], options)


def _round(day: date, options: argparse.Namespace) -> dict[str, Any]:
    floor = _floor(day, options.accounts)
    stages = _night(day, options)
    return {
        "floor": floor,
        "accrue": stages["accrue"]["seconds"],
        "ratio": stages["accrue"]["seconds"] / floor,
        "stages": stages,
    }


def _floor(day: date, accounts: int) -> float:
    from django.db import connections

    with connections["owner"].cursor() as cur:
        cur.execute("DROP TABLE IF EXISTS bench_floor")
        cur.execute("CREATE TABLE bench_floor (LIKE fees_accrual INCLUDING ALL)")
        began = time.perf_counter()
        cur.execute(FLOOR, [day, accounts])
        took = time.perf_counter() - began
        cur.execute("DROP TABLE bench_floor")
    return took


def _night(day: date, options: argparse.Namespace) -> dict[str, Any]:
    from accounts.ground.access.context import as_role
    from accounts.ground.runs.models import Run, RunStage
    from accounts.ground.runs.work import plan
    from portal import nightly

    until = None if options.whole else "close"
    with as_role("night"):
        run = Run.unscoped.create(day=day)
        plan(run, nightly.STAGES)
    nightly.together(run.pk, workers=options.workers, until=until)
    with as_role("night"):
        done = RunStage.unscoped.filter(run=run, state="done")
        return {
            one.name: {"seconds": (one.finished_at - one.started_at).total_seconds(), "rows": one.rows} for one in done
        }


def _report(rounds: list[dict[str, Any]], options: argparse.Namespace) -> dict[str, Any]:
    ratios = [one["ratio"] for one in rounds]
    floor = statistics.median(one["floor"] for one in rounds)
    return {
        "accounts": options.accounts,
        "workers": options.workers,
        "rounds": len(rounds),
        "rows": rounds[-1]["stages"]["accrue"]["rows"],
        "floor_seconds": round(floor, 3),
        "accrue_seconds": round(statistics.median(one["accrue"] for one in rounds), 3),
        "ratios": [round(one, 3) for one in ratios],
        "ratio": round(statistics.median(ratios), 3),
        "close_rows": rounds[-1]["stages"]["close"]["rows"],
        "close_ratio": round(rounds[-1]["stages"]["close"]["seconds"] / rounds[-1]["floor"], 3),
        "stages": {
            name: round(statistics.median(one["stages"][name]["seconds"] for one in rounds), 3)
            for name in rounds[-1]["stages"]
        },
    }


def _options() -> argparse.Namespace:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--accounts", type=int, default=100_000)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--workers", type=int, default=2)
    options.add_argument("--whole", action="store_true", help="run the night to its seal, not only to its close")
    options.add_argument("--catch-up", type=int, default=0, metavar="NIGHTS", help="time so many whole nights instead")
    return options.parse_args()


def _timed(what: str, task: Any) -> None:
    began = time.perf_counter()
    task()
    _say(f"{what}: {time.perf_counter() - began:.1f} s")


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
