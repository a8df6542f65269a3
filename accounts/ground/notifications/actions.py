"""Telling a practice something, once."""

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from accounts.ground.access.context import Who
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


class News(NamedTuple):
    """One piece of news for the practice that it names."""

    firm_id: int
    practice_id: int
    account_id: int | None
    natural_key: str
    body: str = ""


def notify_many(*, news: Iterable[News], kind: str, title: str, day: date) -> None:
    """Many pieces of news of one kind in one statement, each told once. `title` is an English message."""
    rows = [
        Notification(
            firm_id=one.firm_id,
            practice_id=one.practice_id,
            account_id=one.account_id,
            kind=kind,
            title=title,
            body=one.body,
            natural_key=one.natural_key,
            day=day,
        )
        for one in news
    ]
    Notification.unscoped.bulk_create(rows, ignore_conflicts=True)


def mark_read(*, who: Who, notification: Notification) -> None:
    """Remember that a person has opened it; who looks as them has not opened it for them."""
    if who.behind is None:
        NotificationRead.objects.get_or_create(user_id=who.user_id, notification=notification)
