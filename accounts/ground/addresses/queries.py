"""Reading the networks of users; the database's policies decide whose."""

from django.db.models import QuerySet

from accounts.ground.access.context import cursor
from accounts.ground.addresses.models import AddressRule
from accounts.ground.people.models import Seat


def of_seat(seat: Seat) -> QuerySet[AddressRule]:
    """What holds for a user or will, and what has been removed, in the order in which it came."""
    return AddressRule.unscoped.filter(seat=seat).select_related("added_by").order_by("added_at", "pk")


def staying(seat: Seat) -> list[str]:
    """The networks that hold from the next restart on, as things stand."""
    rows = AddressRule.unscoped.filter(seat=seat, removed_at=None, starts_at__isnull=False)
    return list(rows.values_list("network", flat=True))


def is_turned_away(user_id: int | None, address: str, seat_id: int | None = None) -> bool:
    """Whether a user could work, in one seat or in any, but not from this address."""
    with cursor() as cur:
        cur.execute("SELECT app_turned_away(%s, %s, %s)", [user_id, seat_id, address])
        return cur.fetchone()[0]
