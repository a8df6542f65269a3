"""Fee proposals over the API: the same terms, the same judgement, the same hands as the pages."""

import base64
import binascii
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.mixins import ListModelMixin
from rest_framework.request import Request as ApiRequest
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.ground.access.api import ScopedView, filters
from accounts.ground.access.context import Who
from accounts.ground.access.gates import gate
from accounts.ground.access.scope import account_for
from accounts.ground.api_pages import Pages
from accounts.ground.assignments.actions import as_payee
from accounts.ground.assignments.queries import accepted
from accounts.ground.signatures.reading import hand_of
from accounts.ground.signatures.rules import LONGEST_NAME
from accounts.ground.tree.models import Account
from accounts.ground.tree.queries import payee_name_of, with_payee
from fees.patterns import queries as patterns
from fees.patterns.drift import differing
from fees.patterns.models import FeeTemplate
from fees.proofs.words import tell
from fees.proposals import actions, queries, signing
from fees.proposals.api_terms import FeeTermsSerializer, component, wanted_from
from fees.proposals.beside import Room, room, year_back
from fees.proposals.judging import Judged, judge, payee_of
from fees.proposals.models import Proposal, ProposalState
from fees.proposals.preview import Effect, effect
from fees.proposals.rules import LARGEST_DRAWING, LONGEST_REASON, Wanted, read
from fees.schedules.rules import ScheduleRefused
from fees.sending.actions import as_its_payee
from fees.sending.queries import of_own_practice


class ProposalSerializer(serializers.ModelSerializer):
    """One proposal; figures are text."""

    account = serializers.CharField(source="account.number")
    payee = serializers.SerializerMethodField()
    components = serializers.SerializerMethodField()
    applies_from = serializers.DateField(
        read_only=True,
        allow_null=True,
        help_text="The first day of the agreed terms; null until the account is open",
    )

    class Meta:
        model = Proposal
        fields = (
            *("id", "account", "payee", "version", "state", "needs_signature", "strategy", "components"),
            *("commissions_to_master", "other_fees_to_master", "cap_kind", "cap_rate", "asked_start"),
            *("created_at", "proposed_at", "expires_on", "decided_at", "reason", "starts", "applies_from"),
            *("language", "document", "document_hash"),
        )

    def get_payee(self, row: Proposal) -> str | None:
        """Who would be paid: the practice, or a money manager of its client; null where you do not know it."""
        return payee_name_of(row)

    def get_components(self, row: Proposal) -> list[dict[str, Any]]:
        """As they are sent: the broker's name of each method, and beside it what it asks for."""
        return [component(read(one)) for one in row.components]


class FeePreviewSerializer(serializers.Serializer):
    """What terms would come to in the last closed period, and whether the client must sign."""

    starts = serializers.DateField()
    needs_signature = serializers.BooleanField()
    reasons = serializers.ListField(child=serializers.CharField())
    cautions = serializers.ListField(child=serializers.CharField())
    first_day = serializers.DateField(allow_null=True)
    last_day = serializers.DateField(allow_null=True)
    currency = serializers.CharField()
    before = serializers.CharField(allow_null=True)
    after = serializers.CharField(allow_null=True)
    year_before = serializers.CharField(allow_null=True)
    year_after = serializers.CharField(allow_null=True)
    sensitivity = serializers.DictField(child=serializers.CharField())
    arithmetic = serializers.ListField(child=serializers.CharField())
    cap_left = serializers.CharField(allow_null=True, help_text="What the rolling cap on all fees leaves")
    differs = serializers.ListField(child=serializers.CharField(), help_text="Fields that differ from the template")


class AccountTermsSerializer(FeeTermsSerializer):
    """Terms of one account, and the template of one's own that they came from.

    With `payee`, the account number of the account's money manager, they are that money manager's.
    """

    template = serializers.UUIDField(required=False, allow_null=True)
    payee = serializers.CharField(required=False, allow_blank=True, max_length=64, default="")


class SignatureHandSerializer(serializers.Serializer):
    """A signature: the hash of the text that was read, the full name, and a drawn one as PNG in base64."""

    seen = serializers.CharField(max_length=64)
    name = serializers.CharField(max_length=LONGEST_NAME)
    drawing = serializers.CharField(required=False, allow_blank=True, max_length=2 * LARGEST_DRAWING)


class ProposalReasonSerializer(serializers.Serializer):
    """Why, if one likes to say."""

    reason = serializers.CharField(required=False, allow_blank=True, max_length=LONGEST_REASON, default="")


