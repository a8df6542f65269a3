#!/usr/bin/env python3
"""How long terms take on a book: accounts x twelve months, beside the floor of reading the same values once.

    bench/what_if.py [--accounts 10000]

Fills a database of its own, then tries a fee by the month, one at the month's end and one on quarterly profit, slice by
slice as a worker does. Prints values a second, the ratio to the floor in the same run and how much the process grew
between the first slice and the last. The last line is JSON.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import sys
import time
from datetime import date
from decimal import Decimal
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

BENCH = "portal_bench_what_if"
FIRST, LAST = date(2025, 1, 2), date(2025, 12, 31)


def main() -> None:
    parser = argparse.ArgumentParser(description="Seconds, rows a second and ratio to the floor of a what-if.")
    parser.add_argument("--accounts", type=int, default=10_000)
    count = parser.parse_args().accounts
    from bench.database import own_database

    own_database(BENCH)
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    from accounts.ground.access.context import as_role
    from accounts.ground.days.actions import seed
    from accounts.ground.days.queries import calendar
    from bench import generate

    seed(first_year=2024, last_year=2026)
    days = calendar().between(FIRST, date(2026, 1, 1))
    generate.accounts(count)
    generate.values(days)
    generate.analyze("broker_navdaily")
    with as_role("owner"):
        print(json.dumps(_measure(days)))


def _measure(days: list[date]) -> dict[str, object]:
    from accounts.ground.access.context import cursor
    from accounts.ground.days.queries import calendar
    from fees.schedules.rules import Figures
    from fees.whatif.actions import AT_ONCE
    from fees.whatif.backtest import backtest
    from fees.whatif.rules import window

    with cursor() as cur:
        cur.execute("SELECT array_agg(id ORDER BY id), min(practice_id) FROM accounts_account WHERE kind = 'client'")
        accounts, practice = cur.fetchone()
        began = time.perf_counter()
        cur.execute(
            "SELECT count(*), sum(round(nlv * 0.01 / 252, 8)) FROM broker_navdaily WHERE nav_date >= %s", [FIRST]
        )
        rows, _sum = cur.fetchone()
        floor = time.perf_counter() - began
    months = window(LAST, calendar())
    cases = {
        "percent by the month": (Figures(method=2, rate=Decimal("0.0125")),),
        "percent at month's end": (Figures(method=4, rate=Decimal("0.0125")),),
        "percent of quarterly profit": (Figures(method=32, rate=Decimal("0.15")),),
    }
    told: dict[str, object] = {"accounts": len(accounts), "rows": rows, "floor_seconds": round(floor, 2)}
    for name, components in cases.items():
        began, grown = time.perf_counter(), []
        for place in range(0, len(accounts), AT_ONCE):
            book = backtest(accounts[place : place + AT_ONCE], practice=practice, components=components, window=months)
            assert not book.refused, book.refused
            grown.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
        took = time.perf_counter() - began
        told[name] = {
            "seconds": round(took, 2),
            "values_a_second": round(rows / took),
            "times_floor": round(took / floor, 1),
            "kilobytes_grown": grown[-1] - grown[0],
        }
        print(f"{name:28} {took:6.2f} s {rows / took:10.0f} values/s {took / floor:5.1f} x floor")
    return told


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    main()
