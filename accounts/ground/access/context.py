"""Who is acting, for the length of one transaction: told to PostgreSQL once, read by every row-level policy."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from django.conf import settings
from django.db import connections, transaction

# The database alias that ORM calls without an explicit one use; the router reads it.
current_alias: ContextVar[str] = ContextVar("current_alias", default="default")

ROLE_OF_ALIAS = {"default": "portal_web", "night": "portal_night", "office": "portal_office", "owner": "portal_owner"}


@dataclass(frozen=True)
class Who:
    """A signed-in person in one of their seats. `reach` is firm, practice, accounts, office or none."""

    user_id: int
    seat_id: int
    role: str
    reach: str
    firm_id: int | None = None
    practice_id: int | None = None
    account_id: int | None = None
    account_ids: tuple[int, ...] = ()


def cursor():
    """A cursor on the database alias of the current role."""
    return connections[current_alias.get()].cursor()


def enter(user_id: int, *, seat_id: int | None = None, address: str = "") -> Who | None:
    """Tell the open transaction who is acting; returns the seat, or None for a user without an active one."""
    with cursor() as cur:
        cur.execute("SELECT * FROM app_enter(%s, %s, %s)", [user_id, seat_id, address])
        row = cur.fetchone()
    if row is None or row[0] is None:
        return None
    seat, role, reach, firm, practice, account, accounts = row
    return Who(user_id, seat, role, reach, firm, practice, account, tuple(accounts or ()))


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
def acting(user_id: int, *, alias: str = "default", seat_id: int | None = None) -> Iterator[Who | None]:
    """One transaction in a person's name, for jobs and tests."""
    with as_role(alias), transaction.atomic(using=alias):
        try:
            yield enter(user_id, seat_id=seat_id)
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
