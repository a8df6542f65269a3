"""One maker a job: of several workers that were called to it, one makes it and the others leave."""

from collections.abc import Iterator
from contextlib import contextmanager

from accounts.ground.access.context import cursor


@contextmanager
def alone(job: str) -> Iterator[bool]:
    """Whether this worker alone has the job; the lock goes with the connection of a worker that is killed."""
    with cursor() as cur:
        cur.execute("SELECT pg_try_advisory_lock(hashtextextended(%s, 0))", [f"report {job}"])
        is_alone = cur.fetchone()[0]
    try:
        yield is_alone
    finally:
        if is_alone:
            with cursor() as cur:
                cur.execute("SELECT pg_advisory_unlock(hashtextextended(%s, 0))", [f"report {job}"])
