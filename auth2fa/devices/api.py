"""One's own devices over the API: the same actions as the pages, for programs that a person runs signed in."""

from decimal import Decimal
from uuid import UUID

from django.conf import settings
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.ground.access.gates import SIGNED_IN, Gate, gate
from accounts.ground.stepup.actions import session_mark
from accounts.ground.stepup.limits import cap_of
from auth2fa.carriers.lookup import asking_for
from auth2fa.challenge.actions import Outcome
from auth2fa.challenge.wording import outcome_words
from auth2fa.devices import actions, queries
from auth2fa.devices.actions import DeviceProblem
from auth2fa.devices.asking import asked_of, put_first
from auth2fa.devices.models import Device, Kind
from auth2fa.devices.offers import carried
from auth2fa.devices.secrets import secret_of
from auth2fa.door.adapter import MUST_ENROL
from auth2fa.factors import totp
from auth2fa.sessions.actions import stay_here_alone

SURE = Gate("signed_in", step_up=True)


class WrongAnswer(ValidationError):
    """The device was asked and did not answer as it should."""

    status_code = status.HTTP_422_UNPROCESSABLE_ENTITY


class DeviceSerializer(serializers.ModelSerializer):
    """A device; it counts from `confirmed_at` and confirms sensitive tasks from `trusted_at`."""

    codes_left = serializers.SerializerMethodField()
    withdraws_a_day = serializers.SerializerMethodField()
    withdraws_in_five_days = serializers.SerializerMethodField()

    class Meta:
        model = Device
        fields = (
            *("id", "kind", "name", "serial", "created_at", "confirmed_at", "trusted_at", "last_used_at"),
            *("locked_until", "disabled_at", "codes_left", "withdraws_a_day", "withdraws_in_five_days"),
        )

    def get_codes_left(self, device: Device) -> int | None:
        """Recovery codes that still work."""
        return len(device.hashes) if device.kind == Kind.CODES else None

    def get_withdraws_a_day(self, device: Device) -> str | None:
        """US dollars that may leave in a day when this device confirms it now; null is without a limit."""
        return _money(cap_of(carried(device, timezone.now())).a_day)

    def get_withdraws_in_five_days(self, device: Device) -> str | None:
        """The same within five business days."""
        return _money(cap_of(carried(device, timezone.now())).five_days)


class NewDeviceSerializer(serializers.Serializer):
    """A device to be enrolled: an app, or a number for texts."""

    kind = serializers.ChoiceField(choices=[Kind.APP.value, Kind.TEXT.value])
    name = serializers.CharField(max_length=60, required=False, default="")
    number = serializers.CharField(max_length=30, required=False, default="")


class BegunSerializer(serializers.Serializer):
    """What enrolling needs; `link` is for an authenticator app."""

    id = serializers.UUIDField()
    kind = serializers.CharField()
    link = serializers.CharField()


class DeviceAnswerSerializer(serializers.Serializer):
    """A device's answer."""

    code = serializers.CharField(max_length=20)


class DeviceNameSerializer(serializers.Serializer):
    """A device's name."""

    name = serializers.CharField(max_length=60)


class RecoveryCodesSerializer(serializers.Serializer):
    """Recovery codes, told this once."""

    codes = serializers.ListField(child=serializers.CharField())


@gate(SIGNED_IN)
class Devices(APIView):
    """What proves who one is."""

    @extend_schema(responses=DeviceSerializer(many=True))
    def get(self, request: Request) -> Response:
        """All that count or wait to be activated."""
        return Response(DeviceSerializer(queries.listed(request.user.pk, timezone.now()), many=True).data)


