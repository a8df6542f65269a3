"""Signing out elsewhere: one session, or all but this one."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from accounts.ground.access.gates import SIGNED_IN, gate
from accounts.ground.people.actions import end_session
from auth2fa.sessions.actions import mark_of, stay_here_alone


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
    ended = stay_here_alone(request, timezone.now())
    words = ngettext("%(count)d other session has ended.", "%(count)d other sessions have ended.", ended)
    messages.success(request, words % {"count": ended})
    return redirect("devices:list")
