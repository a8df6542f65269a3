"""Signing out elsewhere: one session, or all but this one."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from accounts.ground.access.gates import SIGNED_IN, gate
from accounts.ground.people.actions import end_other_sessions, end_session
from accounts.ground.people.sessions import kept_as


@gate(SIGNED_IN)
@require_POST
def end(request: HttpRequest, mark: str) -> HttpResponse:
    """One's own session somewhere else."""
    if mark == mark_of(request) or not end_session(user_id=request.user.pk or 0, mark=mark):
        raise Http404
    messages.success(request, _("That session has ended."))
    return redirect("devices:list")


@gate(SIGNED_IN)
@require_POST
def end_others(request: HttpRequest) -> HttpResponse:
    """Every session of one's own but this one."""
    ended = end_other_sessions(user_id=request.user.pk or 0, mark=mark_of(request))
    words = ngettext("%(count)d other session has ended.", "%(count)d other sessions have ended.", ended)
    messages.success(request, words % {"count": ended})
    return redirect("devices:list")


def mark_of(request: HttpRequest) -> str:
    """This browser's own session, as the table names it."""
    return kept_as(request.session.session_key or "")
