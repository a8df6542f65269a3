"""Whether somebody has opted out, and whether their networks are narrow enough for it."""

from datetime import datetime

from django.conf import settings

from accounts.ground.access.context import cursor
from accounts.ground.optouts.models import OptOut
from accounts.ground.optouts.rules import Waived, may_opt_out
from accounts.ground.people.models import Seat


def waived(user_id: int, at: datetime) -> Waived | None:
    """What the person does without at an instant; None for everybody else. Asked also where nobody acts yet.

    A choice holds only while each of the person's roles may make it: who becomes an advisor proves like one.
    """
    with cursor() as cur:
        cur.execute("SELECT extent, until, is_restricted, roles FROM app_waived(%s, %s)", [user_id, at])
        row = cur.fetchone()
    if row is None or not may_opt_out(row[3], settings.OPT_OUT_ROLES):
        return None
    return Waived(*row[:3])


def is_restricted(user_id: int, at: datetime) -> bool:
    """Whether each seat of a person is held to networks no wider than /24, or /56 of IPv6, at an instant."""
    with cursor() as cur:
        cur.execute("SELECT app_is_narrow(%s, %s)", [user_id, at])
        return cur.fetchone()[0]


def own(user_id: int, at: datetime) -> OptOut | None:
    """One's own choice, as it was signed, while it holds."""
    found = OptOut.unscoped.filter(user_id=user_id, ended_at=None).first()
    return found if found is not None and found.holds_at(at) and waived(user_id, at) is not None else None


def roles_of(user_id: int) -> set[str]:
    """What a person is, at every firm."""
    return set(Seat.unscoped.filter(user_id=user_id, is_active=True).values_list("role", flat=True))
