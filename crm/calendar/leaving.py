"""What becomes of somebody's events when they leave: those of the whole practice are the heir's, private ones stay."""

from datetime import datetime

from django.utils.translation import gettext_lazy, ngettext

from accounts.ground.leaving.actions import belonging
from accounts.ground.people.models import Seat
from crm.calendar.models import Event, Visibility


def register() -> None:
    """Put events among the things that do not stay with somebody who has left."""
    belonging("events", gettext_lazy("Events"), _of, _move)


def _of(seat: Seat) -> list[str]:
    """What they say is sealed, so only how many there are."""
    count = _shared(seat).count()
    return [ngettext("%(count)d event", "%(count)d events", count) % {"count": count}] if count else []


def _move(*, seat: Seat, heir: Seat, at: datetime) -> None:
    _shared(seat).update(owner_id=heir.user_id, changed_at=at)


def _shared(seat: Seat):  # type: ignore[no-untyped-def]
    # Private ones nobody else may find; they stay what they were.
    rows = Event.unscoped.filter(owner_id=seat.user_id, practice_id=seat.practice_id)
    return rows.filter(visibility=Visibility.PRACTICE)
