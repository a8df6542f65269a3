#!/usr/bin/env python3
"""What files of many accounts take: the highest memory of the process that makes each, for a firm and for a part of it.

    bench/reports.py [--accounts 100000]

Generates a firm in a database of its own and has the account list, the fee report, the activity statement, the client
summary, the portfolio analysis and the delivery audit made as CSV and as a workbook, for who leads the firm and for one
of its second-level advisors, each by a process of its own in the way of a worker. `times` is the memory for all
accounts to that for the part: what streams stays near 1. The last line is JSON.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.database import own_database
from bench.generate import SECOND_LEVELS

BENCH = "portal_bench_reports"
FORMS = ("csv", "xlsx")
# By name: the table and the query of a job; a report's days are those that the firm has.
LIST = ("accounts", "")
REPORTS = ("fees", "activity", "summary", "performance", "delivery-audit")
KB_IN_MB = 1024


def main() -> None:
    parser = argparse.ArgumentParser(description="Highest memory while files of many accounts are made.")
    parser.add_argument("--accounts", type=int, default=100_000)
    count = parser.parse_args().accounts
    found = _firm(count)
    rows: dict[str, dict[str, Any]] = {}
    for name, one in found["top"].items():
        part = found["second"][name]
        rows[name] = {**one, "part_mb": part["mb"], "times": round(one["mb"] / part["mb"], 2)}
        sizes = f"{part['mb']:6.1f} MB  {one['mb']:6.1f} MB  {rows[name]['times']:5.2f} x"
        print(f"{name:18} {sizes}  {one['seconds']:7.1f} s")
    most = max(one["times"] for one in rows.values())
    print(json.dumps({"accounts": count, "part": count // (SECOND_LEVELS + 1), "most_times": most, "files": rows}))


def _firm(size: int) -> dict[str, dict[str, dict[str, float]]]:
    """Memory and seconds of each file by who asks for it, in a process that has written nothing itself."""
    here = Path(__file__).resolve().parent.parent
    own_database(BENCH)
    subprocess.run([sys.executable, "-m", "bench.big_firm", str(size)], cwd=here, check=True)
    made = subprocess.run(
        [sys.executable, "-c", "from bench.reports import files; files()"],
        cwd=here,
        env={**os.environ, "PORTAL_PROCESS": "worker"},
        check=True,
        stdout=subprocess.PIPE,
    )
    return json.loads(made.stdout.splitlines()[-1])


def files() -> None:
    """Each file by a child of this process, which has loaded everything and opened no connection."""
    import django

    django.setup()
    found: dict[str, dict[str, dict[str, float]]] = {"second": {}, "top": {}}
    for name in ("list", *REPORTS):
        for form in FORMS:
            for role, rows in found.items():
                began = time.monotonic()
                child = os.fork()
                if not child:
                    os._exit(_make(role, name, form))
                _pid, status, used = os.wait4(child, 0)
                if status:
                    raise SystemExit(f"{name} as {form} failed for {role}")
                seconds = round(time.monotonic() - began, 1)
                rows[f"{name} {form}"] = {"mb": round(used.ru_maxrss / KB_IN_MB, 1), "seconds": seconds}
                print(f"{role:7} {name:12} {form:5} {rows[f'{name} {form}']}", file=sys.stderr, flush=True)
    print(json.dumps(found))


def _make(role: str, name: str, form: str) -> int:
    """Ask for a file as that person does, have it made, and throw it away."""
    from django.core.files.storage import default_storage
    from django.utils import timezone

    from accounts.ground.access.context import acting, as_role
    from accounts.ground.jobs.models import Job, JobState
    from accounts.ground.people.models import Seat
    from portal.exports import actions as exports
    from portal.exports.tasks import make_export
    from portal.reports import actions as reports
    from portal.reports.tasks import make_report
    from portal.reports.wishes import Wish

    with as_role("office"):
        seat = Seat.unscoped.using("office").filter(role=role, is_active=True).first()
    assert seat is not None
    with acting(seat.user_id, seat_id=seat.pk) as who:
        assert who is not None
        if name == "list":
            table, query = LIST
            job = exports.ask(who=who, table=table, query=query, form=form, chosen=(), at=timezone.now())
        else:
            # A mail is written for both, whose words take more than many accounts do.
            wish = Wish.at(f"report={name}&period=ytd")
            job = reports.submit(who=who, wish=wish, form=form, at=timezone.now(), tells=True)
    (make_export if name == "list" else make_report)(str(job.pk), seat.user_id, seat.pk)
    with acting(seat.user_id, seat_id=seat.pk):
        made = Job.unscoped.get(pk=job.pk)
        for what in ("file", "accounts"):
            if place := exports.written(made, what):
                default_storage.delete(place)
    return 0 if made.state == JobState.DONE else 1


if __name__ == "__main__":
    main()