@gate(SURE)
class NewDevice(APIView):
    """Enrolling a device."""

    @extend_schema(request=NewDeviceSerializer, responses={201: BegunSerializer})
    def post(self, request: Request) -> Response:
        """It counts once it has answered."""
        said, now = _checked(NewDeviceSerializer, request), timezone.now()
        try:
            if said["kind"] == Kind.TEXT:
                device = actions.begin_number(
                    user=request.user,
                    text=said["number"],
                    countries=settings.CODES_COUNTRIES,
                    line_of=asking_for(request._request),
                    at=now,
                )
            else:
                device = actions.begin(user=request.user, kind=Kind(said["kind"]), name=said["name"], at=now)
        except DeviceProblem as problem:
            raise _refused(problem) from problem
        put_first(request._request, device, "sms", now)
        link = ""
        if device.kind == Kind.APP:
            link = totp.link(secret_of(device), name=request.user.username, portal=_("Advisor Portal"))
        return Response({"id": device.pk, "kind": device.kind, "link": link}, status=status.HTTP_201_CREATED)


@gate(SIGNED_IN)
class ConfirmDevice(APIView):
    """Activating a device."""

    also_answers = (422,)

    @extend_schema(request=DeviceAnswerSerializer, responses=DeviceSerializer)
    def post(self, request: Request, device: UUID) -> Response:
        """With its first answer."""
        now = timezone.now()
        found = queries.pending(request.user.pk, device, now)
        if found is None:
            raise Http404
        given, mark = _checked(DeviceAnswerSerializer, request)["code"], session_mark(request.session.session_key or "")
        asked = asked_of(request._request, found, now)
        if asked is None:
            raise ValidationError({"code": [outcome_words(Outcome.EXPIRED)]})
        outcome, _spent = actions.confirm(device=found, challenge=asked.challenge, given=given, session=mark, at=now)
        if outcome != Outcome.RIGHT:
            answer = self.handle_exception(WrongAnswer({"code": [outcome_words(outcome)]}))
            answer.keeps = True  # type: ignore[attr-defined]  # the wrong answer was counted
            return answer
        request.session[MUST_ENROL] = False
        stay_here_alone(request._request, now)
        found.refresh_from_db()
        return Response(DeviceSerializer(found).data)


@gate(SIGNED_IN)
class DeviceName(APIView):
    """Naming a device."""

    @extend_schema(request=DeviceNameSerializer, responses=DeviceSerializer)
    def post(self, request: Request, device: UUID) -> Response:
        """Another name."""
        try:
            found = actions.rename(device=_own(request, device), name=_checked(DeviceNameSerializer, request)["name"])
        except DeviceProblem as problem:
            raise _refused(problem) from problem
        return Response(DeviceSerializer(found).data)


@gate(SURE)
class OneDevice(APIView):
    """Revoking a device."""

    @extend_schema(responses={204: None})
    def delete(self, request: Request, device: UUID) -> Response:
        """It counts no longer."""
        try:
            actions.revoke(device=_own(request, device), at=timezone.now())
        except DeviceProblem as problem:
            raise _refused(problem) from problem
        stay_here_alone(request._request, timezone.now())
        return Response(status=status.HTTP_204_NO_CONTENT)


@gate(SURE)
class RecoveryCodes(APIView):
    """Recovery codes."""

    @extend_schema(request=None, responses={201: RecoveryCodesSerializer})
    def post(self, request: Request) -> Response:
        """Ten new ones; the old are void."""
        try:
            drawn = actions.make_codes(user=request.user, at=timezone.now())
        except DeviceProblem as problem:
            raise _refused(problem) from problem
        return Response({"codes": drawn}, status=status.HTTP_201_CREATED, headers={"Cache-Control": "no-store"})


def _money(amount: Decimal | None) -> str | None:
    return None if amount is None else f"{amount:.2f}"


def _checked(form: type[serializers.Serializer], request: Request) -> dict:
    given = form(data=request.data)
    given.is_valid(raise_exception=True)
    return given.validated_data


def _own(request: Request, pk: UUID) -> Device:
    found = queries.own(request.user.pk, pk)
    if found is None:
        raise Http404
    return found


def _refused(problem: DeviceProblem) -> ValidationError:
    return ValidationError([_(problem.sentence.msgid) % problem.sentence.params])
