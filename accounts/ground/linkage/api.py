"""Links over the API: the same actions, gates and words as the pages."""

from contextlib import contextmanager
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request as ApiRequest
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.ground.access.api import Conflict, StrictSerializer
from accounts.ground.access.authority import Relation
from accounts.ground.access.gates import gate
from accounts.ground.access.scope import account_for, relation_to
from accounts.ground.linkage import actions
from accounts.ground.linkage.models import Linkage
from accounts.ground.linkage.queries import asked_by, asked_link, asked_of, own_link
from accounts.ground.linkage.rules import LinkProblem
from accounts.ground.tree.models import Account

SHOWN = 200


class LinkSerializer(serializers.ModelSerializer):
    """One link: whose account, how it stands, and when it takes effect."""

    class Meta:
        model = Linkage
        fields = ("id", "number", "title", "holder", "state", "asked_at", "decided_at", "effective_at", "done_at")


class LinksSerializer(serializers.Serializer):
    """What one's practice is asked for, and the links of accounts one sees; the latest of each."""

    asked = LinkSerializer(many=True)
    wishes = LinkSerializer(many=True)


class WishSerializer(StrictSerializer):
    """The other advisor, by id and title."""

    master = serializers.CharField(max_length=12)
    title = serializers.CharField(max_length=200)


class DecisionSerializer(StrictSerializer):
    """The asked advisor's answer."""

    accept = serializers.BooleanField()


@gate("view")
class Links(APIView):
    """Links."""

    @extend_schema(responses=LinksSerializer)
    def get(self, request: ApiRequest) -> Response:
        """Those that concern you."""
        who = request.seat  # type: ignore[attr-defined]
        found = {"asked": asked_of(who)[:SHOWN], "wishes": asked_by(who)[:SHOWN]}
        return Response(LinksSerializer(found).data)


@gate("sign", step_up=True)
class AccountLink(APIView):
    """A link of an account that you own."""

    @extend_schema(request=WishSerializer, responses={201: LinkSerializer})
    def post(self, request: ApiRequest, number: str) -> Response:
        """Ask another advisor to take it."""
        return _asked(request, account_for(request.seat, number, "sign"))  # type: ignore[attr-defined]


@gate("manage", step_up=True)
class AdvisorLink(APIView):
    """A link of your own advisor master."""

    @extend_schema(request=WishSerializer, responses={201: LinkSerializer})
    def post(self, request: ApiRequest, number: str) -> Response:
        """Ask a top level to take it with every client."""
        who = request.seat  # type: ignore[attr-defined]
        account = account_for(who, number, "manage")
        if relation_to(who, account) != Relation.SELF:
            raise Conflict(_("Only the owner of the account can ask for a link"))
        return _asked(request, account)


@gate("manage", step_up=True)
class LinkDecision(APIView):
    """The answer to a link that your practice is asked for."""

    @extend_schema(request=DecisionSerializer, responses=LinkSerializer)
    def post(self, request: ApiRequest, pk: UUID) -> Response:
        """Accept or reject."""
        who = request.seat  # type: ignore[attr-defined]
        link = asked_link(who, pk)
        accept = DecisionSerializer.of(request)["accept"]
        with _refusing():
            decided = actions.decide(link=link, accept=accept, by=who.user_id, at=timezone.now())
        return Response(LinkSerializer(decided).data)


@gate("view")
class Link(APIView):
    """A link that you have asked for."""

    @extend_schema(responses={204: None})
    def delete(self, request: ApiRequest, pk: UUID) -> Response:
        """Take it back."""
        who = request.seat  # type: ignore[attr-defined]
        with _refusing():
            actions.cancel(link=own_link(who, pk), by=who.user_id, at=timezone.now())
        return Response(status=204)


@contextmanager
def _refusing():
    """What is under way or has ended is a conflict; everything else is not valid."""
    try:
        yield
    except actions.LinkConflict as problem:
        raise Conflict(str(problem)) from problem
    except LinkProblem as problem:
        raise serializers.ValidationError({"link": [str(problem)]}) from problem


def _asked(request: ApiRequest, account: Account) -> Response:
    wanted = WishSerializer.of(request)
    with _refusing():
        link = actions.ask(who=request.seat, account=account, **wanted, at=timezone.now())  # type: ignore[attr-defined]
    return Response(LinkSerializer(link).data, status=201)
