"""Rates of exchange as they are known now, or were known at an instant."""

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal

from accounts.ground.access.context import cursor

Wanted = tuple[str, str, date]


def rates(wanted: Iterable[Wanted], *, at: datetime | None = None) -> dict[Wanted, Decimal]:
    """From one currency into another on a day, where that is known; with `at`, before later corrections."""
    asked = sorted(set(wanted))
    if not asked:
        return {}
    with cursor() as cur:
        cur.execute(
            "SELECT w.f, w.t, w.d, broker_rate_at(w.d, w.f, w.t, %s)"
            " FROM unnest(%s::text[], %s::text[], %s::date[]) w (f, t, d)",
            [at, [one for one, _, _ in asked], [one for _, one, _ in asked], [one for _, _, one in asked]],
        )
        return {(one, other, day): rate for one, other, day, rate in cur.fetchall() if rate is not None}
