"""Who is acting, for the length of one transaction: told to PostgreSQL once, read by every row-level policy."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connections, transaction

from accounts.ground.access.abilities import opens

# The database alias that ORM calls without an explicit one use; the router reads it.
current_alias: ContextVar[str] = ContextVar("current_alias", default="default")

ROLE_OF_ALIAS = {"default": "portal_web", "night": "portal_night", "office": "portal_office", "owner": "portal_owner"}


@dataclass(frozen=True)
class Who:
    """A signed-in person in one of their seats. `reach` is firm, practice, accounts, managed, office or none."""

    user_id: int
    seat_id: int
    role: str
    reach: str
    firm_id: int | None = None
    practice_id: int | None = None
    account_id: int | None = None
    account_ids: tuple[int, ...] = ()
    party_id: int | None = None
    # What the user was given of the seat's functions; None is all of them.
    abilities: frozenset[str] | None = None
    manages: bool = False
    # Whether the accounts are fewer than the seat has.
    is_narrowed: bool = False
    token_id: UUID | None = None
    # The seat of who really looks, while the portal is shown as another user gets it; rights are those of both.
    behind: "Who | None" = None
    # Whose fees an advisor enters, where they are not its own practice's but those of an account's money manager.
    payee_id: int | None = None

    @property
    def payee(self) -> int | None:
        """The practice that what is entered is paid to."""
        return self.practice_id if self.payee_id is None else self.payee_id

    @property
    def is_advisor(self) -> bool:
        """Whether the seat is one of an advisor's practice, top or second level."""
        return self.role in ("top", "second")

    @property
    def is_owner(self) -> bool:
        """Whether the seat is an owner's side: a client or an STL group, and not an advisor with fewer accounts."""
        return self.reach == "accounts" and not self.is_advisor

    def has(self, ability: str) -> bool:
        """Whether the user was given one of the functions in the six groups."""
        return self.abilities is None or ability in self.abilities

    def can(self, function: str) -> bool:
        """Whether the user has a function of the authority table at all; the table says on which accounts."""
        return opens(self.abilities, function)


def cursor():
    """A cursor on the database alias of the current role."""
    return connections[current_alias.get()].cursor()


def enter(user_id: int, *, seat_id: int | None = None, address: str = "") -> Who | None:
    """Tell the open transaction who is acting; returns the seat, or None for a user without an active one."""
    with cursor() as cur:
        cur.execute(f"SELECT {_ENTERED} FROM app_enter(%s, %s, %s)", [user_id, seat_id, address])
        return _who(cur.fetchone())


def enter_by_token(secret_hash: str, *, address: str = "") -> Who | None:
    """The same for whoever holds an API token that is neither expired nor revoked and whose seat still stands."""
    with cursor() as cur:
        cur.execute(f"SELECT {_ENTERED} FROM app_enter_token(%s, %s)", [secret_hash, address])
        return _who(cur.fetchone())


_ENTERED = (
    "user_id, seat_id, role, reach, firm_id, practice_id, account_id, account_ids, party_id, abilities, manages,"
    " narrowed, token_id"
)


def _who(row: tuple[Any, ...] | None) -> Who | None:
    if row is None or row[1] is None:
        return None
    user, seat, role, reach, firm, practice, account, accounts, party, abilities, manages, narrowed, token = row
    given = None if abilities is None else frozenset(abilities)
    found = tuple(accounts or ())
    return Who(user, seat, role, reach, firm, practice, account, found, party, given, manages, narrowed, token)


# What the session keeps while one looks as somebody else: seat, name, role.
SEEN_AS = "seen_as"


def see_as(who: Who, seat_id: int) -> Who | None:
    """Go on with another seat's reach, if one sees all of it anyway; None, and nothing changes, if not."""
    with cursor() as cur:
        cur.execute(f"SELECT {_ENTERED} FROM app_see_as(%s)", [seat_id])
        seen = _who(cur.fetchone())
    return replace(seen, behind=who) if seen else None


def leave() -> None:
    """Forget who was acting; from here on the policies show nothing."""
    with cursor() as cur:
        cur.execute("SELECT app_leave()")


@contextmanager
def as_role(alias: str) -> Iterator[None]:
    """Run the block under another database role, through that role's own connection.

    Tests share one connection between the aliases, so there the role is switched on it instead.
    """
    token = current_alias.set(alias)
    switched = False
    try:
        if getattr(settings, "SWITCH_DATABASE_ROLES", False):
            with connections[alias].cursor() as cur:
                cur.execute("SELECT current_user")
                before = cur.fetchone()[0]
                cur.execute(f"SET ROLE {ROLE_OF_ALIAS[alias]}")
            switched = True
        yield
    finally:
        if switched and not connections[alias].needs_rollback:
            with connections[alias].cursor() as cur:
                cur.execute(f"SET ROLE {before}")
        current_alias.reset(token)


@contextmanager
def acting(
    user_id: int, *, alias: str = "default", seat_id: int | None = None, address: str = ""
) -> Iterator[Who | None]:
    """One transaction in a person's name, for jobs and tests, and for requests that ask another system."""
    with as_role(alias), transaction.atomic(using=alias):
        try:
            yield enter(user_id, seat_id=seat_id, address=address)
        finally:
            if not connections[alias].needs_rollback:
                leave()


class RoleRouter:
    """Sends ORM calls to the connection of the role that is acting."""

    def db_for_read(self, model, **hints) -> str:
        return current_alias.get()

    def db_for_write(self, model, **hints) -> str:
        return current_alias.get()

    def allow_relation(self, one, other, **hints) -> bool:
        return True

    def allow_migrate(self, db, app_label, **hints) -> bool | None:
        """All aliases are one database; migrations go through `default`, signed in as the owner."""
        return None if db == "default" else False
