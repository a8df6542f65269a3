"""Recording business events."""

from datetime import date
from typing import TYPE_CHECKING

from accounts.ground.trail.models import Event

if TYPE_CHECKING:
    from accounts.ground.access.context import Who
    from accounts.ground.tree.models import Account


def record(
    *,
    account: "Account",
    kind: str,
    title: str,
    day: date,
    status: str = "",
    data: dict[str, object] | None = None,
    natural_key: str | None = None,
    by: int | None = None,
) -> Event:
    """Write one event about an account, in the caller's transaction. A natural key makes it happen once."""
    fields = {
        "firm_id": account.firm_id,
        "practice_id": account.practice_id,
        "account_id": account.pk,
        "kind": kind,
        "title": title,
        "status": status,
        "data": data or {},
        "day": day,
        "user_id": by,
    }
    if natural_key is None:
        return Event.unscoped.create(**fields)
    # Two at once: the second waits for the first and then finds its event.
    Event.unscoped.bulk_create([Event(**fields, natural_key=natural_key)], ignore_conflicts=True)
    return Event.unscoped.get(firm_id=account.firm_id, natural_key=natural_key)


def note_of_practice(*, who: "Who", kind: str, title: str, day: date, data: dict[str, object]) -> Event:
    """Write an event that is about no account, at the practice of who did it."""
    fields = {"kind": kind, "title": title, "data": data, "day": day, "user_id": who.user_id}
    return Event.unscoped.create(firm_id=who.firm_id, practice_id=who.practice_id, **fields)
