"""One's own sessions over the API: the same actions and gates as the page."""

from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.ground.access.gates import SIGNED_IN, gate
from accounts.ground.access.scope import NotAllowed
from accounts.ground.people.actions import end_session
from auth2fa.sessions.actions import mark_of, stay_here_alone
from auth2fa.sessions.queries import sessions


class SessionSerializer(serializers.Serializer):
    """A browser that is signed in."""

    mark = serializers.CharField()
    browser = serializers.CharField()
    address = serializers.CharField()
    since = serializers.DateTimeField(allow_null=True)
    until = serializers.DateTimeField()
    is_this = serializers.BooleanField()


class SessionsView(APIView):
    """What both views share: they are for a person, not for a program."""

    def initial(self, request: Request, *args: object, **kwargs: object) -> None:
        """A token is in no browser, so "everywhere else" would be everywhere; and it is given for functions alone."""
        super().initial(request, *args, **kwargs)
        if getattr(request.seat, "token_id", None) is not None:  # type: ignore[attr-defined]
            raise NotAllowed("view", _("A token neither sees nor ends your sessions. Sign in with your password."))


@gate(SIGNED_IN)
class Sessions(SessionsView):
    """Where one is signed in."""

    @extend_schema(responses=SessionSerializer(many=True))
    def get(self, request: Request) -> Response:
        """This session first."""
        key = request._request.session.session_key or ""
        return Response(SessionSerializer(sessions(request.user.pk, key, timezone.now()), many=True).data)

    @extend_schema(operation_id="v1_sessions_end_others", responses={204: None})
    def delete(self, request: Request) -> Response:
        """Sign out everywhere else."""
        stay_here_alone(request._request, timezone.now())
        return Response(status=204)


@gate(SIGNED_IN)
class OneSession(SessionsView):
    """A session somewhere else."""

    @extend_schema(responses={204: None})
    def delete(self, request: Request, mark: str) -> Response:
        """Sign out there."""
        if mark == mark_of(request._request) or not end_session(user_id=request.user.pk, mark=mark):
            raise Http404
        return Response(status=204)
