"""Dying on purpose, for the test that kills a night anywhere. Does nothing unless PORTAL_DIE_AT is set.

PORTAL_DIE_AT=n sends this process a signal just before its n-th statement of the night, PORTAL_DIE_AT=n+ just after it.
The signal is PORTAL_DIE_BY, else SIGKILL: no clean-up, no rollback sent. PORTAL_COUNT_STATEMENTS=file writes how many
statements there were, and which of them began a transaction.
"""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import connections
from psycopg2.extensions import TRANSACTION_STATUS_IDLE


class _Watch:
    """Counts this process's statements over all its nights and signals it at one of them."""

    def __init__(self) -> None:
        self.seen = 0
        self.beginnings: list[int] = []
        self.is_armed = False

    def __call__(self, execute, sql, params, many, context):
        self.seen += 1
        if context["connection"].connection.info.transaction_status == TRANSACTION_STATUS_IDLE:
            self.beginnings.append(self.seen)
        die_at = os.environ.get("PORTAL_DIE_AT", "")
        if die_at == str(self.seen):
            _die()
        result = execute(sql, params, many, context)
        if die_at == f"{self.seen}+":
            _die()
        return result


_watch = _Watch()


@contextmanager
def armed(alias: str) -> Iterator[None]:
    """Watch the statements of one database alias, if the environment asks for it and nobody watches yet."""
    tally = os.environ.get("PORTAL_COUNT_STATEMENTS", "")
    if _watch.is_armed or not (tally or os.environ.get("PORTAL_DIE_AT")):
        yield
        return
    _watch.is_armed = True
    try:
        with connections[alias].execute_wrapper(_watch):
            yield
    finally:
        _watch.is_armed = False
    if tally:
        Path(tally).write_text(" ".join(map(str, (_watch.seen, *_watch.beginnings))))


def _die() -> None:
    os.kill(os.getpid(), signal.Signals[os.environ.get("PORTAL_DIE_BY", "SIGKILL")])
