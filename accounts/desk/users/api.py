"""Users, roles, approvals and tokens over the API: the same actions behind the same gates as the pages."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError as DjangoValidationError
from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.desk.users.api_answers import (
    MadeTokenSerializer,
    OneRoleSerializer,
    OwnedSerializer,
    RolesSerializer,
    SentInvitationSerializer,
    TokensSerializer,
    UsersSerializer,
    WaitingActSerializer,
    WholeUserSerializer,
)
from accounts.desk.users.forms import grant_from
from accounts.ground.access.abilities import BY_KEY
from accounts.ground.access.gates import SIGNED_IN, Gate, gate
from accounts.ground.authorizations import actions as approvals
from accounts.ground.authorizations.models import Authorization
from accounts.ground.leaving import actions as leaving
from accounts.ground.people.models import Holdings, Seat, Standing
from accounts.ground.tokens import actions as tokens
from accounts.ground.users import actions, queries
from accounts.ground.users.rules import Grant, NewUser, UserProblem, check_defaults

PROBLEMS = (UserProblem, approvals.AuthorizationProblem, tokens.TokenProblem, DjangoValidationError)
MOST_SHOWN = 500


class Asking(APIView):
    """What these views share: the seat, and problems in the API's one shape."""

    @property
    def who(self) -> Any:
        """The seat that the gate has let in."""
        seat = self.request.seat  # type: ignore[attr-defined]
        if seat is None or seat.role == "office":
            raise Http404
        return seat

    def handle_exception(self, exc: Exception) -> Response:
        """A sentence for people becomes a 400 with that sentence."""
        if isinstance(exc, PROBLEMS):
            words = exc.messages if isinstance(exc, DjangoValidationError) else [str(exc)]
            exc = ValidationError({"detail": words})
        return super().handle_exception(exc)


class GrantSerializer(serializers.Serializer):
    """What a user has: functions or a role, accounts, duties."""

    abilities = serializers.ListField(child=serializers.CharField(max_length=40), required=False, max_length=60)
    role = serializers.IntegerField(required=False, allow_null=True)
    holdings = serializers.ChoiceField(choices=Holdings.choices, default=Holdings.ALL)
    accounts = serializers.ListField(child=serializers.CharField(max_length=12), default=list, max_length=5000)
    account_types = serializers.ListField(child=serializers.CharField(max_length=60), default=list, max_length=60)
    is_security_officer = serializers.BooleanField(default=False)
    is_account_representative = serializers.BooleanField(default=False)
    is_employee = serializers.BooleanField(default=False)


class NewUserSerializer(GrantSerializer):
    """A user to be invited."""

    username = serializers.CharField(max_length=150)
    first_name = serializers.CharField(max_length=150)
    last_name = serializers.CharField(max_length=150)
    email = serializers.EmailField()
    language = serializers.CharField(max_length=10, default="en")
    standing = serializers.ChoiceField(choices=Standing.choices, default=Standing.MEMBER)
    principal = serializers.IntegerField(required=False, allow_null=True)


def grant_said(said: dict[str, Any]) -> Grant:
    """What a program gives."""
    given = frozenset(said.get("abilities", ()))
    if not said.get("role"):
        check_defaults(given)
    return Grant(
        abilities=frozenset() if said.get("role") else given,
        access_role=said.get("role"),
        holdings=said["holdings"],
        accounts=tuple(number.upper() for number in said["accounts"]),
        account_types=tuple(said["account_types"]),
        is_security_officer=said["is_security_officer"],
        is_account_representative=said["is_account_representative"],
        is_employee=said["is_employee"],
    )


def _user(seat: Seat, *, whole: bool = False) -> dict[str, Any]:
    state = "removed" if seat.ended_at else "active" if seat.is_active else "invited"
    answer = {
        "id": seat.pk,
        "username": seat.user.username,
        "name": seat.user.get_full_name(),
        "email": seat.user.email,
        "standing": seat.standing,
        "state": state,
        "role": seat.access_role_id,
        "holdings": seat.holdings,
        "is_security_officer": seat.is_security_officer,
    }
    if whole:
        has = grant_from(seat)
        answer |= {"abilities": sorted(has.abilities), "accounts": has.accounts, "account_types": has.account_types}
    return answer


