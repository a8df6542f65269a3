#!/usr/bin/env python3
"""What the pages of a long client book cost: queries, bytes and time, with as many contacts as asked for.

    bench/book.py [--contacts 100000] [--rounds 20] [--keep]

Fills a database of its own with a practice whose every contact has a sealed record, gathers their words, and walks
list, searches, record and a deep page through the portal's own middleware, gates and policies (--keep walks the book of
the last time, grown where more are asked for). Times are milliseconds of the server and ratios to the smallest page of
the same round. The last line is JSON; `same_for_any_size` says whether the list needs as many queries as it did with
fifty contacts.
"""

from __future__ import annotations

import argparse
import gzip
import json
import math
import os
import random
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(HERE))

BENCH = "portal_bench_book"
OPENS_WITH = "a long book of many contacts"
FIRST = 50
NAMES = [
    "Ana",
    "Ben",
    "Chidi",
    "Dora",
    "Elif",
    "Farid",
    "Greta",
    "Hugo",
    "Ines",
    "Jürgen",
    "Kofi",
    "Lena",
    "Mei",
    "Nils",
]
HALVES = [
    "Al",
    "Ber",
    "Cor",
    "Dun",
    "Es",
    "Fal",
    "Gre",
    "Hol",
    "Ir",
    "Jan",
    "Kes",
    "Lor",
    "Mar",
    "Nor",
    "Os",
    "Pel",
    "Quil",
]
ENDS = [
    "bach",
    "berg",
    "dale",
    "ford",
    "gate",
    "ham",
    "kov",
    "ley",
    "man",
    "mond",
    "ridge",
    "sen",
    "son",
    "stein",
    "ton",
    "well",
]
STREETS = ["Alder Lane", "Quarry Road", "Harbour Street", "Kingfisher Close", "Mill Hill", "Chestnut Avenue"]
KNOWN = [
    "Sails in summer",
    "Nervous about bonds",
    "Reads every statement",
    "Sold the company",
    "Moves south",
    "Keeps bees",
]
PAGES = (
    "/contacts/",
    "/contacts/?sort=-changed",
    "/contacts/?state=prospect&kind=person",
    "/contacts/?q=quilford",
    "/contacts/?q=quilfrod",
    "/contacts/?q=owner:me+state:prospect+hugo",
    "/contacts/?q=kingfisher+bees&inside=1",
    "/contacts/?q=zanzibar&inside=1",
    "/contacts/?q=zanzbiar&inside=1",
    "/api/v1/contacts/?q=norford",
)


