"""What the demo firm's advisors propose: some terms wait for their clients, one was declined, one is a draft."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from accounts.ground.access.context import Who, acting, as_role
from accounts.ground.people.models import Seat
from accounts.ground.tree.models import Account, Status
from fees.proposals import actions, signing
from fees.proposals.models import Proposal
from fees.proposals.queries import standing
from fees.proposals.rules import Wanted
from fees.schedules.models import Strategy
from fees.schedules.rules import Figures, ScheduleRefused
from portal.demo.agreements import Cast, cast_of
from portal.demo.broker import Plan, Planned
from portal.demo.settling import clients_with_sign_in
from portal.lib.exchange import exchange_day

# How many clients without a sign-in have something to sign.
OTHERS = 4
MORE = Decimal("0.0010")
WHY_NOT = "I would like to talk about this first."


def send_missing(firm: Plan, *, at: datetime) -> int:
    """Propose to a few clients who pay a percentage, each by the client's own advisor; how many were sent or drafted.

    Where anything has been proposed before, nothing is.
    """
    with as_role("office"):
        if Proposal.unscoped.exists():
            return 0
    cast = cast_of(firm)
    sitting = clients_with_sign_in(firm)
    others = [one for one in firm.holders() if one.kind == "client" and one not in sitting]
    sent = sum(_asked(actions.propose, one, cast, at) for one in sitting)
    if sent > 1:
        _declined(cast.accounts[sitting[-1].number], at)
    drafts = 0
    for one in others:
        if sent < len(sitting) + OTHERS:
            sent += _asked(actions.propose, one, cast, at)
        elif not drafts:
            drafts += _asked(actions.draft, one, cast, at)
    return sent + drafts


def _asked(act: Callable[..., Proposal], planned: Planned, cast: Cast, at: datetime) -> int:
    """Do it with the account's own terms and a tenth of a point more; 0 where it pays no percentage."""
    account = cast.accounts[planned.number]
    if account.status != Status.OPEN:
        return 0
    with acting(cast.users[account.practice_id]) as who:
        assert who is not None, "the demo's advisors are people with a seat"
        terms = _dearer(who, account, at)
        if terms is None:
            return 0
        try:
            act(who=who, account=account, wanted=terms, at=at)
        except ScheduleRefused:
            return 0
    return 1


def _dearer(who: Who, account: Account, at: datetime) -> Wanted | None:
    now = standing(who, account, account.practice_id, exchange_day(at)).wanted
    if now.strategy != Strategy.AUTOMATIC or not any(one.rate for one in now.components):
        return None
    return replace(now, components=tuple(_more(one) for one in now.components))


def _more(one: Figures) -> Figures:
    return replace(one, rate=one.rate + MORE) if one.rate else one


def _declined(account: Account, at: datetime) -> None:
    """By the account's own owner."""
    with as_role("office"):
        users = Seat.unscoped.filter(party__rights__account=account).values_list("user_id", flat=True)
        user = users.first()
    waiting = Proposal.unscoped.filter(account=account, state="proposed")
    if user is None:
        return
    with acting(user) as who:
        found = waiting.first()
        if who is not None and found is not None:
            signing.decline(who=who, proposal=found, reason=WHY_NOT, at=at)
