"""Accounts that a night keeps out, with what may be done about each, and what people have decided about the night."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext as _

from accounts.broker.feed.models import NavDaily
from accounts.broker.feed.night import NO_NAV
from accounts.ground.days.queries import calendar
from accounts.ground.people.models import User
from accounts.ground.requests.models import Request
from accounts.ground.runs.actions import BY_OFFICE
from accounts.ground.runs.models import DecisionKind, Hold, NightDecision
from accounts.ground.runs.words import reason_words, stage_words

HOLDS_SHOWN = 100
DECISIONS_SHOWN = 100


@dataclass(frozen=True)
class Before:
    """The value that may stand for one that has not come."""

    day: date
    nlv: Decimal
    currency: str


@dataclass(frozen=True)
class HeldAccount:
    """One held account as the page shows it."""

    row: Hold
    words: str
    more: str
    stage_words: str
    before: Before | None

    @property
    def carry_id(self) -> str:
        return f"carry-{self.row.pk}"

    @property
    def hold_id(self) -> str:
        return f"hold-{self.row.pk}"

    @property
    def release_id(self) -> str:
        return f"release-{self.row.pk}"

    @property
    def is_by_hand(self) -> bool:
        return self.row.reason == BY_OFFICE


@dataclass(frozen=True)
class Decided:
    """One decision as the page shows it."""

    at: datetime
    who: str
    words: str
    account: str
    day: date
    night: date
    before: Before | None
    reason: str


def held_accounts(holds: "QuerySet[Hold]") -> list[HeldAccount]:
    """The first held accounts of a night, each with its reason in words as the pending item has it."""
    rows = holds.select_related("account", "practice").order_by(
        F("resolved_at").asc(nulls_first=True), "account__number", "reason"
    )
    shown = list(rows[:HOLDS_SHOWN])
    keys = {hold: f"held:{hold.account_id}:{hold.stage}:{hold.reason}" for hold in shown}
    titles = dict(Request.unscoped.filter(natural_key__in=keys.values()).values_list("natural_key", "title"))
    before = _values_before([hold for hold in shown if hold.reason == NO_NAV and not hold.resolved_at])
    found = []
    for hold in shown:
        title = titles.get(keys[hold])
        words = _(title) if title else reason_words(hold.reason)
        more = "" if hold.detail in (title, "") else hold.detail
        found.append(HeldAccount(hold, words, more, stage_words(hold.stage), before.get(hold.account_id)))
    return found


def _values_before(holds: Sequence[Hold]) -> dict[int, Before]:
    """The value of the business day before of accounts that lack one; all of one night."""
    if not holds:
        return {}
    day = calendar().previous(holds[0].day)
    rows = NavDaily.unscoped.filter(nav_date=day, account_id__in=[hold.account_id for hold in holds])
    return {row.account_id: Before(day, row.nlv, row.currency) for row in rows}


def decisions_of(night: date) -> list[Decided]:
    """What was decided about a night, or about an earlier one that it made up for, the latest first."""
    rows = list(
        NightDecision.unscoped.filter(Q(night=night) | Q(day=night)).select_related("account").order_by("-at", "-pk")
    )
    rows = rows[:DECISIONS_SHOWN]
    names = dict(User.objects.filter(pk__in={row.user_id for row in rows}).values_list("pk", "username"))
    return [
        Decided(
            at=row.at,
            who=names.get(row.user_id, ""),
            words=DecisionKind(row.kind).label,
            account=row.account.number if row.account else "",
            day=row.day,
            night=row.night,
            before=Before(row.value_of, row.value, row.account.base_currency)
            if row.account and row.value is not None and row.value_of
            else None,
            reason=row.reason,
        )
        for row in rows
    ]
