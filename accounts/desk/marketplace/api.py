"""The Investors' Marketplace over the API: the same actions, gates and words as the pages."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.mixins import ListModelMixin
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.desk.marketplace import actions, queries
from accounts.desk.marketplace.models import (
    LONGEST_FEES,
    LONGEST_NAME,
    LONGEST_TEXT,
    SAID,
    Listing,
    ListingCategory,
    ListingState,
)
from accounts.desk.marketplace.rules import ListingConflict, ListingProblem, Said
from accounts.ground.access.api import AmountField, Conflict, ScopedView, StrictSerializer
from accounts.ground.access.context import Who
from accounts.ground.access.gates import SIGNED_IN, gate
from accounts.ground.access.scope import NotAllowed
from accounts.ground.api_pages import Pages
from accounts.ground.tree.models import CURRENCIES

_ASKED = [OpenApiParameter(name, str) for name in ("category", "region", "q")]


class ByName(Pages):
    """From A on."""

    ordering = ("name", "pk")


class ListingSerializer(serializers.ModelSerializer):
    """What a firm says of itself."""

    category = serializers.ChoiceField(ListingCategory.choices)
    currency = serializers.ChoiceField(CURRENCIES)

    class Meta:
        model = Listing
        fields = ("id", "category", *SAID)


class OwnListingSerializer(ListingSerializer):
    """One's own, with where it stands and what the back office said."""

    state = serializers.ChoiceField(ListingState.choices)

    class Meta(ListingSerializer.Meta):
        fields = (*ListingSerializer.Meta.fields, "state", "reason", "written_at", "decided_at")


class ListingTextSerializer(StrictSerializer):
    """What is to be said."""

    name = serializers.CharField(max_length=LONGEST_NAME)
    text = serializers.CharField(max_length=LONGEST_TEXT)
    contact = serializers.CharField(max_length=200)
    region = serializers.CharField(max_length=80)
    website = serializers.CharField(max_length=200, required=False, allow_blank=True, default="")
    minimum = AmountField(max_digits=14, decimal_places=2, required=False, allow_null=True, default=None)
    currency = serializers.ChoiceField(CURRENCIES, default="USD")
    fees = serializers.CharField(max_length=LONGEST_FEES, required=False, allow_blank=True, default="")


@gate(SIGNED_IN)
class Listings(ListModelMixin, ScopedView):
    """Approved listings of all firms, for advisors and money managers."""

    model = Listing
    serializer_class = ListingSerializer
    pagination_class = ByName
    filter_backends = ()

    def get_queryset(self) -> Any:
        """By category, region and words."""
        if getattr(self, "swagger_fake_view", False):
            return super().get_queryset()
        queries.visitor(self.who)
        asked = self.request.query_params
        return queries.listed(
            category=asked.get("category", ""), region=asked.get("region", ""), text=asked.get("q", "")
        )

    @extend_schema(parameters=_ASKED)
    def get(self, request: Request) -> Response:
        """One page."""
        return self.list(request)


@gate(SIGNED_IN)
class OneListing(APIView):
    """One listing."""

    @extend_schema(responses=ListingSerializer)
    def get(self, request: Request, pk: UUID) -> Response:
        """Approved, or one's own."""
        return Response(ListingSerializer(queries.listing_for(_visitor(request), pk)).data)


@gate(SIGNED_IN)
class OwnListings(APIView):
    """The listings of one's own practice."""

    @extend_schema(responses=OwnListingSerializer(many=True))
    def get(self, request: Request) -> Response:
        """In every state."""
        return Response(OwnListingSerializer(queries.own_listings(_visitor(request)), many=True).data)


@gate(SIGNED_IN)
class OwnListing(APIView):
    """One's own listing of a category."""

    @extend_schema(request=ListingTextSerializer, responses=OwnListingSerializer)
    def put(self, request: Request, category: str) -> Response:
        """Write it, or write it anew; it is a draft then."""
        who = _speaker(request, category)
        said = Said(**ListingTextSerializer.of(request))
        with _refusing():
            made = actions.write(who=who, category=category, said=said, at=timezone.now())
        return Response(OwnListingSerializer(made).data)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, category: str) -> Response:
        """Withdraw it."""
        with _refusing():
            actions.withdraw(who=_speaker(request, category), category=category, at=timezone.now())
        return Response(status=204)


@gate(SIGNED_IN)
class SubmitListing(APIView):
    """Puts a draft before the back office."""

    @extend_schema(request=None, responses=OwnListingSerializer)
    def post(self, request: Request, category: str) -> Response:
        """It waits for the back office then."""
        with _refusing():
            made = actions.submit(who=_speaker(request, category), category=category, at=timezone.now())
        return Response(OwnListingSerializer(made).data)


@contextmanager
def _refusing() -> Iterator[None]:
    """What stands elsewhere by now is a conflict; everything else is not valid."""
    try:
        yield
    except ListingConflict as problem:
        raise Conflict(str(problem)) from problem
    except ListingProblem as problem:
        raise serializers.ValidationError({"listing": [str(problem)]}) from problem


def _visitor(request: Request) -> Who:
    return queries.visitor(request.seat)  # type: ignore[attr-defined]


def _speaker(request: Request, category: str) -> Who:
    who = _visitor(request)
    if not queries.may_list(who):
        raise NotAllowed("manage")
    if category not in ListingCategory.values:
        raise Http404
    return who
