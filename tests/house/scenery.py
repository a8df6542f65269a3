"""Rows of every kind for every account of the cast, each carrying the account's word, for the access matrix."""

from datetime import date

from accounts.ground.notifications.actions import notify
from accounts.ground.notifications.models import NotificationKind
from accounts.ground.requests.actions import ask
from accounts.ground.requests.models import RequestKind
from accounts.ground.trail.actions import record
from tests.world import CANARIES, World

DAY = date(2025, 9, 30)


def dress(world: World) -> None:
    """Give every account a request, a notification and an event."""
    news = world.rows["notification"] = {}
    for number, word in CANARIES.items():
        account = world[number]
        ask(account=account, kind=RequestKind.STATEMENT, title=f"{word} waits", natural_key=number, day=DAY)
        news[number] = notify(
            account=account,
            kind=NotificationKind.STATEMENT,
            title=f"{word} news",
            natural_key=f"news {number}",
            day=DAY,
        ).pk
        record(account=account, kind="deposit", title=f"{word} deposit", day=DAY)
