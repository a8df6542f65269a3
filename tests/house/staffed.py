"""Users, roles and rules at two places, and a program's token; part of the scenery of the access matrix."""

from datetime import UTC, datetime, timedelta

from accounts.ground.access.context import acting
from accounts.ground.addresses.models import AddressRule
from accounts.ground.authorizations.models import AuthorizationRule, Authorizer
from accounts.ground.people.models import AccessRole, Seat, User
from accounts.ground.tokens.actions import create
from tests.world import CANARIES, World


def staff(world: World) -> None:
    """At Northgate and at Bright one user each, bound to nothing, with a role and a rule beside."""
    seats, roles, rules, addresses = (world.rows.setdefault(kind, {}) for kind in ("seat", "role", "rule", "address"))
    for number, chief in (("F100001", "alice"), ("F200002", "bob")):
        boss, word = world.seats[chief], CANARIES[number]
        place = {"firm_id": boss.firm_id, "practice_id": boss.practice_id}
        user = User.objects.create(username=f"{word}.user", first_name=word)
        seat = Seat.unscoped.create(user=user, role=boss.role, standing="member", abilities=["trade"], **place)
        rule = AuthorizationRule.unscoped.create(kinds=["leave"], approvals=1, **place)
        Authorizer.unscoped.create(firm_id=boss.firm_id, rule=rule, seat=seat)
        role = AccessRole.unscoped.create(name=f"{word} work", abilities=["trade"], **place)
        address = AddressRule.unscoped.create(
            firm_id=boss.firm_id, seat=seat, network="203.0.113.9/32", added_at=datetime.now(UTC), added_by=boss.user
        )
        seats[number], roles[number], rules[number], addresses[number] = seat.pk, role.pk, rule.pk, address.pk
    now = datetime.now(UTC)  # a token is looked at by the database's own clock
    with acting(world.users["alice"].pk) as who:
        assert who is not None
        given = {"abilities": ["view_accounts", "statements"], "expires_at": now + timedelta(days=30), "at": now}
        _token, secret = create(who=who, name="robot", **given)
    world.rows["secret"] = {"key": secret}
