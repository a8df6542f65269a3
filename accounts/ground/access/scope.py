"""The only door to tenant rows for pages, API and jobs: rows come with the person and the right they are wanted for."""

from dataclasses import dataclass
from typing import TypeVar

from django.core.exceptions import PermissionDenied
from django.db import models
from django.db.models import F
from django.http import Http404
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.ground.access.authority import (
    FUNCTION_WORDS,
    REGISTERED_ONLY,
    Function,
    Relation,
    allowed_relations,
    is_allowed,
    is_for_registered,
    verdict,
)
from accounts.ground.access.context import Who, current_alias
from accounts.ground.tree.models import Account, Kind

Row = TypeVar("Row", bound=models.Model)


def scope(who: Who, model: type[Row], right: str = "view") -> "models.QuerySet[Row]":
    """Rows of `model` that `who` may use `right` on; nothing for who may nothing."""
    rows = model.unscoped.all()  # type: ignore[attr-defined]
    if who.reach == "office":
        # Back-office staff work in the admin, under their own database role; the portal's pages show them nothing.
        return rows if current_alias.get() == "office" else rows.none()
    if who.behind is not None:
        # Seen as another user: what both may, never what either may.
        rows = _usable(who.behind, model, rows, right)
    return _usable(who, model, rows, right)


def _usable(who: Who, model: type[Row], rows: "models.QuerySet[Row]", right: str) -> "models.QuerySet[Row]":
    """Those of the rows that one seat may use a right on."""
    scoped_by = model.scoped_by  # type: ignore[attr-defined]
    in_part = getattr(model, "in_part", None) if who.is_narrowed else None
    rows = in_part(who, rows) if in_part else _within_reach(who, rows, scoped_by)
    narrowed = getattr(model, "narrowed", None)
    rows = narrowed(who, rows) if narrowed else rows
    if right == "view":
        return rows
    return rows.filter(_relations(who, right, scoped_by.get("account", ""))) if who.can(right) else rows.none()


def _within_reach(who: Who, rows: "models.QuerySet[Row]", scoped_by: dict[str, str]) -> "models.QuerySet[Row]":
    """What a seat can see at all; a model that does not name a reach is closed to it."""
    if who.reach == "firm" and "firm" in scoped_by:
        return rows.filter(**{scoped_by["firm"]: who.firm_id})
    if who.reach == "practice" and "practice" in scoped_by:
        return rows.filter(**{scoped_by["practice"]: who.practice_id})
    if who.reach == "accounts" and "account" in scoped_by:
        rows = rows.filter(**{f"{scoped_by['account']}__in": who.account_ids})
        if who.role == "second" and "practice" in scoped_by:
            # Fewer accounts are no reason to see what another practice earns on them.
            rows = rows.filter(**{scoped_by["practice"]: who.practice_id})
        return rows.distinct() if "__" in scoped_by["account"] else rows  # a lookup over many rows repeats the row
    if who.reach == "managed" and "managed" in scoped_by:
        return rows.filter(**{f"{scoped_by['managed']}__in": who.account_ids})
    if who.reach == "managed" and "payee" in scoped_by:
        # What is payable to the money manager itself, on accounts that are, or were, its to trade.
        own = Account.unscoped.filter(pk=who.account_id).values("practice_id")
        return rows.filter(**{f"{scoped_by['payee']}__in": own})
    return rows.none()


def _relations(who: Who, right: str, account_lookup: str) -> models.Q:
    """The authority table as a filter on the account a row hangs on."""
    prefix = "" if account_lookup == "id" else account_lookup.removesuffix("_id") + "__"
    rule = models.Q(pk__in=[])
    for relation in allowed_relations(who.role, right):
        rule |= models.Q(**{prefix + name: value for name, value in _where(who, relation).items()})
    return rule


def _where(who: Who, relation: Relation) -> dict[str, object]:
    """Which accounts stand in a relation to a seat, as lookups on the account."""
    if who.reach == "managed":
        others = tuple(one for one in who.account_ids if one != who.account_id)
        return {"id__in": others if relation == Relation.ASSIGNED else _selves(who)}
    if not who.is_advisor:
        subs = relation == Relation.OWN_STL_SUB
        return {"id__in": who.account_ids, "kind": Kind.STL_SUB} if subs else {"id__in": _selves(who)}
    kinds: dict[Relation, dict[str, object]] = {
        Relation.SELF: {"practice_id": who.practice_id, "kind__in": [Kind.TOP_MASTER, Kind.SECOND_MASTER]},
        Relation.OWN_CLIENT: {"practice_id": who.practice_id, "kind": Kind.CLIENT},
        Relation.OWN_STL: {"practice_id": who.practice_id, "kind": Kind.STL_MASTER},
        Relation.OWN_STL_SUB: {"practice_id": who.practice_id, "kind": Kind.STL_SUB},
        Relation.SECOND_MASTER: {"kind": Kind.SECOND_MASTER, "practice__level": 2, "firm_id": who.firm_id},
        Relation.MONEY_MANAGER: {"kind": Kind.MONEY_MANAGER, "firm_id": who.firm_id},
        Relation.SECOND_CLIENT: {"kind": Kind.CLIENT, "practice__level": 2, "firm_id": who.firm_id},
    }
    return kinds[relation]


