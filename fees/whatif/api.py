"""What-ifs over the API: the same terms, jobs and proposals as the pages; amounts are text."""

from typing import Any
from uuid import UUID

from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.exceptions import ValidationError
from rest_framework.mixins import ListModelMixin
from rest_framework.request import Request as ApiRequest
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.ground.access.api import Conflict, ScopedView, StrictSerializer
from accounts.ground.access.context import Who
from accounts.ground.access.gates import gate
from accounts.ground.api_pages import Pages
from accounts.ground.jobs.actions import cancel
from accounts.ground.jobs.models import Job, JobState
from accounts.ground.tree.queries import typed
from fees.proofs.words import tell
from fees.proposals.api_terms import ComponentField, component
from fees.proposals.rules import Wanted
from fees.schedules.models import Strategy
from fees.schedules.rules import MOST_COMPONENTS, ScheduleRefused
from fees.whatif import actions, queries, sending
from fees.whatif.models import WhatIfLine
from fees.whatif.rules import MOST_NUMBERS, REFUSALS, Scope
from fees.whatif.tasks import wake, wake_sending
from portal.lib.words import Sentence, gettext_noop

LARGEST_KEY = 2**63 - 1
NOBODY = gettext_noop("Nobody was chosen to whom these terms have not been proposed already.")
NOT_DONE = gettext_noop("Wait until every account has been worked out.")


class AskWhatIfSerializer(StrictSerializer):
    """Terms to try: on all clients, on those of one second-level practice, or on named accounts."""

    strategy = serializers.ChoiceField(choices=Strategy.choices)
    components = serializers.ListField(child=ComponentField(), required=False, max_length=4 * MOST_COMPONENTS)
    practice = serializers.IntegerField(required=False, allow_null=True, min_value=1, max_value=LARGEST_KEY)
    accounts = serializers.ListField(
        child=serializers.CharField(max_length=12), required=False, max_length=MOST_NUMBERS
    )


class ProposeWhatIfSerializer(StrictSerializer):
    """Whom to propose the terms to; without accounts everybody who was measured."""

    accounts = serializers.ListField(
        child=serializers.CharField(max_length=12), required=False, max_length=MOST_NUMBERS
    )


class WhatIfSumSerializer(serializers.Serializer):
    """What the accounts of one currency paid and would have paid."""

    currency = serializers.CharField()
    accounts = serializers.IntegerField()
    before = serializers.CharField()
    after = serializers.CharField()
    more = serializers.IntegerField()
    less = serializers.IntegerField()


class WhatIfSerializer(serializers.Serializer):
    """How far a what-if is, and what it came to; `answers` counts what became of its proposals."""

    id = serializers.UUIDField()
    state = serializers.ChoiceField(JobState.choices)
    done = serializers.IntegerField()
    of = serializers.IntegerField(allow_null=True)
    first_day = serializers.DateField()
    last_day = serializers.DateField()
    strategy = serializers.CharField()
    components = serializers.ListField(child=serializers.DictField())
    currencies = WhatIfSumSerializer(many=True)
    bands = serializers.DictField(child=serializers.IntegerField())
    refused = serializers.DictField(child=serializers.IntegerField())
    answers = serializers.DictField(child=serializers.IntegerField())


class WhatIfLineSerializer(serializers.ModelSerializer):
    """One account: what it was billed and would have been, or why nothing can be said."""

    account = serializers.CharField(source="account.number")
    reason = serializers.SerializerMethodField()

    class Meta:
        model = WhatIfLine
        fields = ("account", "currency", "since", "before", "after", "change", "band", "reason", "answer", "detail")

    def get_reason(self, row: WhatIfLine) -> str:
        return tell(Sentence(REFUSALS[row.problem], {})) if row.problem in REFUSALS else ""


class LinePages(Pages):
    """By account, as the pages of the table go."""

    ordering = ("account_id",)


