"""What the API answers about users, roles, approvals and tokens, as its description says it."""

from rest_framework import serializers

from accounts.ground.authorizations.models import AuthorizationState
from accounts.ground.invitations.models import InvitationState
from accounts.ground.people.models import Holdings, Standing


class UserSerializer(serializers.Serializer):
    """A user at your own place; `state` is invited, active or removed."""

    id = serializers.IntegerField()
    username = serializers.CharField()
    name = serializers.CharField(allow_blank=True)
    email = serializers.CharField(allow_blank=True)
    standing = serializers.ChoiceField(Standing.choices)
    state = serializers.CharField()
    role = serializers.IntegerField(allow_null=True)
    holdings = serializers.ChoiceField(Holdings.choices)
    is_security_officer = serializers.BooleanField()


class UsersSerializer(serializers.Serializer):
    """Users, by their names."""

    results = UserSerializer(many=True)


class WholeUserSerializer(UserSerializer):
    """A user with what it has."""

    abilities = serializers.ListField(child=serializers.CharField())
    accounts = serializers.ListField(child=serializers.CharField())
    account_types = serializers.ListField(child=serializers.CharField())


class WaitingActSerializer(serializers.Serializer):
    """An act that others have to approve first."""

    authorization = serializers.UUIDField()
    state = serializers.ChoiceField(AuthorizationState.choices)


class OwnedSerializer(serializers.Serializer):
    """Something that a person has here: whether it moves to a colleague, stays with the practice, or ends."""

    what = serializers.CharField()
    things = serializers.ListField(child=serializers.CharField())
    moves = serializers.BooleanField()
    stays = serializers.BooleanField()


class OneRoleSerializer(serializers.Serializer):
    """A named set of functions."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    abilities = serializers.ListField(child=serializers.CharField())


class RolesSerializer(serializers.Serializer):
    """Roles of an institution."""

    results = OneRoleSerializer(many=True)


class SentInvitationSerializer(serializers.Serializer):
    """An invitation that was sent, and until when its link works."""

    state = serializers.ChoiceField(InvitationState.choices)
    times_sent = serializers.IntegerField()
    expires_at = serializers.DateTimeField(allow_null=True)


class OneTokenSerializer(serializers.Serializer):
    """A token; `hint` is how its secret begins."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    hint = serializers.CharField()
    abilities = serializers.ListField(child=serializers.CharField())
    created_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()
    last_used_at = serializers.DateTimeField(allow_null=True)
    revoked_at = serializers.DateTimeField(allow_null=True)


class TokensSerializer(serializers.Serializer):
    """Tokens of one seat."""

    results = OneTokenSerializer(many=True)


class MadeTokenSerializer(serializers.Serializer):
    """A new token; its secret is told this once."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    secret = serializers.CharField()
    expires_at = serializers.DateTimeField()


class AuthorizationSerializer(serializers.Serializer):
    """An act that waits for approvals, and how many it needs."""

    id = serializers.UUIDField()
    kind = serializers.CharField()
    title = serializers.CharField()
    state = serializers.ChoiceField(AuthorizationState.choices)
    needed = serializers.IntegerField()
    asked_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()


class AuthorizationsSerializer(serializers.Serializer):
    """What waits for approvals, the latest first."""

    results = AuthorizationSerializer(many=True)


class VotedSerializer(serializers.Serializer):
    """Where an act stands after a vote."""

    id = serializers.UUIDField()
    state = serializers.ChoiceField(AuthorizationState.choices)


class OneRuleSerializer(serializers.Serializer):
    """Which kinds of acts need how many approvals, and by whose seats."""

    id = serializers.IntegerField()
    kinds = serializers.ListField(child=serializers.CharField())
    approvals = serializers.IntegerField()
    authorizers = serializers.ListField(child=serializers.IntegerField())


class RulesSerializer(serializers.Serializer):
    """Rules of an institution."""

    results = OneRuleSerializer(many=True)
