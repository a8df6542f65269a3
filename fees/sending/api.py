"""What invoices and reimbursements have in common over the API: rows in, verdicts out, one pending line to change."""

from collections.abc import Callable
from typing import Any, ClassVar
from uuid import UUID

from django.utils.translation import gettext as _
from rest_framework import serializers, status
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.mixins import ListModelMixin
from rest_framework.request import Request as ApiRequest
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.ground.access.api import ScopedView
from accounts.ground.api_pages import Pages
from accounts.ground.idempotency.actions import once
from accounts.ground.idempotency.api import key_of
from fees.proofs.words import tell
from fees.sending.pages import own
from fees.sending.rules import Asked, Verdict

MOST_ROWS = 1000
FIELDS = (
    *("id", "account", "amount", "currency", "memo", "business_day", "state", "reason"),
    *("submitted_at", "changed_at", "processed_on"),
)


class LatestFirst(Pages):
    """The latest first."""

    ordering = ("-business_day", "-submitted_at", "pk")


class AskedSerializer(serializers.Serializer):
    """One line to be sent."""

    account = serializers.CharField(max_length=64)
    amount = serializers.CharField(max_length=64)
    memo = serializers.CharField(max_length=255, required=False, allow_blank=True, default="")


class ChangeSerializer(serializers.Serializer):
    """Another amount and memo."""

    amount = serializers.CharField(max_length=64)
    memo = serializers.CharField(max_length=255, required=False, allow_blank=True, default="")


class RowVerdictSerializer(serializers.Serializer):
    """What became of a row."""

    account = serializers.CharField()
    verdict = serializers.CharField(help_text="ok, or the reason of the refusal")
    words = serializers.CharField(allow_blank=True)
    available = serializers.CharField(allow_null=True)


class Lines(ListModelMixin, ScopedView):
    """Lines that you may see, latest first."""

    pagination_class = LatestFirst

    def get_queryset(self) -> Any:
        """With their accounts."""
        return super().get_queryset().select_related("account")

    def get(self, request: ApiRequest) -> Response:
        """One page."""
        return self.list(request)


class SendLines(APIView):
    """Takes rows under the name `noun`; each verdict names the line it became under `told_as`."""

    noun: ClassVar[str]
    told_as: ClassVar[str]
    submit: ClassVar[Callable[..., Any]]
    asked: ClassVar[type[AskedSerializer]] = AskedSerializer

    def post(self, request: ApiRequest) -> Response:
        """Take each row or refuse it with its reason; the same key and body answer the same."""
        key = key_of(request)
        given = self.asked(data=request.data, many=True)
        given.is_valid(raise_exception=True)
        if not 0 < len(given.validated_data) <= MOST_ROWS:
            raise ValidationError([_("Send one to %(most)s rows at a time.") % {"most": MOST_ROWS}])
        rows = [Asked(line, **row) for line, row in enumerate(given.validated_data, start=1)]
        who = request.seat  # type: ignore[attr-defined]

        def act() -> tuple[int, object]:
            day, verdicts = self.submit(who=who, rows=rows)
            told = [{**_told(one), self.told_as: one.invoice or None} for one in verdicts]
            return status.HTTP_200_OK, {"business_day": day.isoformat(), "rows": told}

        code, answer = once(user_id=who.user_id, key=f"{self.noun} {key}", route=self.noun, body=rows, act=act)
        return Response(answer, status=code)


class OneLine(APIView):
    """Changes or withdraws a pending line of one's own practice; `refusal` is what the actions raise."""

    serializer_class: ClassVar[type[serializers.ModelSerializer]]
    refusal: ClassVar[type[Exception]]
    lines: ClassVar[Callable[..., Any]]
    change: ClassVar[Callable[..., Any]]
    cancel: ClassVar[Callable[..., Any]]

    def patch(self, request: ApiRequest, pk: UUID) -> Response:
        """Another amount or memo, with all checks again."""
        given = ChangeSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        who, line = self._own(request, pk)
        try:
            changed = self.change(who, line, **given.validated_data)
        except self.refusal as refused:
            raise ValidationError({"amount": [tell(refused.sentence)]}) from refused  # type: ignore[attr-defined]
        return Response(self.serializer_class(changed).data)

    def delete(self, request: ApiRequest, pk: UUID) -> Response:
        """Withdraw it; it stays on record as cancelled."""
        who, line = self._own(request, pk)
        try:
            cancelled = self.cancel(who, line)
        except self.refusal as refused:
            raise ValidationError([tell(refused.sentence)]) from refused  # type: ignore[attr-defined]
        return Response(self.serializer_class(cancelled).data)

    def _own(self, request: ApiRequest, pk: UUID) -> tuple[Any, Any]:
        who = request.seat  # type: ignore[attr-defined]
        if (found := own(who, self.lines(who), pk)) is None:
            raise NotFound
        return who, found


def _told(one: Verdict) -> dict[str, object]:
    return {
        "account": one.account,
        "verdict": str(one.reason) or "ok",
        "words": tell(one.sentence) if one.sentence else "",
        "available": None if one.available is None else str(one.available),
    }
