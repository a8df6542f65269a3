"""What is confirmed about users in sentences: who may do what on which accounts, from where, and by which programs.

Forms and programs' calls are read by what the pages and the API read them with, so no sentence tells of another grant
than the one that is made.
"""

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.desk.tokens.views import days_of
from accounts.desk.users.api import GrantSerializer, TokenSerializer, grant_said
from accounts.desk.users.approval_api import RuleSerializer
from accounts.desk.users.approval_views import rule_said
from accounts.desk.users.forms import abilities_of, grant_of
from accounts.ground.access.abilities import GROUP_WORDS, Group, of_group
from accounts.ground.access.scope import scope
from accounts.ground.addresses.queries import of_seat
from accounts.ground.addresses.rules import network_of
from accounts.ground.authorizations.actions import ACTS, ROLES, duties
from accounts.ground.authorizations.rules_actions import rules
from accounts.ground.people.models import Holdings, Standing
from accounts.ground.tree.models import Account
from accounts.ground.users.actions import seat_for
from accounts.ground.users.queries import roles, seats
from accounts.ground.users.rules import Grant
from portal.confirming.wish import Untold, Wish, one_of, person_words

SHOWN = 5
# What can do most harm is told first: a phone shows little of a long sentence, and stands for all of it by a mark.
WEIGHTIEST = (
    Group.FUNDING,
    Group.TRADING,
    Group.CLIENT_MANAGEMENT,
    Group.ACCOUNT_SETTINGS,
    Group.REPORTING,
    Group.USER_SETTINGS,
)


def add_user(wish: Wish) -> str:
    """Somebody new: who, reached where, with what."""
    name = " ".join(str(wish.said.get(part) or "") for part in ("first_name", "last_name")).strip()
    grant = _grant(wish, str(wish.said.get("standing") or Standing.MEMBER))
    return _("Invite %(name)s by mail to %(email)s as the user %(username)s: %(grant)s.") % {
        "name": name[:120],
        "email": wish.text("email"),
        "username": wish.text("username"),
        "grant": _grant_words(wish, grant),
    }


def change_user(wish: Wish) -> str:
    """Other rights for a user; over the API, the same address removes one."""
    if wish.method == "DELETE":
        return remove_user(wish)
    found = seat_for(wish.seat, wish.place["seat"])
    return _("From now on %(name)s has: %(grant)s.") % {
        "name": person_words(found),
        "grant": _grant_words(wish, _grant(wish, found.standing)),
    }


def remove_user(wish: Wish) -> str:
    """A user gone."""
    return _("Remove the user %(name)s.") % {"name": wish.person()}


def leave(wish: Wish) -> str:
    """Somebody leaves, and who takes over."""
    return _("%(name)s leaves; %(heir)s takes over everything.") % {
        "name": wish.person(),
        "heir": wish.person(wish.said.get("heir")),
    }


def add_address(wish: Wish) -> str:
    """A network from which a user may work."""
    network = network_of(wish.text("network"), takes_documentation=settings.ADDRESSES_FOR_DOCUMENTATION)
    return _("Let %(name)s work from %(network)s, and from nowhere that is not on the list.") % {
        "name": wish.person(),
        "network": network,
    }


def remove_address(wish: Wish) -> str:
    """A network off a user's list."""
    rule = one_of(of_seat(seat_for(wish.seat, wish.place["seat"])), wish.place["address"])
    return _("Take %(network)s off the addresses of %(name)s.") % {"network": rule.network, "name": wish.person()}


def new_role(wish: Wish) -> str:
    """A named set of functions."""
    said = {"name": wish.text("name"), "functions": _functions(_abilities(wish))}
    return _("Make the role %(name)s: %(functions)s.") % said


def change_role(wish: Wish) -> str:
    """What a role holds from now on; over the API, the same address removes it."""
    if wish.method == "DELETE":
        return remove_role(wish)
    role = one_of(roles(wish.seat), wish.place["role"])
    words = _("The role %(name)s, and with it everybody who is bound to it, has from now on: %(functions)s.")
    return words % {"name": role.name, "functions": _functions(_abilities(wish))}


def remove_role(wish: Wish) -> str:
    """A role gone."""
    return _("Remove the role %(name)s.") % {"name": one_of(roles(wish.seat), wish.place["role"]).name}


def approve(wish: Wish) -> str:
    """What another asked for, with what it grants."""
    return _("Approve what %(name)s asked for: %(title)s.") % _waiting(wish)


def reject(wish: Wish) -> str:
    """What another asked for, refused."""
    return _("Reject what %(name)s asked for: %(title)s.") % _waiting(wish)


