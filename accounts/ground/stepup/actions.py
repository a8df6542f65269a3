"""Giving and using step-up grants."""

import hashlib
from datetime import datetime, timedelta

from accounts.ground.access.context import cursor
from accounts.ground.stepup.models import StepUpGrant

LIFETIME = timedelta(minutes=5)


class StepUpRefused(Exception):
    """No unused, unexpired grant for exactly this task; nothing may be done."""


def session_mark(session_key: str) -> str:
    """What is stored of a session key: its hash, in hex."""
    return hashlib.sha256(session_key.encode()).hexdigest()


def give(*, user_id: int, session_key: str, task: str, factor: str, at: datetime) -> StepUpGrant:
    """Record that identity was proved for the task with this fingerprint (64 hex characters)."""
    return StepUpGrant.unscoped.create(
        user_id=user_id, session=session_mark(session_key), task=task, factor=factor, expires_at=at + LIFETIME
    )


def consume(*, user_id: int, session_key: str, task: str, at: datetime) -> str:
    """Use up the grant inside the caller's transaction, and say what had proved it; two posts at once cannot both win.

    Raises StepUpRefused when there is none, when it is for another task, expired or used.
    """
    with cursor() as cur:
        cur.execute(
            "UPDATE accounts_stepupgrant SET used_at = %s WHERE id = (SELECT id FROM accounts_stepupgrant"
            " WHERE user_id = %s AND session = %s AND task = %s AND used_at IS NULL AND expires_at > %s"
            " ORDER BY created_at LIMIT 1 FOR UPDATE SKIP LOCKED) AND used_at IS NULL RETURNING factor",
            [at, user_id, session_mark(session_key), task, at],
        )
        used = cur.fetchone()
    if used is None:
        raise StepUpRefused
    return used[0]
