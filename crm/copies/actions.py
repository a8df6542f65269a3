"""Taking a copy of the client book: confirmed, written down, told to its other members, then made while it is sent."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.core import signing
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts.ground.access.context import acting
from accounts.ground.access.scope import scope
from accounts.ground.outbox.actions import owe_person
from accounts.ground.trail.actions import note_of_practice
from accounts.ground.writing import told_in
from crm.copies.contents import of_book
from crm.vault.engine.encoding import Unopened
from crm.vault.models import Member, MemberState
from crm.vault.sealed import Opened
from crm.vault.stores import StoreFailed
from portal.lib.exchange import exchange_day
from portal.lib.zipped import packed

# How long after the confirmation the file can be fetched, again too if the line broke.
OPEN_FOR = timedelta(minutes=10)
_SALT = "copy of the client book"


def allow(*, vault: Opened, at: datetime) -> str:
    """The pass with which this browser, and no other, fetches the copy; the trail and every other member hear of it."""
    who = vault.who
    note_of_practice(
        who=who, kind="vault", title=gettext_noop("The client book was copied whole"), day=exchange_day(at), data={}
    )
    others = scope(who, Member).filter(vault_id=vault.ring.vault, state=MemberState.MEMBER)
    for one in others.exclude(user_id=who.user_id).select_related("user"):
        with told_in(one.user.language):
            owe_person(
                user_id=one.user_id,
                subject=_("A colleague took a copy of the whole client book"),
                body=_(
                    "If you know nothing of it, ask your colleagues, or whoever manages the users of your practice."
                ),
                natural_key=f"copy {vault.row.pk} {one.user_id} {at.isoformat()}",
            )
    return signing.dumps(_of(vault), salt=_SALT)


def may_fetch(*, vault: Opened, given: str) -> bool:
    """Whether the pass was given to this very unlocking, and not too long ago."""
    try:
        return signing.loads(given, salt=_SALT, max_age=OPEN_FOR) == _of(vault)
    except signing.BadSignature:
        return False


def copied(*, vault: Opened, at: datetime) -> Iterator[bytes]:
    """The zip in blocks, read in a transaction of its own: the request's has ended when the first one is asked for."""
    with acting(vault.who.user_id, seat_id=vault.who.seat_id) as who:
        if who == vault.who:
            yield from packed(of_book(vault), at=at, damage=(Unopened, StoreFailed))


def _of(vault: Opened) -> list[str]:
    return [str(vault.row.pk), str(vault.who.user_id)]
