"""The billing desk over the API: a month's lines, its forecast, approval, and closing it."""

from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request as ApiRequest
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.ground.access.api import AmountField, StrictSerializer
from accounts.ground.access.gates import gate
from accounts.ground.clock import exchange_today
from accounts.ground.jobs.models import Job
from accounts.ground.paging import page_of
from accounts.ground.runs.queries import sealed_day
from fees.billing import actions, queries
from fees.billing.rules import Line, Month
from fees.billing.showing import told
from fees.billing.tasks import wake
from fees.billing.views import line_of
from fees.proofs.words import tell

MONTH = OpenApiParameter("month", description="As 2026-11; by default the present month.")
AFTER = OpenApiParameter("after", description="The cursor of the next page.")


class BillingExceptionSerializer(serializers.Serializer):
    """One thing worth a look."""

    code = serializers.CharField()
    severity = serializers.CharField()
    words = serializers.CharField()


class BillingLineSerializer(serializers.Serializer):
    """One account and currency of a month; amounts are text."""

    account = serializers.CharField()
    currency = serializers.CharField()
    projected = serializers.CharField()
    pending = serializers.CharField()
    processed = serializers.CharField()
    reconciled = serializers.CharField()
    before = serializers.CharField(help_text="The whole month before")
    cash = serializers.CharField(allow_null=True)
    exceptions = BillingExceptionSerializer(many=True)


class BillingMonthSerializer(serializers.Serializer):
    """A month of the desk, a page of accounts at a time."""

    month = serializers.CharField()
    is_closed = serializers.BooleanField()
    lines = BillingLineSerializer(many=True)
    next = serializers.CharField(allow_blank=True)


class BillingWishSerializer(StrictSerializer):
    """A month, as 2026-11; `reason` says why it is closed although errors are open."""

    month = serializers.RegexField(r"^\d{4}-\d{2}$")
    reason = serializers.CharField(max_length=500, required=False, allow_blank=True, default="")


class ForecastSerializer(serializers.Serializer):
    """How far a forecast is, and its answer by currency."""

    id = serializers.UUIDField(allow_null=True)
    state = serializers.CharField()
    message = serializers.CharField(allow_blank=True)
    nights = serializers.IntegerField(allow_null=True)
    totals = serializers.DictField(child=serializers.CharField())


class ThresholdSerializer(StrictSerializer):
    """From which amount on a second person approves; null asks for nobody."""

    threshold = AmountField(max_digits=17, decimal_places=2, allow_null=True)
    holds_from = serializers.DateField(
        read_only=True,
        allow_null=True,
        help_text="The first business day of an amount that asks less often, the second to come; null: at once",
    )


@gate("set_fees")
class BillingMonth(APIView):
    """A month of your practice's billing."""

    @extend_schema(responses=BillingMonthSerializer, parameters=[MONTH, AFTER])
    def get(self, request: ApiRequest) -> Response:
        """Fifty accounts at a time."""
        who, sealed = request.seat, sealed_day()  # type: ignore[attr-defined]
        month = Month.read(request.GET.get("month", ""), exchange_today())
        page = page_of(queries.accounts_of(who), order=["sort_key", "pk"], query=request.GET)
        known = sealed or month.before.first
        found = queries.exceptions(who, month, known)
        lines = [_line(one) for one in queries.lines(who, month, page.rows, known, found)]
        closed = queries.lock_of(who, month) is not None
        return Response({"month": month.text, "is_closed": closed, "lines": lines, "next": page.next})


@gate("set_fees")
class BillingForecast(APIView):
    """What a month comes to if values stay."""

    @extend_schema(responses=ForecastSerializer, parameters=[MONTH])
    def get(self, request: ApiRequest) -> Response:
        """Your last forecast of the month."""
        month = Month.read(request.GET.get("month", ""), exchange_today())
        who = request.seat  # type: ignore[attr-defined]
        return Response(_forecast(queries.forecast_of(who, month, timezone.now())))

    @extend_schema(request=BillingWishSerializer, responses={202: ForecastSerializer})
    def post(self, request: ApiRequest) -> Response:
        """Work it out; nothing is saved but the answer."""
        who, month = request.seat, _month(request)  # type: ignore[attr-defined]
        job = actions.ask_forecast(who=who, month=month, at=timezone.now())
        wake(who, job)
        return Response(_forecast(job), status=status.HTTP_202_ACCEPTED)


@gate("set_fees", step_up=True)
class BillingLockView(APIView):
    """Closes a month, or opens it again."""

    @extend_schema(request=BillingWishSerializer, responses={204: None})
    def put(self, request: ApiRequest) -> Response:
        """Close it as it stands."""
        given = BillingWishSerializer.of(request)
        who = request.seat  # type: ignore[attr-defined]
        return _done(
            lambda: actions.close_month(
                who=who, month=_month(request), reason=given["reason"], sealed=sealed_day(), at=timezone.now()
            )
        )

    @extend_schema(request=BillingWishSerializer, responses={204: None})
    def delete(self, request: ApiRequest) -> Response:
        """Open it again; another person than who closed it."""
        who = request.seat  # type: ignore[attr-defined]
        return _done(lambda: actions.open_month(who=who, month=_month(request), at=timezone.now()))


@gate("set_fees", step_up=True)
class BillingThreshold(APIView):
    """From which amount on a second person approves."""

    @extend_schema(request=ThresholdSerializer, responses=ThresholdSerializer)
    def put(self, request: ApiRequest) -> Response:
        """For what is sent from now on; less often only two business days later, told at once to all who set fees."""
        wanted, who = ThresholdSerializer.of(request)["threshold"], request.seat  # type: ignore[attr-defined]
        try:
            rule = actions.choose_threshold(who=who, threshold=wanted, at=timezone.now())
        except actions.BillingRefused as refused:
            raise ValidationError({"threshold": [tell(refused.sentence)]}) from refused
        return Response(ThresholdSerializer(rule).data)


@gate("set_fees", step_up=True)
class ApproveLine(APIView):
    """Approves an invoice or a reimbursement that somebody else sent."""

    @extend_schema(request=None, responses={204: None})
    def post(self, request: ApiRequest, kind: str, pk: UUID) -> Response:
        """Let it go."""
        who = request.seat  # type: ignore[attr-defined]
        return _done(lambda: actions.approve(who=who, line=line_of(who, kind, pk)))


def _done(act: Any) -> Response:
    try:
        act()
    except actions.BillingRefused as refused:
        raise ValidationError([tell(refused.sentence)]) from refused
    return Response(status=status.HTTP_204_NO_CONTENT)


def _month(request: ApiRequest) -> Month:
    text = BillingWishSerializer.of(request)["month"]
    month = Month.read(text, exchange_today())
    if month.text != text:
        raise ValidationError({"month": [_("There is no such month yet.")]})
    return month


def _line(line: Line) -> dict[str, Any]:
    return {
        "account": line.account.number,
        "currency": line.currency,
        **line.sums.told(),
        "before": format(line.sums.before, "f"),
        "cash": None if line.cash is None else format(line.cash, "f"),
        "exceptions": [
            {"code": one.code, "severity": one.severity.value, "words": str(one.words)} for one in line.exceptions
        ],
    }


def _forecast(job: Job | None) -> dict[str, Any]:
    if job is None:
        return {"id": None, "state": "none", "message": "", "nights": None, "totals": {}}
    found = told(job)
    return {
        "id": job.pk,
        "state": job.state,
        "message": _(job.message) if job.message else "",
        "nights": found.nights if found else None,
        "totals": {currency: str(amount) for currency, amount in found.totals.items()} if found else {},
    }
