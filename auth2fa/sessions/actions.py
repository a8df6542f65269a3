"""Staying signed in in one browser alone: after a change of a second proof, or because somebody wants it so."""

from datetime import datetime

from django.http import HttpRequest

from accounts.ground.people.actions import end_other_sessions
from accounts.ground.people.sessions import kept_as
from auth2fa.door.remembered import forget_others


def stay_here_alone(request: HttpRequest, at: datetime) -> int:
    """End the person's sessions in every other browser, and ask those for a second proof again; how many there were."""
    user_id = request.user.pk or 0
    forget_others(request, user_id, at)
    return end_other_sessions(user_id=user_id, mark=mark_of(request))


def mark_of(request: HttpRequest) -> str:
    """This browser's own session, as the table names it."""
    return kept_as(request.session.session_key or "")
