"""Copies of events for feeds that tell what an event says, sealed to the feed on every save by an open vault."""

import json
from collections.abc import Iterable

from accounts.ground.access.scope import scope
from crm.calendar.models import Event, Visibility
from crm.calendar.rules import Words
from crm.feeds.models import Feed, FeedCopy
from crm.vault.engine.encoding import Unopened
from crm.vault.engine.feeds import seal_copy
from crm.vault.models import Member, MemberState
from crm.vault.sealed import Opened


def copy_event(vault: Opened, event: Event) -> None:
    """Renew the copies of one event in every feed of the practice whose owner finds it."""
    inside = scope(vault.who, Member).filter(state=MemberState.MEMBER).values("user_id")
    feeds = list(scope(vault.who, Feed).filter(is_full=True, ended_at=None, user_id__in=inside))
    if not feeds:
        return
    scope(vault.who, FeedCopy).filter(event=event).delete()
    FeedCopy.unscoped.bulk_create(_copies(vault, feeds, [event]))


def copy_all(vault: Opened, feed: Feed) -> None:
    """Fill a new feed."""
    events = scope(vault.who, Event).filter(trashed_at=None).iterator(500)
    FeedCopy.unscoped.bulk_create(_copies(vault, [feed], events), batch_size=500)


def _copies(vault: Opened, feeds: list[Feed], events: Iterable[Event]) -> list[FeedCopy]:
    found = []
    for event in events:
        try:
            words = Words.of(event.text(vault, "words"))
            told = {"title": event.text(vault, "title"), "place": words.place, "details": words.details}
        except Unopened:
            continue
        for feed in feeds:
            if event.visibility == Visibility.PRACTICE or feed.user_id in (event.owner_id, *event.people):
                text = json.dumps(told, ensure_ascii=False)
                sealed = seal_copy(bytes(feed.public), feed.pk, event.pk, event.version, text)
                whose = {"firm_id": feed.firm_id, "practice_id": feed.practice_id}
                found.append(FeedCopy(**whose, feed=feed, event=event, version=event.version, sealed=sealed))
    return found