class ProposalPages(Pages):
    """The latest first."""

    ordering = ("-created_at", "pk")


@gate("view")
class ProposalList(ListModelMixin, ScopedView):
    """Fee proposals about the accounts you see."""

    model = Proposal
    serializer_class = ProposalSerializer
    pagination_class = ProposalPages
    filterset_class = filters("account__number", state=ProposalState.choices)

    def get_queryset(self) -> Any:
        """With their accounts; an advisor's drafts are its practice's."""
        rows = with_payee(super().get_queryset().select_related("account"))
        if getattr(self, "swagger_fake_view", False):
            return rows
        return rows.filter(of_own_practice(self.who)) if self.who.is_advisor else rows

    def get(self, request: ApiRequest) -> Response:
        """One page of proposals."""
        return self.list(request)


@gate("set_fees")
class PreviewTerms(APIView):
    """Works out terms without keeping them."""

    @extend_schema(request=AccountTermsSerializer, responses=FeePreviewSerializer)
    def post(self, request: ApiRequest, number: str) -> Response:
        """What they would have cost in the last closed period; 400 says what is wrong with them."""
        who = _who(request)
        account = account_for(who, number, "set_fees")
        wanted, template = _wanted(who, request)
        with _for_payee(who, account, request) as payee:
            return self._preview(payee, account, wanted, template)

    def _preview(self, who: Who, account: Account, wanted: Wanted, template: FeeTemplate | None) -> Response:
        judged = judge(who=who, account=account, wanted=wanted, at=timezone.now())
        if judged.problems:
            raise _invalid(ScheduleRefused(judged.problems))
        found = effect(
            account,
            payee=payee_of(who),
            before=judged.standing.wanted.components,
            after=wanted.components,
            sealed=(sealed := judged.sealed),
            days=judged.days,
            read_from=sealed and year_back(sealed),
        )
        fee = found.after.amount if found else None
        beside = {
            "room": room(account, fee, sealed, found.read) if sealed and found and fee is not None else None,
            "differs": differing(patterns.wanted_of(template), wanted) if template else [],
        }
        return Response(_previewed(account, judged, found, **beside))


@gate("set_fees")
class DraftTerms(APIView):
    """Keeps terms as the practice's draft about an account."""

    @extend_schema(request=AccountTermsSerializer, responses=ProposalSerializer)
    def put(self, request: ApiRequest, number: str) -> Response:
        """The client does not see it; it takes the place of the draft that was there."""
        who = _who(request)
        account = account_for(who, number, "set_fees")
        wanted, _template = _wanted(who, request)
        with _for_payee(who, account, request) as payee:
            kept = _tried(lambda: actions.draft(who=payee, account=account, wanted=wanted, at=timezone.now()))
        return Response(ProposalSerializer(kept).data)


@gate("set_fees", step_up=True)
class SendTerms(APIView):
    """Sends terms to the client."""

    @extend_schema(request=AccountTermsSerializer, responses=ProposalSerializer)
    def post(self, request: ApiRequest, number: str) -> Response:
        """What costs no more applies at once; the rest waits for the client's signature."""
        who = _who(request)
        account = account_for(who, number, "set_fees")
        wanted, _template = _wanted(who, request)
        with _for_payee(who, account, request) as payee:
            sent = _tried(lambda: actions.propose(who=payee, account=account, wanted=wanted, at=timezone.now()))
        return Response(ProposalSerializer(sent).data, status=status.HTTP_201_CREATED)


@gate("set_fees")
class CancelProposal(APIView):
    """Takes a proposal back."""

    @extend_schema(request=ProposalReasonSerializer, responses=ProposalSerializer)
    def post(self, request: ApiRequest, pk: UUID) -> Response:
        """While the client has not decided."""
        who = _who(request)
        found = queries.own_proposal(who, pk)
        reason = _given(ProposalReasonSerializer, request)["reason"]

        def act() -> Proposal:
            with as_its_payee(who, found, actions.ProposalRefused) as payee:
                return actions.cancel(who=payee, proposal=found, reason=reason, at=timezone.now())

        return Response(ProposalSerializer(_tried(act)).data)


