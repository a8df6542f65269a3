"""Impact preferences over the API: the same questions, answers and scores as the pages; figures are text."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.ground.access.api import Conflict, StrictSerializer
from accounts.ground.access.context import Who
from accounts.ground.access.gates import gate
from accounts.ground.access.scope import account_for
from accounts.ground.clock import exchange_today
from accounts.ground.paging import page_of
from accounts.ground.stored_words import said
from accounts.ground.tree.models import Account, Kind
from accounts.ground.tree.queries import typed
from portal.lib.money import round_display
from portal.tools.impact import actions, queries
from portal.tools.impact.actions import AnswerProblem, ImpactProblem
from portal.tools.impact.models import AnswerSource, TopicKind
from portal.tools.impact.queries import Holding, Sheet, Standing
from portal.tools.impact.rules import LONGEST_HOW, Portfolio, Wishes
from portal.tools.impact.views import MOST_ASKED, own
from portal.tools.impact.words import DISCLAIMER, STATES
from portal.tools.rmd.views import advisor

STATE_NAMES = [(name, name) for name in STATES]


class ImpactTopicSerializer(serializers.Serializer):
    """One value or practice that may be chosen."""

    code = serializers.CharField()
    kind = serializers.ChoiceField(TopicKind.choices)
    name = serializers.CharField()


class ImpactStandingSerializer(serializers.Serializer):
    """Where one account stands, and what was said last."""

    account = serializers.CharField()
    state = serializers.ChoiceField(STATE_NAMES)
    sent_at = serializers.DateTimeField(allow_null=True)
    expires_at = serializers.DateTimeField(allow_null=True)
    values = serializers.DictField(child=serializers.IntegerField(), help_text="Importance by code")
    avoided = serializers.ListField(child=serializers.CharField())
    source = serializers.ChoiceField(AnswerSource.choices, allow_null=True)
    said_on = serializers.DateField(allow_null=True)
    how = serializers.CharField(allow_blank=True)


class ImpactAlternativeSerializer(serializers.Serializer):
    """What could be held instead, and the portfolio's score then."""

    symbol = serializers.CharField()
    name = serializers.CharField()
    score = serializers.CharField()
    portfolio_score = serializers.CharField(allow_null=True)


class ImpactHoldingSerializer(serializers.Serializer):
    """One position with its score."""

    symbol = serializers.CharField()
    conid = serializers.IntegerField(allow_null=True)
    asset = serializers.CharField()
    quantity = serializers.CharField()
    value = serializers.CharField(allow_null=True, help_text="In the account's currency; empty without a rate")
    score = serializers.CharField(allow_null=True)
    conflicts = serializers.ListField(child=serializers.CharField())
    alternatives = ImpactAlternativeSerializer(many=True)


class ImpactSheetSerializer(ImpactStandingSerializer):
    """The same with the holdings of the last statement and what they come to."""

    day = serializers.DateField(allow_null=True)
    scores_of = serializers.DateField(allow_null=True)
    portfolio_score = serializers.CharField(allow_null=True)
    coverage = serializers.CharField(allow_null=True, help_text="Percent of the value of long positions")
    holdings = ImpactHoldingSerializer(many=True)
    disclaimer = serializers.CharField()


class ImpactPageSerializer(serializers.Serializer):
    """One page of clients; `next` is the query of the page after it."""

    results = ImpactStandingSerializer(many=True)
    next = serializers.CharField(allow_blank=True)


class ImpactAskSerializer(StrictSerializer):
    """Whom to ask."""

    accounts = serializers.ListField(
        child=serializers.CharField(max_length=10), allow_empty=False, max_length=MOST_ASKED
    )


class ImpactWishesSerializer(StrictSerializer):
    """What to support, with an importance of 1 to 3, and what to avoid."""

    values = serializers.DictField(child=serializers.IntegerField(min_value=1, max_value=3))  # type: ignore[assignment]
    avoided = serializers.ListField(child=serializers.CharField(max_length=40), max_length=200)


class ImpactOnBehalfSerializer(ImpactWishesSerializer):
    """The same as the client has told it: when, and how."""

    said_on = serializers.DateField()
    how = serializers.CharField(max_length=LONGEST_HOW, required=False, allow_blank=True, default="")


@gate("view")
class ImpactTopics(APIView):
    """What clients choose from; the list is not verified by the data providers."""

    @extend_schema(operation_id="v1_impact_topics_list", responses=ImpactTopicSerializer(many=True))
    def get(self, request: Request) -> Response:
        """Values, then practices."""
        every = [one for kind in queries.topics().values() for one in kind]
        return Response([{"code": one.code, "kind": one.kind, "name": said(one.name)} for one in every])


@gate("report")
class ImpactClients(APIView):
    """The clients of one's own practice."""

    @extend_schema(
        operation_id="v1_impact_list",
        parameters=[OpenApiParameter("q", OpenApiTypes.STR, description="Part of a number or a title")],
        responses=ImpactPageSerializer,
    )
    def get(self, request: Request) -> Response:
        """One page, by title."""
        who = advisor(request)
        rows = queries.clients(who, typed(request.query_params.get("q")))
        page = page_of(rows, order=["sort_key", "pk"], query=request.query_params, is_counted=False)
        found = [told(one) for one in queries.standings(who, page.rows, timezone.now())]
        return Response({"results": found, "next": page.next})

    @extend_schema(request=ImpactAskSerializer, responses={201: ImpactStandingSerializer(many=True)})
    def post(self, request: Request) -> Response:
        """Asks them all, or none where one cannot be asked."""
        who, at = advisor(request), timezone.now()
        numbers = dict.fromkeys(ImpactAskSerializer.of(request)["accounts"])
        accounts = [own(who, number, "manage") for number in numbers]
        with _refusing():
            for one in accounts:
                actions.invite(who=who, account=one, at=at)
        found = [told(one) for one in queries.standings(who, accounts, at)]
        return Response(found, status=status.HTTP_201_CREATED)


