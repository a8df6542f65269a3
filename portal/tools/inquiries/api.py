"""Queries of client data over the API: the same criteria, rows and kept queries as the pages."""

from decimal import Decimal
from uuid import UUID

from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.ground.access.api import StrictSerializer
from accounts.ground.access.gates import gate
from accounts.ground.runs.queries import sealed_day
from portal.tools.inquiries import actions, queries, words
from portal.tools.inquiries.actions import QueryProblem
from portal.tools.inquiries.criteria import FIELDS, Criteria, Kind, read
from portal.tools.inquiries.models import KINDS, SavedQuery
from portal.tools.inquiries.views import asker

KIND = OpenApiParameter("kind", OpenApiTypes.STR, enum=[one.value for one in Kind], description="What is asked about")
CRITERIA = [
    KIND,
    *[
        OpenApiParameter(name, OpenApiTypes.STR, many=name in words.CHOICES, description="Criterion")
        for name in dict.fromkeys(name for names in FIELDS.values() for name in names)
    ],
    OpenApiParameter("after", OpenApiTypes.STR, description="Where the page begins"),
]


class QueryRowSerializer(serializers.Serializer):
    """One account that was found; the figures stand in the order of `columns`."""

    account = serializers.CharField()
    title = serializers.CharField()
    currency = serializers.CharField()
    figures = serializers.ListField(child=serializers.CharField(allow_null=True))


class QueryPageSerializer(serializers.Serializer):
    """One page; `next` is the query of the page that goes on behind it."""

    kind = serializers.ChoiceField(KINDS)
    columns = serializers.ListField(child=serializers.CharField())
    results = QueryRowSerializer(many=True)
    next = serializers.CharField(allow_blank=True)


class SavedQuerySerializer(serializers.ModelSerializer):
    """A query under a name; `criteria` is the part of an address that asks it."""

    class Meta:
        model = SavedQuery
        fields = ("id", "name", "kind", "criteria", "is_shared", "saved_at")


class KeepQuerySerializer(StrictSerializer):
    """The name of a query; its criteria stand in the address."""

    name = serializers.CharField(max_length=60)
    shared = serializers.BooleanField(required=False)


@gate("report", proved=True)
class RunQuery(APIView):
    """Runs a query over the accounts one sees."""

    @extend_schema(parameters=CRITERIA, responses=QueryPageSerializer)
    def get(self, request: Request) -> Response:
        """The next rows among at most a thousand accounts."""
        who, asked = asker(request), _asked(request)
        found = queries.page(who, asked, request.query_params, sealed_day())
        rows = [
            {
                "account": one.account.number,
                "title": one.account.title,
                "currency": one.account.base_currency,
                "figures": [_text(value) for value in one.figures],
            }
            for one in found.rows
        ]
        columns = [str(word) for word, _sort in words.COLUMNS[asked.kind]]
        return Response({"kind": asked.kind.value, "columns": columns, "results": rows, "next": found.next})


@gate("report", proved=True)
class SavedQueries(APIView):
    """Queries that are kept: one's own, and those that colleagues share."""

    @extend_schema(responses=SavedQuerySerializer(many=True))
    def get(self, request: Request) -> Response:
        """By name."""
        return Response(SavedQuerySerializer(queries.kept(asker(request)), many=True).data)

    @extend_schema(parameters=CRITERIA[:-1], request=KeepQuerySerializer, responses={201: SavedQuerySerializer})
    def post(self, request: Request) -> Response:
        """Keeps the query of the address; one's own query of that name is replaced."""
        who, said = asker(request), KeepQuerySerializer.of(request)
        try:
            kept = actions.keep(
                who=who,
                name=said["name"],
                asked=_asked(request),
                shared=said.get("shared", False),
                at=timezone.now(),
            )
        except QueryProblem as problem:
            raise ValidationError({"name": [_(problem.msgid)]}) from problem
        return Response(SavedQuerySerializer(kept).data, status=status.HTTP_201_CREATED)


@gate("report", proved=True)
class OneSavedQuery(APIView):
    """A query of one's own."""

    @extend_schema(responses={204: None})
    def delete(self, request: Request, query: UUID) -> Response:
        """Removes it."""
        who = asker(request)
        found = queries.own(who, query)
        if found is None:
            raise Http404
        actions.forget(who=who, query=found)
        return Response(status=status.HTTP_204_NO_CONTENT)


def _asked(request: Request) -> Criteria:
    asked = read(request.query_params, sealed_day() or timezone.now().date())
    if asked.problems:
        raise ValidationError({name: [_(msgid)] for name, msgid in asked.problems.items()})
    return asked


def _text(value: object) -> str | None:
    if value is None:
        return None
    return format(value.normalize(), "f") if isinstance(value, Decimal) else str(value)
