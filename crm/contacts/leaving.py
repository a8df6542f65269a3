"""What becomes of the contacts that somebody keeps when they leave: the heir keeps them."""

from datetime import datetime

from django.utils.translation import gettext_lazy, ngettext

from accounts.ground.leaving.actions import belonging
from accounts.ground.people.models import Seat
from crm.contacts.models import Contact


def register() -> None:
    """Put kept contacts among the things that do not stay with somebody who has left."""
    belonging("kept_contacts", gettext_lazy("Contacts"), _of, _move)


def _of(seat: Seat) -> list[str]:
    """How many; whose names they are is read in the book."""
    count = _kept(seat).count()
    return [ngettext("%(count)d contact", "%(count)d contacts", count) % {"count": count}] if count else []


def _move(*, seat: Seat, heir: Seat, at: datetime) -> None:
    _kept(seat).update(owner_id=heir.user_id, changed_at=at)


def _kept(seat: Seat):  # type: ignore[no-untyped-def]
    return Contact.unscoped.filter(owner_id=seat.user_id, practice_id=seat.practice_id)