def _waiting(waiting: Authorization) -> Response:
    return Response({"authorization": str(waiting.pk), "state": waiting.state}, status=status.HTTP_202_ACCEPTED)


@gate("manage_users")
class UserList(Asking):
    """Users at your own place."""

    @extend_schema(operation_id="v1_users_list", responses=UsersSerializer)
    def get(self, request: Request) -> Response:
        """Everybody, those who left included."""
        rows = queries.found(self.who, text=request.GET.get("search", "").replace("\0", ""))
        return Response({"results": [_user(seat) for seat in rows.order_by("user__username", "pk")[:MOST_SHOWN]]})


@gate("manage_users", step_up=True)
class NewUserView(Asking):
    """Adding a user."""

    @extend_schema(request=NewUserSerializer, responses={201: WholeUserSerializer, 202: WaitingActSerializer})
    def post(self, request: Request) -> Response:
        """Invite somebody; 202 when a rule asks for approval first."""
        said = valid(NewUserSerializer, request)
        names = ("username", "first_name", "last_name", "email", "language", "standing")
        wish = NewUser(**{name: said[name] for name in names}, principal=said.get("principal"), grant=grant_said(said))
        site = settings.PUBLIC_URL.rstrip("/")
        done = actions.add_user(who=self.who, wish=wish, site=site, at=timezone.now())
        if isinstance(done, Authorization):
            return _waiting(done)
        return Response(_user(done, whole=True), status=status.HTTP_201_CREATED)


@gate("manage_users", step_up=True)
class UserRecord(Asking):
    """One user."""

    @extend_schema(responses=WholeUserSerializer)
    def get(self, request: Request, seat: int) -> Response:
        """Who it is and what it has."""
        return Response(_user(actions.seat_for(self.who, seat), whole=True))

    @extend_schema(request=GrantSerializer, responses={200: WholeUserSerializer, 202: WaitingActSerializer})
    def put(self, request: Request, seat: int) -> Response:
        """Give it these rights and no others."""
        found = actions.seat_for(self.who, seat)
        grant = grant_said(valid(GrantSerializer, request))
        waiting = actions.change_rights(who=self.who, seat=found, grant=grant, at=timezone.now())
        return _waiting(waiting) if waiting else Response(_user(actions.seat_for(self.who, seat), whole=True))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, seat: int) -> Response:
        """End it at once."""
        actions.remove_user(who=self.who, seat=actions.seat_for(self.who, seat), at=timezone.now())
        return Response(status=status.HTTP_204_NO_CONTENT)


class LeaveSerializer(serializers.Serializer):
    """Who takes over."""

    heir = serializers.IntegerField()


@gate("manage_users", step_up=True)
class LeaveView(Asking):
    """A person leaves."""

    @extend_schema(operation_id="v1_users_leave_list", responses=OwnedSerializer(many=True))
    def get(self, request: Request, seat: int) -> Response:
        """What the person owns here, and whether it moves, stays with the practice, or ends."""
        found = actions.seat_for(self.who, seat)
        return Response(
            [
                {"what": str(one.words), "things": one.things, "moves": one.moves, "stays": one.stays}
                for one in leaving.owned(found)
            ]
        )

    @extend_schema(request=LeaveSerializer, responses={202: WaitingActSerializer, 204: None})
    def post(self, request: Request, seat: int) -> Response:
        """Move everything to a colleague and end the user."""
        heir = actions.seat_for(self.who, valid(LeaveSerializer, request)["heir"])
        found = actions.seat_for(self.who, seat)
        waiting = leaving.leave(who=self.who, seat=found, heir=heir, at=timezone.now())
        return _waiting(waiting) if waiting else Response(status=status.HTTP_204_NO_CONTENT)


class RoleSerializer(serializers.Serializer):
    """A named set of functions."""

    name = serializers.CharField(max_length=60)
    abilities = serializers.ListField(child=serializers.ChoiceField(choices=sorted(BY_KEY)), max_length=60)


def _role(role: Any) -> dict[str, Any]:
    return {"id": role.pk, "name": role.name, "abilities": role.abilities}


