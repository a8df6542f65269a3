"""Pure decisions about users: who may be added where, how many, and what may be given to whom."""

from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from accounts.ground.access.abilities import BY_KEY, DEFAULTS, FUNDING
from accounts.ground.access.context import Who
from accounts.ground.people.models import Holdings, Role, Standing
from accounts.ground.tree.models import Kind

MOST_ATTORNEYS = 5
MOST_MEMBERS = 250
ROLE_KINDS = (Role.TOP, Role.SECOND, Role.STL)


class UserProblem(ValueError):
    """A sentence a person can read: what cannot be done with a user and why."""


class Forged(UserProblem):
    """A wish that no form of ours lets anybody make; answered with 400."""


@dataclass(frozen=True)
class Grant:
    """What a user is given: functions or a role, accounts, and the three flags."""

    abilities: frozenset[str] = frozenset()
    access_role: int | None = None
    holdings: str = Holdings.ALL
    accounts: tuple[str, ...] = ()
    account_types: tuple[str, ...] = ()
    is_security_officer: bool = False
    is_account_representative: bool = False
    is_employee: bool = False

    def as_detail(self) -> dict[str, Any]:
        """The grant as it can be stored with an act that waits."""
        return {**self.__dict__, "abilities": sorted(self.abilities)}

    @classmethod
    def of_detail(cls, detail: dict[str, Any]) -> "Grant":
        """The stored grant again."""
        return cls(
            **{
                **detail,
                "abilities": frozenset(detail["abilities"]),
                "accounts": tuple(detail["accounts"]),
                "account_types": tuple(detail["account_types"]),
            }
        )


@dataclass(frozen=True)
class NewUser:
    """Who is added, as what, with what."""

    username: str
    first_name: str
    last_name: str
    email: str
    language: str = "en"
    standing: str = Standing.MEMBER
    principal: int | None = None
    grant: Grant = field(default_factory=Grant)

    def as_detail(self) -> dict[str, Any]:
        """The wish as it can be stored with an act that waits."""
        return {**self.__dict__, "grant": self.grant.as_detail()}

    @classmethod
    def of_detail(cls, detail: dict[str, Any]) -> "NewUser":
        """The stored wish again."""
        return cls(**{**detail, "grant": Grant.of_detail(detail["grant"])})


def standings_of(role: str, *, is_organisation: bool) -> tuple[Standing, ...]:
    """As what a seat's manager can add people: institutions add users, individuals second users and attorneys."""
    if role in ROLE_KINDS or (role == Role.CLIENT and is_organisation):
        return (Standing.MEMBER,)
    return (Standing.SECOND, Standing.ATTORNEY) if role == Role.CLIENT else ()


def check_room(standing: str, there: int) -> None:
    """Raises UserProblem when there are as many users of this standing as there may be."""
    if standing == Standing.ATTORNEY and there >= MOST_ATTORNEYS:
        raise UserProblem(_("There are 5 users with a power of attorney already; remove one first."))
    if standing == Standing.MEMBER and there >= MOST_MEMBERS:
        raise UserProblem(_("There are 250 users already; remove one first."))


def check_grant(who: Who, grant: Grant, *, standing: str, role_abilities: frozenset[str] | None) -> None:
    """Raises for a grant that nobody could have asked for, or that is more than the giver has."""
    unknown = grant.abilities - BY_KEY.keys()
    if unknown:
        raise Forged(_("There is no function called %(name)s.") % {"name": min(unknown)})
    given = grant.abilities if role_abilities is None else role_abilities
    if standing == Standing.SECOND and given & FUNDING:
        raise Forged(_("A second user can never have funding rights."))
    if who.abilities is not None and not given - DEFAULTS <= who.abilities:
        raise Forged(_("You can give only functions that you have yourself."))
    if standing != Standing.MEMBER and (grant.is_security_officer or grant.is_employee or grant.access_role):
        raise Forged(_("Only the users of an institution have roles or are its officers."))
    if grant.holdings not in Holdings.values:
        raise Forged(_("Choose all accounts, chosen accounts or account types."))
    if grant.holdings == Holdings.CHOSEN and not grant.accounts:
        raise UserProblem(_("Choose at least one account."))
    if grant.holdings == Holdings.TYPES and not grant.account_types:
        raise UserProblem(_("Choose at least one type of account."))
    if who.is_narrowed and grant.holdings != Holdings.CHOSEN:
        raise Forged(_("You can give only accounts that you have yourself."))


def check_defaults(abilities: frozenset[str]) -> None:
    """Raises when somebody asks for a user without the functions that everybody has."""
    if not abilities >= DEFAULTS:
        raise UserProblem(_("E-mail address and password are rights that cannot be removed."))


def type_choices(account_types: list[str]) -> list[tuple[str, str]]:
    """Types of accounts to choose from: the kinds of the tree, then the broker's account types that occur."""
    kinds = [(kind.value, str(kind.label)) for kind in Kind]
    return [*kinds, *((name, name) for name in account_types if name)]
