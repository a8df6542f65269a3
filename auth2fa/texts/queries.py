"""From which day on a person gets no codes by text or call, because a firm at which they have a seat wants none."""

from collections.abc import Iterable
from datetime import date

from accounts.ground.access.context import cursor


def texts_end(user_id: int) -> date | None:
    """The first day without; the earliest where several firms want none, None where none does."""
    with cursor() as cur:
        cur.execute("SELECT app_texts_end(%s)", [user_id])
        return cur.fetchone()[0]


def texts_ends(user_ids: Iterable[int]) -> dict[int, date | None]:
    """The same of many people: one question for all."""
    with cursor() as cur:
        cur.execute("SELECT one, app_texts_end(one) FROM unnest(%s::bigint[]) AS one", [list(set(user_ids))])
        return dict(cur.fetchall())
