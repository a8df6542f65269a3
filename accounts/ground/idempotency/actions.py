"""Answering a repeated money-moving request with the first answer."""

import hashlib
import json
from collections.abc import Callable

from django.core.exceptions import SuspiciousOperation
from django.db import transaction

from accounts.ground.access.context import current_alias
from accounts.ground.idempotency.models import IdempotencyKey

LONGEST_KEY = 200


class KeyRefused(SuspiciousOperation):
    """The key is none: empty, too long or not printable; answered with 400 and nothing is done."""


class KeyReused(Exception):
    """The same key came with another request; answered with 409 and nothing is done."""


def once(
    *, user_id: int, key: str, route: str, body: object, act: Callable[[], tuple[int, object]]
) -> tuple[int, object]:
    """Run `act` at most once for a caller's key, in one transaction, and replay its (status, answer) ever after.

    Two requests at once: the second waits at the unique key until the first is committed, then gets its answer.
    """
    if not (0 < len(key) <= LONGEST_KEY and key.isprintable()):
        raise KeyRefused("an idempotency key has 1 to 200 printable characters")
    fingerprint = hashlib.sha256(
        json.dumps([route, body], sort_keys=True, separators=(",", ":"), default=_typed).encode()
    ).hexdigest()
    with transaction.atomic(using=current_alias.get()):
        row, is_new = IdempotencyKey.unscoped.get_or_create(
            user_id=user_id, key=key, defaults={"route": route, "fingerprint": fingerprint}
        )
        if not is_new:
            if row.fingerprint != fingerprint:
                raise KeyReused
            assert row.status is not None, "key and answer are written in one transaction"
            return row.status, row.answer
        status, answer = act()
        row.status, row.answer = status, answer
        row.save(update_fields=["status", "answer"])
        return status, answer


def _typed(value: object) -> dict[str, str]:
    """What JSON has no word for, with its type, so that the text '1' and the amount 1 are two requests."""
    return {f"\0{type(value).__name__}": str(value)}
