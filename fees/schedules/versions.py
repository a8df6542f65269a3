"""What fee schedules and invoice limits have in common: dated versions, of which a new one closes those before it."""

from collections.abc import Collection
from datetime import date
from typing import Any

from django.db.models import F, Max, Q, QuerySet

from accounts.ground.assignments.queries import pays_manager
from accounts.ground.tree.models import Account, Kind, Practice
from fees.engine.limits import problem
from fees.engine.registry import TRADE_CODES
from fees.engine.types import Problem
from portal.lib.words import gettext_noop

TOP_LEVEL = 1


def payee_problems(account: Account, practice: Practice) -> list[Problem]:
    """A client pays its own advisor, the top level above it and its money manager; masters pay nothing."""
    is_above = practice.pk == account.practice_id or practice.level == TOP_LEVEL
    if practice.firm_id != account.firm_id or not (is_above or pays_manager(account, practice.pk)):
        msgid = gettext_noop("The fee can be paid to the account's advisor, its money manager or the top level only.")
        return [problem("practice", "foreign_payee", msgid)]
    if account.kind == Kind.STL_SUB:
        msgid = gettext_noop("An STL group pays through its master; a sub account agrees no fees of its own.")
        return [problem("account", "stl_sub", msgid)]
    if not account.is_holding:
        return [problem("account", "not_holding", gettext_noop("An advisor's master account pays no fees."))]
    return []


def manager_problems(account: Account, practice: Practice, methods: Collection[int], *, bears: bool) -> list[Problem]:
    """What a money manager is not paid for, and does not pay: fees per trade, and what a client is charged."""
    if practice.pk == account.practice_id or practice.level == TOP_LEVEL:
        return []
    found = []
    if set(methods) & set(TRADE_CODES):
        msgid = gettext_noop("A money manager is not paid per trade.")
        found.append(problem("components", "manager_per_trade", msgid))
    if bears:
        msgid = gettext_noop("A money manager does not bear what the broker charges; the advisor can.")
        found.append(problem("components", "manager_bears", msgid))
    return found


def close_former(versions: "QuerySet[Any]", starts: date) -> int:
    """End what is or would be in force from `starts` on; the number of the last version.

    A version that has not begun keeps its row, with an empty period.
    """
    open_after = Q(ends=None) | Q(ends__gt=starts)
    versions.filter(open_after, starts__lt=starts).update(ends=starts)
    versions.filter(Q(ends=None) | Q(ends__gt=F("starts")), starts__gte=starts).update(ends=F("starts"))
    return versions.aggregate(last=Max("version"))["last"] or 0
