"""Dying on purpose, for the test that kills a night anywhere. Does nothing unless PORTAL_DIE_AT is set.

PORTAL_DIE_AT=n kills this process (SIGKILL: no clean-up, no rollback sent) just before its n-th statement of the night,
PORTAL_DIE_AT=n+ just after it. PORTAL_COUNT_STATEMENTS=file writes how many there are.
"""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import connections


class _Count:
    """Counts statements on a connection and dies at one of them."""

    def __init__(self, die_at: str) -> None:
        self.seen = 0
        self.before = int(die_at) if die_at and not die_at.endswith("+") else 0
        self.after = int(die_at.rstrip("+")) if die_at.endswith("+") else 0

    def __call__(self, execute, sql, params, many, context):
        self.seen += 1
        if self.seen == self.before:
            os.kill(os.getpid(), signal.SIGKILL)
        result = execute(sql, params, many, context)
        if self.seen == self.after:
            os.kill(os.getpid(), signal.SIGKILL)
        return result


@contextmanager
def armed(alias: str) -> Iterator[None]:
    """Watch the statements of one database alias, if the environment asks for it."""
    die_at, tally = os.environ.get("PORTAL_DIE_AT", ""), os.environ.get("PORTAL_COUNT_STATEMENTS", "")
    if not die_at and not tally:
        yield
        return
    count = _Count(die_at)
    with connections[alias].execute_wrapper(count):
        yield
    if tally:
        Path(tally).write_text(str(count.seen))
