"""Goals of the accounts that somebody sees, and the value that a plan starts from."""

from datetime import date
from decimal import Decimal
from uuid import UUID

from django.db.models import QuerySet

from accounts.broker.feed.models import NavDaily
from accounts.ground.access.context import Who
from accounts.ground.access.scope import scope
from accounts.ground.tree.models import Account
from portal.tools.goals.models import Goal
from portal.tools.goals.rules import Aim

MOST_OF_AN_ACCOUNT = 50


def goals(who: Who, number: str = "") -> "QuerySet[Goal]":
    """Of every account, or of one."""
    rows = scope(who, Goal, "report").select_related("account")
    return rows.filter(account__number=number.upper()) if number else rows


def one(who: Who, pk: UUID) -> Goal | None:
    """A goal that the person sees."""
    return scope(who, Goal, "report").select_related("account", "account__practice").filter(pk=pk).first()


def value_of(who: Who, account: Account, sealed: date | None) -> tuple[Decimal, date] | None:
    """What an account was worth on the last day that is closed, and which day that was."""
    if sealed is None:
        return None
    rows = scope(who, NavDaily).filter(account_id=account.pk, nav_date__lte=sealed)
    return rows.order_by("-nav_date").values_list("nlv", "nav_date").first()


def aim_of(goal: Goal) -> Aim:
    """A stored goal as the rules take it."""
    return Aim(**{name: getattr(goal, name) for name in Aim.__annotations__})
