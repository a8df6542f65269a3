"""Fee templates over the API: the same actions, gates and words as the pages."""

from collections.abc import Callable
from typing import Any, TypeVar
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request as ApiRequest
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.ground.access.api import Conflict, StrictSerializer
from accounts.ground.access.context import Who
from accounts.ground.access.gates import gate
from accounts.ground.jobs.models import Job, JobState
from fees.patterns import actions, applying, queries
from fees.patterns.actions import TemplateRefused
from fees.patterns.models import LONGEST_NAME, FeeTemplate
from fees.patterns.queries import own_job
from fees.patterns.tasks import wake
from fees.proofs.words import tell
from fees.proposals.api_terms import FeeTermsSerializer, component, wanted_from
from fees.proposals.rules import Wanted
from fees.schedules.rules import ScheduleRefused

Done = TypeVar("Done")
HIGHEST = 10**9


class TemplateTermsSerializer(FeeTermsSerializer):
    """A template: a name and terms. `seen` is the version that was read, where one is changed."""

    name = serializers.CharField(max_length=4 * LONGEST_NAME)
    is_default = serializers.BooleanField(required=False, default=False)
    seen = serializers.IntegerField(required=False, default=0, min_value=0, max_value=HIGHEST)


class FeeTemplateSerializer(serializers.ModelSerializer):
    """One template; figures are text."""

    components = serializers.SerializerMethodField()

    class Meta:
        model = FeeTemplate
        fields = (
            *("id", "name", "version", "is_first", "is_default", "strategy", "components"),
            *("commissions_to_master", "other_fees_to_master", "cap_kind", "cap_rate"),
        )

    def get_components(self, row: FeeTemplate) -> list[dict[str, Any]]:
        """As they are sent."""
        return [component(one) for one in queries.wanted_of(row).components]


class SeenSerializer(StrictSerializer):
    """The version that was read."""

    seen = serializers.IntegerField(min_value=0, max_value=HIGHEST)


class AccountNumbersSerializer(StrictSerializer):
    """Accounts by their numbers."""

    accounts = serializers.ListField(child=serializers.CharField(max_length=12), max_length=applying.MOST + 1)


class TemplateJobSerializer(serializers.Serializer):
    """How far a job is, and what becomes of each account: it waits for the client, applies, is the same, is refused."""

    id = serializers.UUIDField()
    kind = serializers.CharField()
    state = serializers.ChoiceField(JobState.choices)
    done = serializers.IntegerField()
    of = serializers.IntegerField(allow_null=True)
    message = serializers.CharField()
    rows = serializers.DictField()


@gate("set_fees", step_up=True)
class FeeTemplates(APIView):
    """The practice's templates."""

    @extend_schema(responses=FeeTemplateSerializer(many=True))
    def get(self, request: ApiRequest) -> Response:
        """All of them, the default one first."""
        return Response(FeeTemplateSerializer(queries.own(_who(request)), many=True).data)

    @extend_schema(request=TemplateTermsSerializer, responses={201: FeeTemplateSerializer})
    def post(self, request: ApiRequest) -> Response:
        """A new one; no client's fees change."""
        given, wanted = _given(request)
        made = _tried(
            lambda: actions.create(
                who=_who(request),
                name=given["name"],
                wanted=wanted,
                is_default=given["is_default"],
                at=timezone.now(),
            )
        )
        return Response(FeeTemplateSerializer(made).data, status=status.HTTP_201_CREATED)


@gate("set_fees", step_up=True)
class OneFeeTemplate(APIView):
    """One template."""

    @extend_schema(responses=FeeTemplateSerializer)
    def get(self, request: ApiRequest, template: UUID) -> Response:
        """Its terms."""
        return Response(FeeTemplateSerializer(queries.one(_who(request), template)).data)

    @extend_schema(request=TemplateTermsSerializer, responses=FeeTemplateSerializer)
    def put(self, request: ApiRequest, template: UUID) -> Response:
        """Other terms or another name; `seen` is the version that was read."""
        who = _who(request)
        found = queries.one(who, template)
        given, wanted = _given(request)
        changed = _tried(
            lambda: actions.change(
                who=who, template=found, name=given["name"], wanted=wanted, seen=given["seen"], at=timezone.now()
            )
        )
        return Response(FeeTemplateSerializer(changed).data)

    @extend_schema(request=SeenSerializer, responses={204: None})
    def delete(self, request: ApiRequest, template: UUID) -> Response:
        """Off the list; clients keep their terms."""
        who = _who(request)
        found, seen = queries.one(who, template), SeenSerializer.of(request)["seen"]
        _tried(lambda: actions.delete(who=who, template=found, seen=seen, at=timezone.now()))
        return Response(status=status.HTTP_204_NO_CONTENT)


