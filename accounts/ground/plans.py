"""How PostgreSQL is asked to go about queries over very many rows."""

from collections.abc import Iterator
from contextlib import contextmanager

from accounts.ground.access.context import cursor


@contextmanager
def without_nested_loops() -> Iterator[None]:
    """Join whole tables at once.

    Behind row-level security PostgreSQL expects a few hundred rows where a hundred thousand come, and would look each
    of them up by itself.
    """
    with cursor() as cur:
        cur.execute("SET LOCAL enable_nestloop = off")
    yield
    with cursor() as cur:
        cur.execute("SET LOCAL enable_nestloop = on")
