"""One's own sessions over the API: the same actions and gates as the page."""

from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.ground.access.gates import SIGNED_IN, gate
from accounts.ground.people.actions import end_other_sessions, end_session
from auth2fa.sessions.queries import sessions
from auth2fa.sessions.views import mark_of


class SessionSerializer(serializers.Serializer):
    """A browser that is signed in."""

    mark = serializers.CharField()
    browser = serializers.CharField()
    address = serializers.CharField()
    since = serializers.DateTimeField(allow_null=True)
    until = serializers.DateTimeField()
    is_this = serializers.BooleanField()


@gate(SIGNED_IN)
class Sessions(APIView):
    """Where one is signed in."""

    @extend_schema(responses=SessionSerializer(many=True))
    def get(self, request: Request) -> Response:
        """This session first."""
        key = request._request.session.session_key or ""
        return Response(SessionSerializer(sessions(request.user.pk, key, timezone.now()), many=True).data)

    @extend_schema(operation_id="v1_sessions_end_others", responses={204: None})
    def delete(self, request: Request) -> Response:
        """Sign out everywhere else."""
        end_other_sessions(user_id=request.user.pk, mark=mark_of(request._request))
        return Response(status=204)


@gate(SIGNED_IN)
class OneSession(APIView):
    """A session somewhere else."""

    @extend_schema(responses={204: None})
    def delete(self, request: Request, mark: str) -> Response:
        """Sign out there."""
        if mark == mark_of(request._request) or not end_session(user_id=request.user.pk, mark=mark):
            raise Http404
        return Response(status=204)