@gate("set_fees", step_up=True)
class DefaultFeeTemplate(APIView):
    """The template that new clients begin with."""

    @extend_schema(request=None, responses=FeeTemplateSerializer)
    def post(self, request: ApiRequest, template: UUID) -> Response:
        """Make it this one."""
        who = _who(request)
        found = queries.one(who, template)
        return Response(FeeTemplateSerializer(actions.make_default(who=who, template=found, at=timezone.now())).data)


@gate("set_fees")
class ReviewFeeTemplate(APIView):
    """What a template would mean for accounts."""

    @extend_schema(request=AccountNumbersSerializer, responses={202: TemplateJobSerializer})
    def post(self, request: ApiRequest, template: UUID) -> Response:
        """A job works it out, account by account; nothing is sent."""
        who = _who(request)
        found, numbers = queries.one(who, template), AccountNumbersSerializer.of(request)["accounts"]
        made = _tried(lambda: applying.ask(who=who, template=found, numbers=numbers, at=timezone.now()))
        wake(who, made)
        return Response(_job(made), status=status.HTTP_202_ACCEPTED)


class TermsForAccountsSerializer(FeeTermsSerializer):
    """Terms, and the accounts they are for."""

    accounts = serializers.ListField(child=serializers.CharField(max_length=12), max_length=applying.MOST + 1)


@gate("set_fees")
class ReviewFeeTerms(APIView):
    """What terms would mean for accounts."""

    @extend_schema(request=TermsForAccountsSerializer, responses={202: TemplateJobSerializer})
    def post(self, request: ApiRequest) -> Response:
        """A job works it out, account by account; nothing is sent."""
        who = _who(request)
        read = TermsForAccountsSerializer(data=request.data)
        read.is_valid(raise_exception=True)
        given = read.validated_data
        made = _tried(
            lambda: applying.ask_terms(who=who, wanted=wanted_from(given), numbers=given["accounts"], at=timezone.now())
        )
        wake(who, made)
        return Response(_job(made), status=status.HTTP_202_ACCEPTED)


@gate("set_fees")
class FeeTemplateJob(APIView):
    """A job of one's own."""

    @extend_schema(responses=TemplateJobSerializer)
    def get(self, request: ApiRequest, task: UUID) -> Response:
        """How far it is, and what it found."""
        return Response(_job(own_job(_who(request), task)))


@gate("set_fees", step_up=True)
class SendFeeTemplate(APIView):
    """Proposes the terms to accounts that were worked out."""

    @extend_schema(request=AccountNumbersSerializer, responses={202: TemplateJobSerializer})
    def post(self, request: ApiRequest, task: UUID) -> Response:
        """Each by itself: what costs no more applies, the rest waits for its client."""
        who = _who(request)
        review, numbers = own_job(who, task), AccountNumbersSerializer.of(request)["accounts"]
        made = _tried(lambda: applying.ask_to_apply(who=who, review=review, numbers=numbers))
        wake(who, made)
        return Response(_job(made), status=status.HTTP_202_ACCEPTED)


def _given(request: ApiRequest) -> tuple[dict[str, Any], Wanted]:
    read = TemplateTermsSerializer(data=request.data)
    read.is_valid(raise_exception=True)
    given = {**read.validated_data, "name": read.validated_data["name"].strip()}
    return given, wanted_from(given)


def _tried(act: Callable[[], Done]) -> Done:
    try:
        return act()
    except ScheduleRefused as refused:
        found: dict[str, list[str]] = {}
        for one in refused.problems:
            found.setdefault(one.field, []).append(tell(one.sentence))
        raise ValidationError(found) from refused
    except TemplateRefused as refused:
        raise Conflict(tell(refused.sentence)) from refused


def _job(job: Job) -> dict[str, Any]:
    rows = (job.result or {}).get("rows", {})
    return {name: getattr(job, name) for name in ("id", "kind", "state", "done", "of", "message")} | {"rows": rows}


def _who(request: ApiRequest) -> Who:
    return request.seat  # type: ignore[attr-defined]