def _selves(who: Who) -> tuple[int, ...]:
    return (who.account_id,) if who.account_id is not None else who.account_ids


def relation_to(who: Who, account: Account) -> Relation:
    """How an account stands to a seat."""
    if who.reach in ("accounts", "managed") and account.id not in who.account_ids:
        return Relation.FOREIGN
    if who.reach == "managed":
        return Relation.SELF if account.id == who.account_id else Relation.ASSIGNED
    if not who.is_advisor:
        if account.id in _selves(who):
            return Relation.SELF
        return Relation.OWN_STL_SUB
    if account.firm_id != who.firm_id:
        return Relation.FOREIGN
    if account.practice_id == who.practice_id:
        return {
            Kind.CLIENT: Relation.OWN_CLIENT,
            Kind.STL_MASTER: Relation.OWN_STL,
            Kind.STL_SUB: Relation.OWN_STL_SUB,
        }.get(Kind(account.kind), Relation.SELF)
    if who.role != "top":
        return Relation.FOREIGN
    if account.kind == Kind.MONEY_MANAGER:
        return Relation.MONEY_MANAGER
    return Relation.SECOND_MASTER if account.kind == Kind.SECOND_MASTER else Relation.SECOND_CLIENT


def account_for(who: Who, number: str, right: str = "view") -> Account:
    """The account with that number if `who` may use `right` on it; hidden and missing answer alike.

    Raises Http404 for an account that may not be seen, and `NotAllowed` where it may be seen but not this.
    """
    # Of an account that left a firm and came back, the record that lives comes first.
    rows = scope(who, Account).filter(number=number.upper()).select_related("practice", "parent")
    account = rows.order_by(F("moved_on").desc(nulls_first=True)).first()
    if account is None:
        raise Http404
    if who.role == "office":
        return account
    # Seeing is what the scope above has decided; a page that shows more of it says so in its gate.
    for one in (who, who.behind):
        given = one is None or right == "view" or one.can(right)
        if not given or (one is not None and not is_allowed(one.role, right, relation_to(one, account))):
            raise refusal(who, right, account)
    return account


def sees(who: Who, account: Account) -> bool:
    """Whether an account that came along with another one may be shown, as `scope` would say of it."""
    return all(relation_to(one, account) != Relation.FOREIGN for one in (who, who.behind) if one is not None)


@dataclass(frozen=True)
class Answer:
    """Whether a function is allowed, and the rule that says so in words."""

    function: Function
    allowed: bool
    words: object


def answer(who: Who, function: Function, account: Account) -> Answer:
    """May this person use a function on this account, and why: the table's rule, and then what the user was given."""
    rule = verdict(who.role, function, relation_to(who, account))
    if rule is None:
        return Answer(function, False, _("No rule gives this to your seat."))
    if who.behind is not None and not answer(who.behind, function, account).allowed:
        return Answer(function, False, _("You look as another user; what you may not do yourself stays closed."))
    if rule.allowed and not who.can(function):
        return Answer(function, False, _("Your user was not given this function."))
    if rule.allowed and is_for_registered(function, is_registered=account.practice.is_registered):
        return Answer(function, False, REGISTERED_ONLY)
    return Answer(function, rule.allowed, rule.words)


class NotAllowed(PermissionDenied):
    """The person sees the account, but this function is not theirs; answered with 403 and the rule in words."""

    def __init__(self, right: str, words: object = "") -> None:
        super().__init__(right)
        self.right = right
        self.words = words or no_rule(right)


def no_rule(function: str) -> str:
    """What is said where the table is silent: what is not allowed is refused."""
    named = FUNCTION_WORDS.get(function)
    return gettext("No rule gives this to your seat: %(function)s.") % {"function": named} if named else ""


def refusal(who: Who, function: str, account: Account) -> NotAllowed:
    """The refusal of a function on an account that the person sees, with the rule that decides."""
    return NotAllowed(function, answer(who, Function(function), account).words)