def main() -> None:
    parser = argparse.ArgumentParser(description="Queries, bytes and time of the pages of a long client book.")
    parser.add_argument("--contacts", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--keep", action="store_true", help="walk the book of the last time, grown if need be")
    options = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    if not os.environ.get("DATABASE_URL"):
        from portal.servers import launcher

        launcher.join()
    from bench.database import lead_to, own_database

    if options.keep:
        lead_to(BENCH)
    else:
        own_database(BENCH)
        subprocess.run([sys.executable, "-m", "bench.big_firm", str(FIRST * 4)], cwd=HERE, check=True)
    os.environ["PORTAL_PROCESS"] = "web"
    import django

    django.setup()
    from bench.pages import _client, _cost

    client = _client("top")
    few = 0
    if not options.keep:
        _fill(client, FIRST)
        _unlock(client)
        few = _cost(client, PAGES[0])["queries"]
    if missing := options.contacts - _count(client):
        _fill(client, missing)
        _tidy()
    _unlock(client)
    costs = _walk(client, options.rounds)
    for page, cost in costs.items():
        print(
            f"{page:45} {cost['queries']:3} queries {cost['bytes']:6} B  p50 {cost['p50']:6.1f} ms"
            f"  p95 {cost['p95']:6.1f} ms  {cost['cpu']:5.1f} ms of Python  {cost['ratio']:5.1f} x floor"
        )
    print(
        json.dumps(
            {
                "contacts": options.contacts,
                "slowest_p95_ms": max(cost["p95"] for cost in costs.values()),
                "most_queries": max(cost["queries"] for cost in costs.values()),
                "same_for_any_size": few in (0, costs[PAGES[0]]["queries"]),
                "pages": costs,
            }
        )
    )


def _count(client: Any) -> int:
    from accounts.ground.access.context import acting
    from accounts.ground.access.scope import scope
    from crm.contacts.models import Contact

    with acting(int(client.session["_auth_user_id"])) as who:
        return scope(who, Contact).count()


def _vault(who: Any, at: Any) -> Any:
    from accounts.ground.access.scope import scope
    from accounts.ground.people.models import User
    from crm.vault.actions import confirm_code, open_own, open_ring, set_up
    from crm.vault.models import Unlocked, Vault
    from crm.vault.sealed import Opened

    if not scope(who, Vault).exists():
        user = User.objects.get(pk=who.user_id)
        papers = set_up(who=who, user=user, password=OPENS_WITH, again=OPENS_WITH, at=at)
        confirm_code(who=who, code=papers.code, at=at)
    member, own, _key = open_own(who, OPENS_WITH, at)
    return Opened(open_ring(who, member, own), who, Unlocked(used_at=at))


def _fill(client: Any, count: int) -> None:
    """So many contacts, each with a sealed record, and their words gathered."""
    from django.utils import timezone

    from accounts.ground.access.context import acting
    from crm.contacts import actions, search
    from crm.contacts.models import Contact
    from crm.contacts.stored import written

    chance, at = random.Random(count), timezone.now()
    user = int(client.session["_auth_user_id"])
    left = count
    while left:
        now, left = min(left, 5000), max(0, left - 5000)
        with acting(user) as who:
            vault, made = _vault(who, at), []
            for _number in range(now):
                contact = Contact(
                    firm_id=who.firm_id,
                    practice_id=who.practice_id,
                    owner_id=who.user_id,
                    created_at=at,
                    changed_at=at,
                    first_name=chance.choice(NAMES),
                    name=chance.choice(HALVES) + chance.choice(HALVES).lower() + chance.choice(ENDS),
                    email=f"c{chance.randrange(10**9)}@example.org",
                    phone=f"+1 {chance.randrange(201, 979)} {chance.randrange(100, 999)} {chance.randrange(10**4):04d}",
                )
                made.append(contact.put(vault, record=written(_record(chance))))
            actions.make(made)
        with acting(user) as who:
            vault = _vault(who, at)
            while search.gather(vault, at):
                pass
        print(f"{count - left} of {count} contacts", file=sys.stderr)


def _record(chance: random.Random) -> dict[str, str]:
    return {
        "born_on": f"{chance.randrange(1930, 2005)}-{chance.randrange(1, 13):02d}-{chance.randrange(1, 29):02d}",
        "home_address": f"{chance.randrange(400)} {chance.choice(STREETS)}\nPortland, ME {chance.randrange(10**5):05d}",
        "citizenship": "USA",
        "occupation": chance.choice(("Surgeon", "Architect", "Teacher", "Engineer", "Owner", "Judge")),
        "about": f"{chance.choice(KNOWN)}. {chance.choice(KNOWN)}, and {chance.choice(KNOWN).lower()}.",
        "net_worth": str(chance.randrange(1, 999) * 10_000),
        "tax_number": f"{chance.randrange(10**9):09d}",
        **({"source": "Met in Zanzibar"} if chance.randrange(10_000) == 0 else {}),
    }


def _tidy() -> None:
    """What the database does by itself in a quiet hour."""
    import psycopg2

    connection = psycopg2.connect(os.environ["DATABASE_URL"])
    connection.autocommit = True
    connection.cursor().execute("VACUUM ANALYZE")
    connection.close()


def _unlock(client: Any) -> None:
    answer = client.post("/unlock/", {"storage_password": OPENS_WITH, "next": "/contacts/"})
    if answer.status_code != 302:
        raise SystemExit(f"the book did not open: {answer.status_code}")


def _walk(client: Any, rounds: int) -> dict[str, dict[str, Any]]:
    """By turns, so that a slow moment of the machine falls on every page alike."""
    from bench.pages import FLOOR, _cost, _seconds

    page = client.get(PAGES[0]).content.decode()
    record = page.split('class="id book-name"')[1].split('href="')[1].split('"')[0]
    deep = PAGES[0] + "?q=&sort=name"
    for _page in range(20):
        after = client.get(deep).content.decode().split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
        deep = PAGES[0] + after
    names = {**{one: one for one in PAGES}, "record": record, "deep page": deep}
    costs = {name: _cost(client, place) for name, place in names.items()}
    taken: dict[str, list[float]] = {name: [] for name in names}
    floors = []
    worked: dict[str, list[float]] = {name: [] for name in names}
    for _round in range(rounds):
        floors.append(_seconds(client, FLOOR))
        for name, place in names.items():
            begun = time.process_time()
            taken[name].append(_seconds(client, place))
            worked[name].append(time.process_time() - begun)
    floor = statistics.median(floors)
    for name, times in taken.items():
        times.sort()
        costs[name]["p50"] = round(statistics.median(times) * 1000, 1)
        costs[name]["p95"] = round(times[math.ceil(len(times) * 0.95) - 1] * 1000, 1)
        costs[name]["cpu"] = round(statistics.median(worked[name]) * 1000, 1)
        costs[name]["ratio"] = round(statistics.median(times) / floor, 1)
        costs[name]["bytes"] = len(gzip.compress(client.get(names[name]).content))
    return costs


if __name__ == "__main__":
    main()
