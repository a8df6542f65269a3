"""Keeping a goal of a client's account together with what its simulation says; forgetting it."""

import secrets
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.ground.access.context import Who
from accounts.ground.access.scope import NotAllowed
from accounts.ground.tree.models import HOLDING_KINDS, Account
from portal.lib.words import gettext_noop
from portal.tools.goals import queries
from portal.tools.goals.models import Goal
from portal.tools.goals.rules import Aim, check, plan_of
from portal.tools.goals.simulation import Outcome, closed_form, simulate

OWN_PRACTICE = gettext_noop("The account's own practice writes this down.")
SEED_BITS = 62


class GoalProblem(ValueError):
    """What was typed cannot be; `problems` says why, by field."""

    def __init__(self, problems: dict[str, str]) -> None:
        super().__init__(problems)
        self.problems = problems


def keep(
    *,
    who: Who,
    account: Account,
    aim: Aim,
    start: Decimal | None,
    key: UUID,
    sealed: date | None,
    today: date,
    at: datetime,
) -> Goal:
    """Keep a new goal, or a changed one under the same key, and run it. A changed goal keeps its seed."""
    if who.practice_id is None or account.practice_id != who.practice_id:
        raise NotAllowed("report", _(OWN_PRACTICE))
    problems = check(aim, start, today)
    if account.kind not in HOLDING_KINDS:
        problems["number"] = gettext_noop("A master account holds nothing itself.")
    known = None if start is not None else queries.value_of(who, account, sealed)
    if start is None and known is None:
        problems["start"] = gettext_noop("The account has no value of a closed day: type what to start from.")
    old = Goal.unscoped.select_for_update().filter(pk=key).first()
    if old is not None and old.account_id != account.pk:
        problems["number"] = gettext_noop("A goal stays with its account.")
    if not problems and old is None:
        taken = Goal.unscoped.filter(account_id=account.pk)[: queries.MOST_OF_AN_ACCOUNT].count()
        if taken >= queries.MOST_OF_AN_ACCOUNT:
            problems["name"] = gettext_noop("An account has fifty goals at most.")
    if problems:
        raise GoalProblem(problems)
    begins = start if start is not None else known[0] if known else Decimal(0)
    seed = old.seed if old else secrets.randbits(SEED_BITS)
    said = {
        **vars(aim),
        **ran(aim, max(begins, Decimal(0)), seed, today),
        "firm_id": account.firm_id,
        "account_id": account.pk,
        "start": start,
        "value_day": None if start is not None or known is None else known[1],
        "saved_by": who.user_id,
        "saved_at": at,
    }
    return Goal.unscoped.update_or_create(pk=key, defaults=said)[0]


def forget(*, who: Who, goal: Goal) -> None:
    """Remove a goal of an account of one's own practice."""
    if who.practice_id is None or goal.account.practice_id != who.practice_id:
        raise NotAllowed("report", _(OWN_PRACTICE))
    Goal.unscoped.filter(pk=goal.pk).delete()


def ran(aim: Aim, begins: Decimal, seed: int, today: date) -> dict[str, Any]:
    """What a run says, as it is stored."""
    plan = plan_of(aim, begins, today)
    first = next(month for month, paid in enumerate(plan.outflows, start=1) if paid or month == plan.months)
    found, exact = simulate(plan, seed=seed, also=first), closed_form(plan)
    return {
        "seed": seed,
        "ran_on": today,
        "ran_from": begins,
        "probability": Decimal(str(found.probability)),
        "outcome": {
            **_paths(found),
            "first": first,
            "needed": f"{plan.outflows[first - 1]:.2f}",
            "closed_form": None if exact is None else f"{exact:.5f}",
        },
    }


def _paths(found: Outcome) -> dict[str, Any]:
    return {
        "months": list(found.months),
        **{name: [f"{value:.2f}" for value in getattr(found, name)] for name in ("low", "middle", "high")},
    }