@gate("sign", step_up=True)
class SignProposal(APIView):
    """Signs a proposal as its account's owner."""

    @extend_schema(request=SignatureHandSerializer, responses=ProposalSerializer)
    def post(self, request: ApiRequest, pk: UUID) -> Response:
        """Puts the terms into force."""
        who = _who(request)
        found = queries.asked(who, pk)
        given = _given(SignatureHandSerializer, request)
        hand = hand_of(request._request, given["name"], _picture(given["drawing"]) if given.get("drawing") else None)
        signed = _tried(lambda: signing.sign(who=who, proposal=found, hand=hand, seen=given["seen"], at=timezone.now()))
        return Response(ProposalSerializer(signed).data)


@gate("sign")
class DeclineProposal(APIView):
    """Declines a proposal as its account's owner."""

    @extend_schema(request=ProposalReasonSerializer, responses=ProposalSerializer)
    def post(self, request: ApiRequest, pk: UUID) -> Response:
        """What applied before goes on."""
        who = _who(request)
        found = queries.asked(who, pk)
        reason = _given(ProposalReasonSerializer, request)["reason"]
        ended = _tried(lambda: signing.decline(who=who, proposal=found, reason=reason, at=timezone.now()))
        return Response(ProposalSerializer(ended).data)


@gate("view")
class OneProposal(APIView):
    """One proposal with its text."""

    @extend_schema(responses=ProposalSerializer)
    def get(self, request: ApiRequest, pk: UUID) -> Response:
        """Of one's own practice, or about one's own account."""
        who = _who(request)
        rows = queries.of_practice(who) if who.is_advisor else queries.proposals(who)
        found = rows.filter(pk=pk).first()
        if found is None:
            raise NotFound
        return Response(ProposalSerializer(found).data)


def _wanted(who: Who, request: ApiRequest) -> tuple[Wanted, FeeTemplate | None]:
    given = _given(AccountTermsSerializer, request)
    wanted, key = wanted_from(given), given.get("template")
    if key is None:
        return wanted, None
    found = patterns.picked(who, str(key))
    if found is None:
        raise ValidationError({"template": [_("Choose one of your own templates.")]})
    return replace(wanted, template=found.pk, template_version=found.version), found


@contextmanager
def _for_payee(who: Who, account: Account, request: ApiRequest) -> Iterator[Who]:
    """The practice itself, or the money manager that the terms name as their payee."""
    number = _given(AccountTermsSerializer, request)["payee"].strip().upper()
    if not number:
        yield who
        return
    manager = accepted([account.pk]).get(account.pk) if who.role == "top" else None
    if manager is None or manager.number != number:
        raise ValidationError({"payee": [_("The account is not assigned to this money manager")]})
    with as_payee(who, [account.pk], manager) as payee:
        yield payee


def _previewed(
    account: Account, judged: Judged, found: Effect | None, *, room: Room | None, differs: list[str]
) -> dict[str, Any]:
    before, after = (found.before, found.after) if found else (None, None)
    span = after.values.span if after else None
    text: Callable[[Any], str | None] = lambda number: None if number is None else str(number)  # noqa: E731
    known = after is not None and after.amount is not None
    return {
        "starts": judged.starts,
        "needs_signature": judged.needs_signature,
        "reasons": [tell(one) for one in judged.reasons],
        "cautions": [tell(one) for one in judged.cautions],
        "first_day": span.starts if span else None,
        "last_day": span.last_day if span else None,
        "currency": account.base_currency,
        "before": text(before.amount if before else None),
        "after": text(after.amount if after else None),
        "year_before": text(before.year if before else None),
        "year_after": text(after.year if after else None),
        "sensitivity": {str(step): str(amount) for step, amount in (after.sensitivity if after and known else [])},
        "arithmetic": [tell(one) for one in (after.arithmetic if after and known else [])],
        "cap_left": text(room.left if room else None),
        "differs": differs,
    }


def _tried(act: Callable[[], Proposal]) -> Proposal:
    try:
        return act()
    except ScheduleRefused as refused:
        raise _invalid(refused) from refused
    except actions.ProposalRefused as refused:
        raise ValidationError([tell(refused.sentence)]) from refused


def _invalid(refused: ScheduleRefused) -> ValidationError:
    found: dict[str, list[str]] = {}
    for one in refused.problems:
        found.setdefault(one.field, []).append(tell(one.sentence))
    return ValidationError(found)


def _given(kind: type[serializers.Serializer], request: ApiRequest) -> Any:
    given = kind(data=request.data)
    given.is_valid(raise_exception=True)
    return given.validated_data


def _picture(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return b""


def _who(request: ApiRequest) -> Who:
    return request.seat  # type: ignore[attr-defined]
