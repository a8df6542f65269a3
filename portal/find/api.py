"""Search everywhere, over the API: the same that the palette offers."""

from typing import Any

from django.urls import reverse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.ground.access.gates import gate
from portal.find.queries import Found, found
from portal.find.rules import ACTION, PAGE, SETTING

ACCOUNT, CONTACT = "account", "contact"
KINDS = [(kind, kind) for kind in (PAGE, SETTING, ACTION, ACCOUNT, CONTACT)]


class FoundSerializer(serializers.Serializer):
    """Something that was found: `key` is an account's number or a contact's id, `address` the page that shows it."""

    kind = serializers.ChoiceField(KINDS)
    key = serializers.CharField(allow_blank=True)
    title = serializers.CharField()
    detail = serializers.CharField(allow_blank=True)
    address = serializers.CharField()


class SearchSerializer(serializers.Serializer):
    """What was found, best first within each kind. `book_is_open` is null for who keeps no client book."""

    book_is_open = serializers.BooleanField(allow_null=True)
    results = FoundSerializer(many=True)


@gate("view")
class Search(APIView):
    """Pages, settings, things to begin, accounts, and contacts while the client book is open."""

    @extend_schema(
        operation_id="v1_search",
        parameters=[OpenApiParameter("q", OpenApiTypes.STR, description="A few letters")],
        responses=SearchSerializer,
    )
    def get(self, request: Request) -> Response:
        """A few of each kind."""
        result = found(request._request, request.query_params.get("q"))
        return Response({"book_is_open": result.book_is_open, "results": told(result)})


def told(result: Found) -> list[dict[str, Any]]:
    """What was found, as the API says it."""
    return [
        *(_line(one.kind, "", one.words, one.where, one.address) for one in result.places),
        *(
            _line(ACCOUNT, one.number, one.title, one.alias, reverse("records:account", args=[one.number]))
            for one in result.accounts
        ),
        *(
            _line(CONTACT, str(one.pk), one.title, one.shown_email, reverse("contacts:profile", args=[one.pk]))
            for one in result.contacts
        ),
    ]


def _line(kind: str, key: str, title: str, detail: str, address: str) -> dict[str, str]:
    return {"kind": kind, "key": key, "title": title, "detail": detail, "address": address}
