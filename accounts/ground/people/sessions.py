"""Sessions whose rows open nothing: the table keeps the hash of the cookie's key, so reading it signs nobody in."""

import hashlib
from datetime import datetime
from typing import Any

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends import db
from django.http import HttpRequest

from accounts.ground.access.address import client_address
from accounts.ground.people.models import SignInSession

# What a session says of its own beginning, for the list of one's sessions.
CAME = "came"
LONGEST_BROWSER = 300


def came_from(request: HttpRequest, at: datetime) -> dict[str, str]:
    """When, with which browser and from which address a session began."""
    agent = request.headers.get("User-Agent", "")[:LONGEST_BROWSER]
    return {
        "at": at.isoformat(),
        "browser": "".join(letter for letter in agent if letter.isprintable()),
        "address": client_address(request),
    }


def kept_as(session_key: str) -> str:
    """What the table holds instead of a session's key; as long as the column."""
    return hashlib.sha256(session_key.encode("utf-8", "replace")).hexdigest()[:40]


class SessionStore(db.SessionStore):
    """Django's sessions in the database, with every look-up by the hash and each row under its user's name."""

    @classmethod
    def get_model_class(cls) -> type[SignInSession]:
        """The table of the sessions."""
        return SignInSession

    def _get_session_from_db(self) -> Any:
        key = self.session_key or ""
        self._session_key = kept_as(key)
        found = super()._get_session_from_db()
        self._session_key = key if found else None
        return found

    def exists(self, session_key: str) -> bool:
        """Whether there is such a session."""
        return super().exists(kept_as(session_key))

    def create_model_instance(self, data: dict[str, Any]) -> Any:
        """The row to be saved."""
        row = super().create_model_instance(data)
        row.session_key = kept_as(row.session_key)
        row.user_id = data.get(SESSION_KEY)  # type: ignore[attr-defined]
        return row

    def delete(self, session_key: str | None = None) -> None:
        """End this session, or the one with that key."""
        key = session_key if session_key is not None else self.session_key
        if key is not None:
            super().delete(kept_as(key))