@gate("manage_users", step_up=True)
class RoleList(Asking):
    """Roles of your institution."""

    @extend_schema(operation_id="v1_roles_list", responses=RolesSerializer)
    def get(self, request: Request) -> Response:
        """All of them."""
        return Response({"results": [_role(role) for role in queries.roles(self.who)]})

    @extend_schema(request=RoleSerializer, responses={201: OneRoleSerializer})
    def post(self, request: Request) -> Response:
        """A new role."""
        role = actions.save_role(who=self.who, **valid(RoleSerializer, request))
        return Response(_role(role), status=status.HTTP_201_CREATED)


@gate("manage_users", step_up=True)
class RoleRecord(Asking):
    """One role."""

    @extend_schema(request=RoleSerializer, responses=OneRoleSerializer)
    def put(self, request: Request, role: int) -> Response:
        """Change it, and with it everybody who is bound to it."""
        found = actions.role_for(self.who, role)
        return Response(_role(actions.save_role(who=self.who, role=found, **valid(RoleSerializer, request))))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, role: int) -> Response:
        """Remove it, if nobody is bound to it."""
        actions.delete_role(who=self.who, role=actions.role_for(self.who, role))
        return Response(status=status.HTTP_204_NO_CONTENT)


@gate("manage_users")
class InvitationView(Asking):
    """The invitation of a user who has not come in yet."""

    @extend_schema(request=None, responses=SentInvitationSerializer)
    def post(self, request: Request, seat: int) -> Response:
        """Send it again; the older link works no more."""
        found = actions.seat_for(self.who, seat)
        sent = actions.invite_again(seat=found, site=settings.PUBLIC_URL.rstrip("/"), at=timezone.now())
        return Response({"state": sent.state, "times_sent": sent.times_sent, "expires_at": sent.expires_at})

    @extend_schema(responses={204: None})
    def delete(self, request: Request, seat: int) -> Response:
        """Make the link worthless."""
        actions.cancel_invitation(seat=actions.seat_for(self.who, seat), at=timezone.now())
        return Response(status=status.HTTP_204_NO_CONTENT)


class TokenSerializer(serializers.Serializer):
    """A token to be made."""

    name = serializers.CharField(max_length=60)
    abilities = serializers.ListField(child=serializers.ChoiceField(choices=sorted(BY_KEY)), max_length=60)
    days = serializers.IntegerField(min_value=1, max_value=365, default=30)


@gate(SIGNED_IN)
class TokenList(Asking):
    """Your own tokens; never their secrets."""

    @extend_schema(operation_id="v1_tokens_list", responses=TokensSerializer)
    def get(self, request: Request) -> Response:
        """Those of the seat you work from."""
        names = ("id", "name", "hint", "abilities", "created_at", "expires_at", "last_used_at", "revoked_at")
        return Response({"results": list(tokens.mine(self.who).values(*names)[:MOST_SHOWN])})


@gate(Gate("signed_in", step_up=True))
class NewToken(Asking):
    """Making a token."""

    @extend_schema(request=TokenSerializer, responses={201: MadeTokenSerializer})
    def post(self, request: Request) -> Response:
        """The answer holds the secret, this once."""
        said, now = valid(TokenSerializer, request), timezone.now()
        token, secret = tokens.create(
            who=self.who,
            name=said["name"],
            abilities=said["abilities"],
            expires_at=now + timedelta(days=said["days"]),
            at=now,
        )
        answer = {"id": str(token.pk), "name": token.name, "secret": secret, "expires_at": token.expires_at}
        return Response(answer, status=status.HTTP_201_CREATED, headers={"Cache-Control": "no-store"})


@gate(SIGNED_IN)
class TokenRecord(Asking):
    """One token."""

    @extend_schema(responses={204: None})
    def delete(self, request: Request, token: UUID) -> Response:
        """Revoke it."""
        found = tokens.mine(self.who).filter(pk=token).first()
        if found is None:
            raise Http404
        tokens.revoke(token=found, at=timezone.now())
        return Response(status=status.HTTP_204_NO_CONTENT)


def valid(kind: type[serializers.Serializer], request: Request) -> dict[str, Any]:
    form = kind(data=request.data)
    form.is_valid(raise_exception=True)
    return form.validated_data
