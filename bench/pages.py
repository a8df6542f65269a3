#!/usr/bin/env python3
"""What each page costs: queries, bytes and time, for a whole firm and for one of its second-level advisors.

    bench/pages.py [--rounds 20]
    bench/pages.py --accounts 100000 [--keep]

Reads the demo firm of this machine (bin/demo makes it) through the portal's own middleware, gates and policies, in
a process that made ready as the web server's do. With --accounts it generates a firm of that size in a database of its
own (--keep looks at the one of the last time again) and walks the pages that must not grow with it. Times are ratios to
the smallest page of the same round, because absolute times say more about the machine than about the page; `ms_p95`
are milliseconds of this machine now.
The last line is JSON; `most_queries` and `slowest_p95_ms` are over all pages, `same_for_any_size` says whether a firm
and a part of it need equally many.
"""

from __future__ import annotations

import argparse
import gzip
import json
import math
import os
import re
import statistics
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

FLOOR = "/health"
BENCH = "portal_bench_pages"
PAGES = ("/", "/accounts/", "/pending/", "/notifications/", "/activity/", "/fees/", "/structure/")
# What a firm of many accounts must not slow down: lists in several orders and sums, search, structure, dashboard.
BIG = (
    "/",
    "/accounts/",
    "/accounts/?sort=-value",
    "/accounts/?by=advisor",
    "/accounts/?status=O&currency=USD",
    "/accounts/?q=client+99",
    "/accounts/?q=client+77777",
    "/accounts/?q=nobody",
    "/accounts/?status=O&currency=USD&sums=1",
    "/accounts/suggest/?of=9999",
    "/find/?for=palette&q=9999",
    "/find/?for=palette&q=client+77777",
    "/structure/",
    "/structure/?find=77777",
    "/fees/",
    "/fees/?by=fee",
    "/fees/?by=fee&sort=amount",
    "/fees/?by=fee&sort=title",
    "/fees/?by=fee&month=all&q=77777",
    "/transactions/",
    "/transactions/?days=90&q=77777",
    "/transactions/?days=90&sort=amount",
    "/api/v1/accounts/?search=77777",
    "/api/v1/charges/",
)
PREVIEW = "/preview/"
# One per cent of the value at the end of each month, as the form sends it.
TERMS = {"strategy": "automatic", "on": ["percent"], "percent-method": "4", "percent-rate": "1.00"}
NUMBER = re.compile(r"/[A-Z]+[0-9]{2,8}/")
API = ("/api/v1/accounts/", "/api/v1/charges/", "/api/v1/pending/")


def main() -> None:
    parser = argparse.ArgumentParser(description="Queries, bytes and relative time of each page.")
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--accounts", type=int, default=0, help="generate a firm of so many accounts and walk that")
    parser.add_argument("--keep", action="store_true", help="walk the generated firm of the last time")
    options = parser.parse_args()
    rounds = options.rounds
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    if not os.environ.get("DATABASE_URL"):
        from portal.servers import launcher

        launcher.join()
    if options.accounts:
        _big_firm(options.accounts, keep=options.keep)
    import django

    django.setup()
    from portal.warm import settle

    settle()
    people = {role: _client(role) for role in ("top", "second")}
    walked = BIG if options.accounts else (*PAGES, *API)
    pages = {role: [*walked, *_of_an_account(client)] for role, client in people.items()}
    costs = {role: {_name(page): _cost(client, page) for page in pages[role]} for role, client in people.items()}
    floor_ms = _time(people, pages, costs, rounds)
    for role, rows in costs.items():
        for page, cost in rows.items():
            size = f"{cost['queries']:3} queries {cost['bytes']:7} B"
            print(f"{role:7} {page:22} {size}  {cost['ratio']:6.1f} x floor  p95 {cost['ms_p95']:4} ms")
    counts = {role: {page: cost["queries"] for page, cost in rows.items()} for role, rows in costs.items()}
    print(
        json.dumps(
            {
                "floor_ms": floor_ms,
                "slowest_p95_ms": max(cost["ms_p95"] for rows in costs.values() for cost in rows.values()),
                "most_queries": max(max(row.values()) for row in counts.values()),
                "same_for_any_size": counts["top"] == counts["second"],
                "pages": costs,
            }
        )
    )


