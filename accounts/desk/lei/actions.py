"""Electing an LEI, and writing down the one that was applied for. Two at once: one elects, the other is told."""

from datetime import datetime

from django.db import DatabaseError, transaction
from django.utils.translation import gettext as _

from accounts.desk.lei.models import ELECTED, LeiChoice, LeiElection
from accounts.desk.lei.queries import latest
from accounts.desk.lei.rules import LeiConflict, LeiProblem, clean_lei
from accounts.ground.access.authority import Function
from accounts.ground.access.context import Who, current_alias
from accounts.ground.access.scope import answer, refusal
from accounts.ground.trail.actions import record
from accounts.ground.tree.models import Account
from portal.lib.exchange import exchange_day
from portal.lib.words import gettext_noop


def elect(*, who: Who, account: Account, choice: str, lei: str, at: datetime) -> LeiElection:
    """The owner's choice; having one and having it applied for are final."""
    if not answer(who, Function.SIGN, account).allowed:
        raise refusal(who, Function.SIGN, account)
    if choice not in ELECTED:
        raise LeiProblem(_("Choose one of the three."))
    before = latest(who, account)
    if before is not None and before.is_final:
        raise LeiConflict(_("This election is final."))
    return _write(who, account, choice, clean_lei(lei) if choice == LeiChoice.HELD else "", at)


def issue(*, who: Who, account: Account, lei: str, at: datetime) -> LeiElection:
    """The back office writes down the identifier that was applied for; another one later corrects it."""
    if who.role != "office":
        raise refusal(who, Function.SIGN, account)
    before = latest(who, account)
    if before is None or before.choice not in (LeiChoice.APPLY, LeiChoice.ISSUED):
        raise LeiConflict(_("No LEI is applied for here."))
    cleaned = clean_lei(lei)
    if cleaned == before.lei:
        raise LeiConflict(_("It is so already."))
    return _write(who, account, LeiChoice.ISSUED, cleaned, at)


def _write(who: Who, account: Account, choice: str, lei: str, at: datetime) -> LeiElection:
    try:
        with transaction.atomic(using=current_alias.get()):
            made = LeiElection.unscoped.create(
                firm_id=account.firm_id,
                practice_id=account.practice_id,
                account=account,
                choice=choice,
                lei=lei,
                elected_by=who.user_id,
                elected_at=at,
            )
            record(
                account=account,
                kind="lei",
                title=gettext_noop("LEI election"),
                status=choice,
                data={"lei": lei},
                day=exchange_day(at),
                by=who.user_id,
            )
    except DatabaseError as problem:
        if not any(name in str(problem) for name in ("lei_elected_once", "is final")):
            raise
        raise LeiConflict(_("This election is final.")) from problem
    return made
