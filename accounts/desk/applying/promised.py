"""User names that were promised with an application: they are kept for the client, whichever door makes a user."""

from accounts.ground.access.context import cursor
from accounts.ground.people.names import promised


def is_promised(username: str, party: int | None) -> bool:
    """Whether somebody else than this party was promised the name."""
    with cursor() as cur:
        cur.execute("SELECT desk_username_is_promised(%s, %s)", [username, party])
        return cur.fetchone()[0]


promised(is_promised)