@gate("set_fees")
class WhatIfs(APIView):
    """Tries terms on the last twelve months."""

    @extend_schema(request=AskWhatIfSerializer, responses={202: WhatIfSerializer})
    def post(self, request: ApiRequest) -> Response:
        """A job works it out, a slice of accounts at a time; nothing is billed and nobody is told."""
        who, given = _who(request), AskWhatIfSerializer.of(request)
        wanted = Wanted(strategy=given["strategy"], components=tuple(given.get("components", ())))
        named = tuple(one.upper() for one in given.get("accounts", ()))
        try:
            job = actions.ask(
                who=who, wanted=wanted, of=Scope(practice=given.get("practice"), numbers=named), at=timezone.now()
            )
        except ScheduleRefused as refused:
            found: dict[str, list[str]] = {}
            for one in refused.problems:
                found.setdefault(one.field, []).append(tell(one.sentence))
            raise ValidationError(found) from refused
        wake(who, job)
        return Response(_told(job), status=status.HTTP_202_ACCEPTED)


@gate("set_fees")
class OneWhatIf(APIView):
    """A what-if of one's own."""

    @extend_schema(responses=WhatIfSerializer)
    def get(self, request: ApiRequest, trial: UUID) -> Response:
        """How far it is, and what it found."""
        return Response(_told(queries.trial_of(_who(request), trial)))

    @extend_schema(responses={204: None})
    def delete(self, request: ApiRequest, trial: UUID) -> Response:
        """Stop it; what was worked out so far is not shown."""
        cancel(job=queries.trial_of(_who(request), trial), at=timezone.now())
        return Response(status=status.HTTP_204_NO_CONTENT)


@extend_schema(
    parameters=[
        OpenApiParameter("show", OpenApiTypes.STR, enum=[*queries.SHOWS], description="Only these"),
        OpenApiParameter("q", OpenApiTypes.STR, description="Part of a number or a title"),
    ]
)
@gate("set_fees")
class WhatIfLines(ListModelMixin, ScopedView):
    """What a what-if found, account by account."""

    model = WhatIfLine
    right = "set_fees"
    serializer_class = WhatIfLineSerializer
    pagination_class = LinePages

    def get_queryset(self) -> Any:
        """Of a what-if that is done."""
        if getattr(self, "swagger_fake_view", False):
            return super().get_queryset()
        job = queries.trial_of(self.who, self.kwargs["trial"])
        given = self.request.query_params
        rows = queries.lines(self.who, job, show=given.get("show", ""), text=typed(given.get("q")))
        return rows if job.state == JobState.DONE and job.result is not None else rows.none()

    def get(self, request: ApiRequest, trial: UUID) -> Response:
        """One page."""
        return self.list(request)


@gate("set_fees", step_up=True)
class ProposeWhatIf(APIView):
    """Proposes the terms of a what-if."""

    @extend_schema(request=ProposeWhatIfSerializer, responses={202: WhatIfSerializer})
    def post(self, request: ApiRequest, trial: UUID) -> Response:
        """To each account by itself: what costs no more applies, the rest waits for its client."""
        who, given = _who(request), ProposeWhatIfSerializer.of(request)
        job = queries.trial_of(who, trial)
        if job.state != JobState.DONE or job.result is None:
            raise Conflict(tell(Sentence(NOT_DONE, {})))
        rows = queries.lines(who, job)
        if "accounts" in given:
            rows = rows.filter(account__number__in=[one.upper() for one in given["accounts"]])
        sent = sending.ask_to_send(who=who, trial=job, rows=rows)
        if sent is None:
            raise Conflict(tell(Sentence(NOBODY, {})))
        wake_sending(who, sent)
        return Response(_told(job), status=status.HTTP_202_ACCEPTED)


def _told(job: Job) -> dict[str, Any]:
    window, wanted, result = actions.window_of(job), actions.wanted_of(job), job.result or {}
    return WhatIfSerializer(
        {
            **{name: getattr(job, name) for name in ("id", "state", "done", "of")},
            "first_day": window.starts,
            "last_day": window.last_day,
            "strategy": wanted.strategy,
            "components": [component(one) for one in wanted.components],
            "currencies": result.get("currencies", []),
            "bands": result.get("bands", {}),
            "refused": result.get("refused", {}),
            "answers": queries.answers(job),
        }
    ).data


def _who(request: ApiRequest) -> Who:
    return request.seat  # type: ignore[attr-defined]
