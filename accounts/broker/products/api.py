"""Trading permissions over the API."""

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request as ApiRequest
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.broker.instruments.rules import ALL_COUNTRIES, Product
from accounts.broker.permissions.actions import set_or_ask
from accounts.broker.permissions.models import PermissionRequest
from accounts.broker.permissions.rules import PermissionProblem
from accounts.broker.products.queries import approvals
from accounts.broker.products.rules import Permission, ProductRefused, is_cell
from accounts.ground.access.gates import gate
from accounts.ground.access.scope import account_for
from accounts.ground.clock import exchange_today
from accounts.ground.tree.models import Account


class PermissionSerializer(serializers.Serializer):
    """One product in one country, or in all of them. A trading program is a product of all countries."""

    product = serializers.ChoiceField(choices=Product.choices)
    country = serializers.RegexField(rf"^(?:{ALL_COUNTRIES}|[A-Z]{{2}})$", default=ALL_COUNTRIES)

    def validate(self, attrs: dict[str, str]) -> dict[str, str]:
        if not is_cell(attrs["product"], attrs["country"]):
            raise ValidationError({"country": [_("A trading program holds for all countries.")]})
        return attrs


class PermissionsSerializer(serializers.Serializer):
    """All permissions of an account, and the request that waits for the client if something new does."""

    permissions = PermissionSerializer(many=True)
    waiting = serializers.UUIDField(read_only=True, allow_null=True, default=None)


def told(account: Account, waiting: PermissionRequest | None = None) -> Response:
    """What the account itself is approved for."""
    own = sorted(Permission(row.product, row.country) for row in approvals(account) if row.account_id == account.pk)
    said = {"permissions": [one._asdict() for one in own], "waiting": waiting.pk if waiting else None}
    return Response(PermissionsSerializer(said).data, status=202 if waiting else 200)


@gate("view")
class AccountProducts(APIView):
    """What an account may trade."""

    @extend_schema(responses=PermissionsSerializer)
    def get(self, request: ApiRequest, number: str) -> Response:
        """Its permissions."""
        return told(account_for(request.seat, number))  # type: ignore[attr-defined]


@gate("grant_products")
class SetAccountProducts(APIView):
    """Set what an account may trade: inside what the level above may trade, and taken below where it is taken here."""

    @extend_schema(request=PermissionsSerializer, responses={200: PermissionsSerializer, 202: PermissionsSerializer})
    def post(self, request: ApiRequest, number: str) -> Response:
        """All permissions at once, or none of them; 202 when what is new waits for the client."""
        who = request.seat  # type: ignore[attr-defined]
        account = account_for(who, number, "grant_products")
        asked = PermissionsSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        wanted = [Permission(**one) for one in asked.validated_data["permissions"]]
        try:
            waiting = set_or_ask(who=who, account=account, wanted=wanted, day=exchange_today(), at=timezone.now())
        except (ProductRefused, PermissionProblem) as refusal:
            raise ValidationError({"permissions": [str(refusal)]}) from refusal
        return told(account, waiting)