@gate("report")
class ImpactOfAccount(APIView):
    """One client's preferences and scores."""

    @extend_schema(responses=ImpactSheetSerializer)
    def get(self, request: Request, number: str) -> Response:
        """With conflicts, and with alternatives for what is in conflict or scores low."""
        return Response(_sheet(request, number))


@gate("manage")
class ImpactInvitationOfAccount(APIView):
    """The invitation that waits for a client."""

    @extend_schema(request=None, responses=ImpactStandingSerializer)
    def post(self, request: Request, number: str) -> Response:
        """Sends it again."""
        who, at = advisor(request), timezone.now()
        found = own(who, number, "manage")
        with _refusing():
            actions.resend(who=who, account=found, at=at)
        return Response(told(queries.standing(who, found, at)))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, number: str) -> Response:
        """Takes it back."""
        who = advisor(request)
        found = own(who, number, "manage")
        with _refusing():
            actions.withdraw(who=who, account=found, at=timezone.now())
        return Response(status=status.HTTP_204_NO_CONTENT)


@gate("manage")
class ImpactOnBehalf(APIView):
    """What a client has said elsewhere."""

    @extend_schema(request=ImpactOnBehalfSerializer, responses=ImpactStandingSerializer)
    def put(self, request: Request, number: str) -> Response:
        """Writes it down for an account of one's own practice."""
        who = advisor(request)
        found = own(who, number, "manage")
        given = ImpactOnBehalfSerializer.of(request)
        return Response(_answered(who, found, given, given["said_on"], given["how"]))


@gate("sign")
class OwnImpact(APIView):
    """The owner's own preferences."""

    @extend_schema(responses=ImpactStandingSerializer)
    def get(self, request: Request, number: str) -> Response:
        """What was asked and said."""
        who = request.seat  # type: ignore[attr-defined]
        return Response(told(queries.standing(who, account_for(who, number, "sign"), timezone.now())))

    @extend_schema(request=ImpactWishesSerializer, responses=ImpactStandingSerializer)
    def put(self, request: Request, number: str) -> Response:
        """Answers, once the advisor has asked; or answers again."""
        who = request.seat  # type: ignore[attr-defined]
        found = account_for(who, number, "sign")
        return Response(_answered(who, found, ImpactWishesSerializer.of(request), exchange_today(), ""))


def told(one: Standing) -> dict[str, Any]:
    """Where an account stands, as the API says it."""
    asked, last = one.invitation, one.answer
    return {
        "account": one.account.number,
        "state": one.state,
        "sent_at": asked and asked.sent_at,
        "expires_at": asked and asked.expires_at,
        "values": last.values if last else {},
        "avoided": last.avoided if last else [],
        "source": last and last.source,
        "said_on": last and last.said_on,
        "how": last.how if last else "",
    }


def _sheet(request: Request, number: str) -> dict[str, Any]:
    who = advisor(request)
    found = own(who, number)
    if found.kind != Kind.CLIENT:
        raise ValidationError([_("Only clients have impact preferences.")])
    now = queries.standing(who, found, timezone.now())
    sheet: Sheet = queries.sheet(found, queries.wishes_of(now.answer), exchange_today())
    return {
        **told(now),
        "day": sheet.day,
        "scores_of": sheet.release and sheet.release.day,
        "portfolio_score": _score(sheet.portfolio),
        "coverage": _text(sheet.portfolio.coverage),
        "holdings": [_holding(one) for one in sheet.holdings],
        "disclaimer": str(DISCLAIMER),
    }


def _holding(one: Holding) -> dict[str, Any]:
    return {
        "symbol": one.position.symbol,
        "conid": one.position.conid,
        "asset": one.position.asset,
        "quantity": str(one.position.quantity),
        "value": _text(one.worth),
        "score": _text(one.score),
        "conflicts": one.conflicts,
        "alternatives": [
            {"symbol": other.symbol, "name": other.name, "score": _text(other.score), "portfolio_score": after}
            for other in one.alternatives
            for after in [other.after and _score(other.after)]
        ],
    }


def _answered(who: Who, account: Account, given: dict[str, Any], said_on: date, how: str) -> dict[str, Any]:
    at = timezone.now()
    wishes = Wishes(given["values"], frozenset(given["avoided"]))
    with _refusing():
        try:
            actions.answer(
                who=who, account=account, wishes=wishes, said_on=said_on, how=how, today=exchange_today(), at=at
            )
        except AnswerProblem as problem:
            raise ValidationError({name: [_(msgid)] for name, msgid in problem.problems.items()}) from problem
    return told(queries.standing(who, account, at))


@contextmanager
def _refusing() -> Iterator[None]:
    """What cannot be done as things stand is a conflict."""
    try:
        yield
    except ImpactProblem as problem:
        raise Conflict(str(problem)) from problem


def _score(found: Portfolio) -> str | None:
    return _text(found.score)


def _text(figure: Any) -> str | None:
    return None if figure is None else str(round_display(figure))
