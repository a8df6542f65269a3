"""Reading feeds: one's own, and what an address gives to whoever holds it."""

import json
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Q, QuerySet

from accounts.ground.access.context import Who, cursor
from accounts.ground.access.scope import scope
from crm.calendar import queries as calendar
from crm.calendar.queries import Read
from crm.calendar.rules import Words
from crm.feeds.models import Feed, FeedCopy
from crm.vault.engine import feeds as engine
from crm.vault.engine.encoding import Unopened

BEFORE = timedelta(days=90)
MOST = 5000


def own(who: Who) -> "QuerySet[Feed]":
    """One's own feeds that are alive."""
    return scope(who, Feed).filter(user_id=who.user_id, ended_at=None).order_by("made_at", "pk")


def found_by(mark: bytes) -> tuple[UUID, int, int, bool] | None:
    """Feed, user, seat and whether IP restrictions do not count; None for a dead or unknown address."""
    with cursor() as cur:
        cur.execute("SELECT feed_id, user_id, seat_id, is_open FROM app_calendar_feed(%s)", [mark])
        row = cur.fetchone()
    return row if row is None else (row[0], row[1], row[2], row[3])


def told(who: Who, feed: Feed, secret: bytes, at: datetime, busy: str) -> list[Read]:
    """What the address tells of each event; of what it cannot open only that its owner is busy."""
    events = calendar.rows(who).filter(Q(over_at=None) | Q(over_at__gt=at - BEFORE)).select_related("series")
    if not feed.is_full:
        events = events.filter(Q(owner_id=who.user_id) | Q(people__contains=[who.user_id]))
    found = list(events.order_by("begins_at", "pk")[:MOST])
    copies = _copies(who, feed, secret) if feed.is_full else {}
    reads = []
    for event in found:
        said = copies.get((event.pk, event.version))
        if said is not None:
            reads.append(Read(event, said["title"], Words(said["place"], said["details"])))
        elif not event.is_free:
            reads.append(Read(event, busy))
    return reads


def _copies(who: Who, feed: Feed, secret: bytes) -> dict[tuple[UUID, int], dict[str, str]]:
    try:
        private = engine.opened(secret, feed.practice_id, feed.pk, bytes(feed.public), bytes(feed.wrapped))
    except Unopened:
        return {}
    found = {}
    for copy in scope(who, FeedCopy).filter(feed=feed)[:MOST]:
        try:
            text = engine.open_copy(private, feed.pk, copy.event_id, copy.version, bytes(copy.sealed))
        except Unopened:
            continue
        found[copy.event_id, copy.version] = json.loads(text)
    return found
