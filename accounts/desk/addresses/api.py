"""From where a user may work, over the API."""

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.desk.addresses.views import rule_of, words
from accounts.ground.access.address import client_address
from accounts.ground.access.gates import gate
from accounts.ground.addresses import actions, queries
from accounts.ground.addresses.models import AddressRule, State
from accounts.ground.addresses.rules import LONGEST, BadAddress
from accounts.ground.users.actions import seat_for


class AddressSerializer(serializers.ModelSerializer):
    """One network; it holds from `starts_at`, and no longer from `ends_at`."""

    state = serializers.SerializerMethodField()

    class Meta:
        model = AddressRule
        fields = ("id", "network", "state", "added_at", "starts_at", "removed_at", "ends_at")

    def get_state(self, rule: AddressRule) -> str:
        """Pending, scheduled, active or removed."""
        return State(rule.state(timezone.now())).value


class NewAddressSerializer(serializers.Serializer):
    """A network to be added."""

    network = serializers.CharField(max_length=LONGEST)
    accepts_lock_out = serializers.BooleanField(default=False)


class NumberSerializer(serializers.Serializer):
    """The number from the mail."""

    number = serializers.CharField(max_length=20)


@gate("manage_users")
class Addresses(APIView):
    """The networks of one user."""

    @extend_schema(responses=AddressSerializer(many=True))
    def get(self, request: Request, seat: int) -> Response:
        """All of them, ended ones too."""
        found = seat_for(request.seat, seat)  # type: ignore[attr-defined]
        return Response(AddressSerializer(queries.of_seat(found), many=True).data)


@gate("manage_users", step_up=True)
class NewAddress(APIView):
    """Adding a network."""

    @extend_schema(request=NewAddressSerializer, responses={201: AddressSerializer})
    def post(self, request: Request, seat: int) -> Response:
        """It waits for the number that is mailed to you."""
        who = request.seat  # type: ignore[attr-defined]
        found = seat_for(who, seat)
        given = NewAddressSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        said = given.validated_data
        try:
            rule = actions.add(
                who=who,
                seat=found,
                text=said["network"],
                address=client_address(request),
                accepts_lock_out=said["accepts_lock_out"],
                at=timezone.now(),
            )
        except BadAddress as bad:
            raise ValidationError({"network": [words(bad.sentence)]}) from bad
        return Response(AddressSerializer(rule).data, status=status.HTTP_201_CREATED)


@gate("manage_users")
class ConfirmAddress(APIView):
    """Confirming a network."""

    @extend_schema(request=NumberSerializer, responses=AddressSerializer)
    def post(self, request: Request, seat: int, address: int) -> Response:
        """With the mailed number; five wrong ones end it."""
        who = request.seat  # type: ignore[attr-defined]
        rule = rule_of(seat_for(who, seat), address)
        given = NumberSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        try:
            held = actions.confirm(who=who, rule=rule, number=given.validated_data["number"], at=timezone.now())
        except BadAddress as bad:
            request._request.after_rollback(lambda: actions.count_wrong(rule=rule))  # type: ignore[attr-defined]
            raise ValidationError({"number": [words(bad.sentence)]}) from bad
        return Response(AddressSerializer(held).data)


@gate("manage_users", step_up=True)
class OneAddress(APIView):
    """Removing a network."""

    @extend_schema(responses=AddressSerializer)
    def delete(self, request: Request, seat: int, address: int) -> Response:
        """One that holds does so until the next nightly restart."""
        who = request.seat  # type: ignore[attr-defined]
        rule = rule_of(seat_for(who, seat), address)
        here, accepts = client_address(request), request.query_params.get("accepts_lock_out") == "true"
        try:
            held = actions.remove(who=who, rule=rule, address=here, accepts_lock_out=accepts, at=timezone.now())
        except BadAddress as bad:
            raise ValidationError([words(bad.sentence)]) from bad
        return Response(AddressSerializer(held).data)
