"""Setting a restriction on a node of the tree, and ending it; what was set above is never lifted below."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext as _

from accounts.broker.instruments.rules import clean_symbol
from accounts.broker.restrictions.models import MASTERS, Restriction
from accounts.broker.restrictions.queries import may_restrict, visible
from accounts.broker.restrictions.rules import RestrictionRefused, match_words, may_end
from accounts.ground.access.context import Who, current_alias
from accounts.ground.access.scope import NotAllowed, refusal, scope
from accounts.ground.trail.actions import record
from accounts.ground.tree.models import Account
from portal.lib.words import gettext_noop


@dataclass(frozen=True)
class Match:
    """What is not to be traded; an empty part stands for everything."""

    asset: str = ""
    symbol: str = ""
    country: str = ""
    side: str = ""


def restrict(
    *, who: Who, account: Account, match: Match, reason: str, starts: date, ends: date | None = None, day: date
) -> Restriction:
    """Block something for `account` and everything below it, from `starts` until `ends` (not included)."""
    if not may_restrict(who, account):
        raise refusal(who, "restrict", account)
    reason = reason.strip()
    if not reason:
        raise RestrictionRefused(_("Say why, so that whoever is stopped can be told."))
    if starts < day:
        raise RestrictionRefused(_("A restriction cannot begin before today."))
    if ends is not None and ends <= starts:
        raise RestrictionRefused(_("A restriction ends after the day on which it begins."))
    with transaction.atomic(using=current_alias.get()):
        row = Restriction.unscoped.create(
            firm_id=account.firm_id,
            account=account,
            node_kind=account.kind,
            practice_id=account.practice_id if account.kind in MASTERS else None,
            asset=match.asset,
            symbol=clean_symbol(match.symbol),
            country=match.country.upper(),
            side=match.side,
            reason=reason,
            starts=starts,
            ends=ends,
            set_by=who.role,
            author_id=who.user_id,
        )
        _tell(who, account, row, gettext_noop("Trading restriction set"), "set", starts)
    return row


def end_restriction(*, who: Who, pk: UUID, day: date, at: datetime) -> Restriction:
    """End a restriction from `day` on; one that has not begun never holds.

    Raises Http404 for one that the person does not see, NotAllowed for one set above or on a node of somebody else.
    """
    with transaction.atomic(using=current_alias.get()):
        row = visible(who).filter(pk=pk).first()
        if row is None:
            raise Http404
        account = scope(who, Account).filter(pk=row.account_id).first()
        if account is None or not may_restrict(who, account) or not may_end(who.role, row):
            raise NotAllowed("restrict", _("A restriction that was set above is never lifted below."))
        last = max(day, row.starts)
        ends = last if row.ends is None else min(last, row.ends)
        changed = Restriction.unscoped.filter(pk=pk, ended_at__isnull=True).update(
            ends=ends, ended_by_id=who.user_id, ended_at=at
        )
        if not changed:
            raise RestrictionRefused(_("This restriction has already been ended."))
        row.ends, row.ended_at = ends, at
        _tell(who, account, row, gettext_noop("Trading restriction ended"), "ended", day)
    return row


def _tell(who: Who, account: Account, row: Restriction, title: str, status: str, day: date) -> None:
    record(
        account=account,
        kind="restriction",
        title=title,
        status=status,
        data={"restriction": str(row.pk), "match": match_words(row)},
        day=day,
        by=who.user_id,
    )
