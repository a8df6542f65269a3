"""Who is concerned by an account, and what the authority table says of each: may or may not, with the rule in words."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from accounts.ground.access.authority import (
    FUNCTION_WORDS,
    REGISTERED_ONLY,
    Function,
    Relation,
    is_for_registered,
    verdict,
)
from accounts.ground.people.models import Role
from accounts.ground.tree.models import Account, Kind

NO_RULE = _("No rule allows it, so it is refused.")

# The roles that an account of a kind concerns, each with how the account stands to it: under the top level itself, and
# under a second-level advisor.
_UNDER_TOP: dict[str, tuple[tuple[str, Relation], ...]] = {
    Kind.TOP_MASTER: ((Role.TOP, Relation.SELF),),
    Kind.SECOND_MASTER: ((Role.TOP, Relation.SECOND_MASTER), (Role.SECOND, Relation.SELF)),
    Kind.STL_MASTER: ((Role.TOP, Relation.OWN_STL), (Role.STL, Relation.SELF)),
    Kind.STL_SUB: (
        (Role.TOP, Relation.OWN_STL_SUB),
        (Role.STL, Relation.OWN_STL_SUB),
        (Role.STL_SUB, Relation.SELF),
    ),
    Kind.CLIENT: ((Role.TOP, Relation.OWN_CLIENT), (Role.CLIENT, Relation.SELF)),
}
_CLIENT_OF_SECOND = (
    (Role.TOP, Relation.SECOND_CLIENT),
    (Role.SECOND, Relation.OWN_CLIENT),
    (Role.CLIENT, Relation.SELF),
)


@dataclass(frozen=True)
class Answer:
    """Whether one role may use one function on the account, and why."""

    role: str
    role_words: object
    allowed: bool
    why: object


@dataclass(frozen=True)
class Line:
    """One function with the answer for every concerned role."""

    function: str
    words: object
    answers: tuple[Answer, ...]


def concerned(account: Account) -> tuple[tuple[str, Relation], ...]:
    """Each role that has to do with the account, from the top down."""
    if account.kind == Kind.CLIENT and account.level == 3:
        return _CLIENT_OF_SECOND
    return _UNDER_TOP[account.kind]


def lines(account: Account) -> list[Line]:
    """Every function of the authority table for every concerned role."""
    roles = concerned(account)
    return [
        Line(
            function,
            FUNCTION_WORDS[function],
            tuple(_answer(account, role, function, relation) for role, relation in roles),
        )
        for function in Function
    ]


def _answer(account: Account, role: str, function: str, relation: Relation) -> Answer:
    rule = verdict(role, function, relation)
    if rule is None:
        return Answer(role, Role(role).label, False, NO_RULE)
    if rule.allowed and is_for_registered(function, is_registered=account.practice.is_registered):
        return Answer(role, Role(role).label, False, REGISTERED_ONLY)
    return Answer(role, Role(role).label, rule.allowed, rule.words)
