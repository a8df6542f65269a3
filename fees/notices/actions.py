"""Choosing how one's clients hear of their fees."""

from datetime import datetime

from accounts.ground.access.context import Who
from fees.notices.models import Mode, NoticeSetting


def choose(*, who: Who, mode: str, at: datetime) -> NoticeSetting:
    """For all clients of the person's own practice, from the next night on; ValueError for a mode there is not."""
    if mode not in Mode.values:
        raise ValueError(f"{mode} is no way to tell clients")
    return NoticeSetting.unscoped.update_or_create(
        practice_id=who.practice_id,
        defaults={"firm_id": who.firm_id, "mode": mode, "changed_at": at, "changed_by": who.user_id},
    )[0]
