"""Making feeds and ending them."""

from datetime import datetime
from uuid import uuid4

from accounts.ground.access.scope import scope
from crm.feeds.copying import copy_all
from crm.feeds.models import Feed, FeedCopy
from crm.vault.engine import feeds as engine
from crm.vault.sealed import Opened


def make(*, vault: Opened, is_full: bool, is_open: bool, at: datetime) -> tuple[Feed, str]:
    """A feed of one's own calendar, and the secret of its address, which is told once."""
    who, pk = vault.who, uuid4()
    new = engine.made(who.practice_id or 0, pk)
    feed = Feed(
        id=pk,
        firm_id=who.firm_id,
        practice_id=who.practice_id,
        user_id=who.user_id,
        seat_id=who.seat_id,
        is_full=is_full,
        is_open=is_open,
        mark=new.mark,
        public=new.public,
        wrapped=new.wrapped,
        made_at=at,
        used_at=at,
    )
    feed.save(force_insert=True)
    if is_full:
        copy_all(vault, feed)
    return feed, new.secret


def end(*, vault: Opened, feed: Feed, at: datetime) -> None:
    """The address is dead at once, and nothing that it could open stays."""
    scope(vault.who, FeedCopy).filter(feed=feed).delete()
    feed.ended_at, feed.wrapped = at, b""
    feed.save(update_fields=["ended_at", "wrapped"])
