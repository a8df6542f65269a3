"""A note of what somebody tried and was refused; written after the rollback that took everything else of it."""

import json

from accounts.ground.access.context import cursor
from portal.lib.openers import without_secrets

MOST_FIELDS = 20


def note(
    *, user_id: int, seat_id: int | None, method: str, path: str, status: int, fields: list[str], address: str
) -> None:
    """Who tried what and how it was answered; the names of the fields sent, never their values.

    An address that opens something by itself is noted without what opens it: the trail is kept for good.
    """
    path = without_secrets(path)
    said = {"status": status, "path": path[:300], "fields": [name[:40] for name in fields[:MOST_FIELDS]]}
    with cursor() as cur:
        cur.execute(
            "SELECT app_note_refusal(%s, %s, %s, %s, %s, %s)",
            [user_id, seat_id, method, path[:80], json.dumps(said), address],
        )