def _big_firm(count: int, *, keep: bool) -> None:
    import subprocess

    from bench.database import lead_to, own_database

    if keep:
        lead_to(BENCH)
    else:
        own_database(BENCH)
        here = Path(__file__).resolve().parent.parent
        subprocess.run([sys.executable, "-m", "bench.big_firm", str(count)], cwd=here, check=True)
    os.environ["PORTAL_PROCESS"] = "web"


def _client(role: str) -> Any:
    """A test client signed in as the demo's person of that role."""
    from django.test import Client

    from accounts.ground.access.context import as_role
    from accounts.ground.people.models import Seat

    with as_role("office"):
        seat = Seat.unscoped.using("office").filter(role=role, is_active=True).select_related("user").first()
    if seat is None:
        raise SystemExit("There is no demo firm here yet; run bin/demo first.")
    client = Client(headers={"host": "127.0.0.1"})
    client.force_login(seat.user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def _of_an_account(client: Any) -> list[str]:
    """Its record, the page of its fees, and what answers there at every key."""
    number = client.get("/api/v1/accounts/?kind=client&status=O&limit=1").json()["results"][0]["number"]
    return [f"/accounts/{number}/", f"/fees/configure/{number}/", f"/fees/configure/{number}{PREVIEW}"]


def _name(page: str) -> str:
    return NUMBER.sub("/<number>/", page)


def _visit(client: Any, page: str) -> Any:
    """A page is read; the live preview is asked with terms."""
    return client.post(page, TERMS) if page.endswith(PREVIEW) else client.get(page)


def _cost(client: Any, page: str) -> dict[str, Any]:
    """Queries and compressed bytes of the second visit; the first one warms caches that every visitor shares."""
    _visit(client, page)
    with _counted() as count:
        answer = _visit(client, page)
    if answer.status_code != 200:
        raise SystemExit(f"{page} answered {answer.status_code}")
    return {"queries": count[0], "bytes": len(gzip.compress(answer.content))}


@contextmanager
def _counted() -> Iterator[list[int]]:
    from django.db import connection

    count = [0]

    def wrapper(execute: Any, sql: str, params: Any, many: bool, context: dict) -> Any:
        count[0] += 1
        return execute(sql, params, many, context)

    with connection.execute_wrapper(wrapper):
        yield count


def _time(people: dict[str, Any], pages: dict[str, list[str]], costs: dict[str, Any], rounds: int) -> float:
    """By turns, so that a slow moment of the machine falls on every page alike; the floor's median in milliseconds."""
    taken: dict[tuple[str, str], list[tuple[float, float]]] = {}
    floors: list[float] = []
    for _round in range(rounds):
        for role, client in people.items():
            floors.append(floor := _seconds(client, FLOOR))
            for page in pages[role]:
                seconds = _seconds(client, page)
                taken.setdefault((role, _name(page)), []).append((seconds / floor, seconds * 1000))
    for (role, page), times in taken.items():
        ratios, milliseconds = (sorted(column) for column in zip(*times, strict=True))
        most = math.ceil(len(times) * 0.95) - 1  # the nearest rank: of twenty times the nineteenth
        costs[role][page]["ratio"] = round(statistics.median(ratios), 2)
        costs[role][page]["ratio_p95"] = round(ratios[most], 2)
        costs[role][page]["ms_p95"] = round(milliseconds[most])
    return round(statistics.median(floors) * 1000, 2)


def _seconds(client: Any, page: str) -> float:
    start = time.perf_counter()
    _visit(client, page)
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
