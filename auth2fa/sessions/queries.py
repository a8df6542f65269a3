"""Where a person is signed in: one line a session, named by what the table keeps of it, which opens nothing."""

from dataclasses import dataclass
from datetime import datetime

from accounts.ground.people.models import SignInSession
from accounts.ground.people.sessions import CAME, kept_as
from auth2fa.door.browsers import browser_words


@dataclass(frozen=True)
class Here:
    """One browser that is signed in; where it came from is unknown for a session older than the list."""

    mark: str
    browser: str
    address: str
    since: datetime | None
    until: datetime
    is_this: bool


def sessions(user_id: int, session_key: str, at: datetime) -> list[Here]:
    """All of a person's own, this one first, then the youngest."""
    rows = SignInSession.objects.filter(user_id=user_id, expire_date__gt=at)
    found = [_here(row, kept_as(session_key)) for row in rows]
    return sorted(found, key=lambda one: (not one.is_this, -(one.since.timestamp() if one.since else 0)))


def _here(row: SignInSession, mine: str) -> Here:
    came = row.get_decoded().get(CAME) or {}
    since = datetime.fromisoformat(came["at"]) if came.get("at") else None
    return Here(
        mark=row.session_key,
        browser=browser_words(came.get("browser", "")),
        address=came.get("address", ""),
        since=since,
        until=row.expire_date,
        is_this=row.session_key == mine,
    )