def new_rule(wish: Wish) -> str:
    """Which acts need approvals, and whose."""
    kinds, approvals, people = _rule_sent(wish) if wish.is_of_api else rule_said(wish.request.POST)
    found = seats(wish.seat).filter(pk__in=people).select_related("user").order_by("user__username")
    words = ngettext(
        "Ask for %(count)s approval by others: %(acts)s. Who may approve: %(names)s.",
        "Ask for %(count)s approvals by others: %(acts)s. Who may approve: %(names)s.",
        approvals,
    )
    names = ", ".join(person_words(seat) for seat in found)
    return words % {"count": approvals, "acts": _acts(kinds), "names": names or "\N{EM DASH}"}


def remove_rule(wish: Wish) -> str:
    """A rule gone, and what it was about."""
    return _("These need no approval by this rule any more: %(acts)s.") % {
        "acts": _acts(one_of(rules(wish.seat), wish.place["rule"]).kinds)
    }


def new_token(wish: Wish) -> str:
    """What a program may do, and for how long."""
    if wish.is_of_api:
        sent = TokenSerializer(data=wish.said)
        if not sent.is_valid():
            raise Untold
        abilities, days = frozenset(sent.validated_data["abilities"]), sent.validated_data["days"]
    else:
        abilities, days = abilities_of(wish.request.POST), days_of(wish.request.POST)
    words = ngettext(
        "Make the API token %(name)s, which works for %(days)s day without you: %(functions)s.",
        "Make the API token %(name)s, which works for %(days)s days without you: %(functions)s.",
        days,
    )
    return words % {"name": wish.text("name"), "days": days, "functions": _functions(abilities)}


def _grant(wish: Wish, standing: str) -> Grant:
    if not wish.is_of_api:
        return grant_of(wish.request.POST, standing=standing)
    sent = GrantSerializer(data=wish.said)
    if not sent.is_valid():
        raise Untold
    return grant_said(sent.validated_data)


def _abilities(wish: Wish) -> frozenset[str]:
    if not wish.is_of_api:
        return abilities_of(wish.request.POST)
    listed = wish.said.get("abilities")
    return frozenset(str(key) for key in listed) if isinstance(listed, list) else frozenset()


def _grant_words(wish: Wish, grant: Grant) -> str:
    """Accounts, functions and duties; a role by its name and what it holds."""
    given = grant.abilities
    parts = [_accounts(wish, grant)]
    if grant.access_role:
        role = one_of(roles(wish.seat), grant.access_role)
        given = frozenset(role.abilities)
        parts.append(_("the role %(name)s") % {"name": role.name})
    if grant.is_security_officer:
        parts.append(_("security officer"))
    if grant.is_account_representative:
        parts.append(_("account representative"))
    return "; ".join([*parts, _functions(given)])


def _accounts(wish: Wish, grant: Grant) -> str:
    if grant.holdings == Holdings.ALL:
        return _("all accounts")
    if grant.holdings == Holdings.TYPES:
        return _("accounts of these types: %(types)s") % {"types": ", ".join(sorted(grant.account_types)[:SHOWN])}
    rows = scope(wish.seat, Account).filter(number__in=grant.accounts).order_by("number")
    numbers = list(rows.values_list("number", flat=True).distinct())
    words = ngettext("%(count)s account: %(numbers)s", "%(count)s accounts: %(numbers)s", len(numbers))
    return words % {"count": len(numbers), "numbers": _some(numbers)}


def _functions(abilities: frozenset[str]) -> str:
    """By group, with what of it; those that everybody has are no grant."""
    told = []
    for group in WEIGHTIEST:
        whole = [one for one in of_group(group) if not one.is_default]
        has = [one for one in whole if one.key in abilities]
        said = {"group": GROUP_WORDS[group], "count": len(has), "all": len(whole)}
        if len(has) == len(whole):
            told.append(_("%(group)s (all %(count)s)") % said)
        elif has:
            named = ", ".join(str(one.words) for one in has)
            told.append(_("%(group)s (%(count)s of %(all)s: %(names)s)") % {**said, "names": named})
    return "; ".join(told) or _("no functions")


def _waiting(wish: Wish) -> dict[str, str]:
    if wish.seat.role not in ROLES:
        raise Untold
    found = one_of(duties(wish.seat), wish.place["authorization"])
    asker = found.requested_by.user
    held = found.detail.get("wish", found.detail).get("grant")
    title = f"{found.title} ({_grant_words(wish, Grant.of_detail(held))})" if held else found.title
    return {"title": title, "name": asker.get_full_name() or asker.username}


def _rule_sent(wish: Wish) -> tuple[list[str], int, list[int]]:
    sent = RuleSerializer(data=wish.said)
    if not sent.is_valid():
        raise Untold
    said = sent.validated_data
    return said["kinds"], said["approvals"], said["authorizers"]


def _acts(kinds: list[str]) -> str:
    known = [str(ACTS[kind].words) for kind in sorted(set(kinds)) if kind in ACTS]
    if not known:
        raise Untold
    return ", ".join(known)


def _some(names: list[str]) -> str:
    return ", ".join(names[:SHOWN]) + ("" if len(names) <= SHOWN else " \N{HORIZONTAL ELLIPSIS}")
