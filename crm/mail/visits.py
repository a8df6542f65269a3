"""How many visits at mail servers there are at one time, and how long all those of one request may last."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.core.cache import cache
from django.utils.translation import gettext as _

from crm.mail.rules import ServerProblem

# A worker answers four requests at one time; others than readers of mail shall have half of that.
AT_ONCE = 2
OF_A_PERSON = 2
IN_A_REQUEST = 75
_places = threading.BoundedSemaphore(AT_ONCE)
_until: ContextVar[float | None] = ContextVar("until", default=None)


@contextmanager
def visiting(user_id: int) -> Iterator[None]:
    """A place for one request, which is given back. Raises ServerProblem where there is none, and waits for nobody."""
    mine = next((name for name in _names(user_id) if cache.add(name, 1, IN_A_REQUEST + 15)), "")
    if not mine:
        raise ServerProblem(_("Your mail is being fetched already. Try again when that is done."))
    try:
        if not _places.acquire(blocking=False):
            raise ServerProblem(_("Many fetch mail at this moment. Try again in a minute."))
        mark = _until.set(time.monotonic() + IN_A_REQUEST)
        try:
            yield
        finally:
            _until.reset(mark)
            _places.release()
    finally:
        cache.delete(mine)


def at_most(seconds: float) -> float:
    """So long, or as long as is left for the request. Raises TimeoutError when nothing is."""
    until = _until.get()
    left = seconds if until is None else min(seconds, until - time.monotonic())
    if left <= 0:
        raise TimeoutError
    return left


def _names(user_id: int) -> list[str]:
    return [f"mail/visit/{user_id}/{place}" for place in range(OF_A_PERSON)]
