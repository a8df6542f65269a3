"""Emptying the trash of every client book. It holds no key, and can read nothing of what goes."""

from collections import Counter
from datetime import datetime

from django.db import transaction

from accounts.ground.access.context import current_alias, cursor
from crm.vault.files import forget_bytes

AT_ONCE = 1000
# A night that has more to do goes on in the next one.
MOST_TURNS = 200


def empty(*, at: datetime) -> Counter[str]:
    """Forget for good what was thrown away thirty days ago or earlier; how many of each kind."""
    gone: Counter[str] = Counter()
    for _turn in range(MOST_TURNS):
        found, places = _some(at)
        for place in places:
            forget_bytes(place)
        gone += found
        if not found or max(found.values()) < AT_ONCE:
            break
    return gone


def _some(at: datetime) -> tuple[Counter[str], list[str]]:
    """Some of every kind in a transaction of its own: how many, and where the bytes of their files lie."""
    with transaction.atomic(using=current_alias.get()), cursor() as cur:
        cur.execute("SELECT kind, gone, places FROM app_empty_trash(%s, %s)", [at, AT_ONCE])
        rows = cur.fetchall()
    found = Counter({kind: count for kind, count, _places in rows if count})
    return found, [place for _kind, _count, places in rows for place in places]
