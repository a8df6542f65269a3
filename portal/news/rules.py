"""Which kinds of news may be told how, and when a person's morning has come."""

import zoneinfo
from datetime import datetime, time, timedelta
from typing import NamedTuple

from django.conf import settings

from portal.news.models import ByMail, NewsKind

# News of the bell; the other kinds are mails that are sent at once or not at all.
OF_THE_BELL = (NewsKind.CORPORATE_ACTION, NewsKind.STATEMENT, NewsKind.MESSAGE)
# What is about money stays counted at the bell, whatever somebody wishes.
ALWAYS_COUNTED = (NewsKind.STATEMENT,)
MORNING = time(7)


class Wish(NamedTuple):
    """How one kind is told."""

    is_counted: bool
    by_mail: str


def usual(kind: str) -> Wish:
    """What nobody has chosen otherwise: news at the bell, other kinds by mail."""
    return Wish(True, ByMail.NO) if kind in OF_THE_BELL else Wish(False, ByMail.EACH)


def ways(kind: str) -> list[ByMail]:
    """How a kind may come by mail."""
    return list(ByMail) if kind in OF_THE_BELL else [ByMail.NO, ByMail.EACH]


def allowed(kind: str, wish: Wish) -> bool:
    """Whether a kind may be told so."""
    if wish.by_mail not in ways(kind):
        return False
    if kind in OF_THE_BELL:
        return wish.is_counted or kind not in ALWAYS_COUNTED
    return not wish.is_counted


def zone_of(name: str) -> zoneinfo.ZoneInfo:
    """A person's zone; the portal's own where the name is none."""
    try:
        return zoneinfo.ZoneInfo(name)
    except (KeyError, ValueError):
        return zoneinfo.ZoneInfo(settings.TIME_ZONE)


def has_morning_come(told_until: datetime, at: datetime, zone: zoneinfo.ZoneInfo) -> bool:
    """Whether a morning has begun for somebody since they were told last; a portal that slept makes up for it."""
    local = at.astimezone(zone)
    day = local.date() if local.time() >= MORNING else local.date() - timedelta(days=1)
    return told_until < datetime.combine(day, MORNING, tzinfo=zone)
