"""Advisory locks that are held until the transaction ends: people wait for each other, and the night for people."""

from accounts.ground.access.context import cursor


def one_at_a_time(what: str) -> None:
    """Whoever does the same thing waits until this transaction has ended."""
    with cursor() as cur:
        cur.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [what])


def is_alone(what: str) -> bool:
    """Whether nobody else is doing the same thing: whoever is not alone does not wait, and is refused by the caller."""
    with cursor() as cur:
        cur.execute("SELECT pg_try_advisory_xact_lock(hashtext(%s))", [what])
        return bool(cur.fetchone()[0])


def in_turn(what: str, *, alone: bool) -> None:
    """Many do the same kind of thing at once, or one does something to all of them, alone."""
    with cursor() as cur:
        cur.execute(f"SELECT pg_advisory_xact_lock{'' if alone else '_shared'}(hashtext(%s))", [what])


def barrier(number: int, *, alone: bool) -> None:
    """Many hold it together, or one holds it alone: what is written under it is seen by the other side, or comes
    after it."""
    with cursor() as cur:
        cur.execute(f"SELECT pg_advisory_xact_lock{'' if alone else '_shared'}(%s)", [number])
