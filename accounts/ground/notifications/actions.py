"""Telling a practice something, once."""

from datetime import date

from accounts.ground.notifications.models import Notification, NotificationRead
from accounts.ground.tree.models import Account


def notify(*, account: Account, kind: str, title: str, natural_key: str, day: date, body: str = "") -> Notification:
    """One piece of news for the practice of an account; the natural key keeps it from being told twice."""
    return Notification.unscoped.get_or_create(
        practice_id=account.practice_id,
        natural_key=natural_key,
        defaults={
            "firm_id": account.firm_id,
            "account": account,
            "kind": kind,
            "title": title[:200],
            "body": body,
            "day": day,
        },
    )[0]


def mark_read(*, user_id: int, notification: Notification) -> None:
    """Remember that a user has opened it."""
    NotificationRead.objects.get_or_create(user_id=user_id, notification=notification)
