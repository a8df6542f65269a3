"""Making and removing the rules that say which acts need approval."""

from collections.abc import Iterable

from django.db import models, transaction
from django.utils.translation import gettext as _

from accounts.ground.access.context import Who, current_alias
from accounts.ground.authorizations.actions import ACTS, ROLES
from accounts.ground.authorizations.models import OPEN, Authorization, AuthorizationRule, Authorizer
from accounts.ground.users.queries import institution, standing_seats
from accounts.ground.users.rules import Forged, UserProblem


def rules(who: Who) -> "models.QuerySet[AuthorizationRule]":
    """The rules of one's own institution."""
    people = Authorizer.unscoped.select_related("seat__user").order_by("seat__user__username")
    rows = AuthorizationRule.unscoped.filter(**institution(who)).order_by("pk")
    return rows.prefetch_related(models.Prefetch("authorizers", people, to_attr="people"))


def save_rule(*, who: Who, kinds: Iterable[str], approvals: int, seats: Iterable[int]) -> AuthorizationRule:
    """These kinds of acts need so many approvals by these users, never by the one who asks."""
    wanted, chosen = sorted(set(kinds)), sorted(set(seats))
    if who.role not in ROLES:
        raise UserProblem(_("Only institutions have authorizers."))
    if not wanted:
        raise UserProblem(_("Choose at least one kind of act."))
    if not set(wanted) <= ACTS.keys() - {"leave"}:
        raise Forged(_("There is no such act."))
    found = standing_seats(who).filter(pk__in=chosen, is_active=True)
    if len(found) != len(chosen):
        raise Forged(_("Choose among your own users."))
    if not 1 <= approvals <= len(chosen):
        raise UserProblem(_("There must be at least as many authorizers as approvals."))
    with transaction.atomic(using=current_alias.get()):
        rule = AuthorizationRule.unscoped.create(**institution(who), kinds=wanted, approvals=approvals)
        Authorizer.unscoped.bulk_create([Authorizer(firm_id=who.firm_id, rule=rule, seat=seat) for seat in found])
    return rule


def delete_rule(*, who: Who, rule: AuthorizationRule) -> None:
    """A rule under which something waits stays until that has ended."""
    if Authorization.unscoped.filter(**institution(who), rule=rule, state__in=OPEN).exists():
        raise UserProblem(_("Something waits under this rule; approve or reject it first."))
    rule.delete()
