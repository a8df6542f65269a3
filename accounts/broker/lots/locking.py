"""Running the Tax Optimizer of an account: one person at a time, for as long as they are heard of."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.broker.lots.models import LotLock
from accounts.broker.lots.queries import holder, lock_of
from accounts.broker.lots.rules import LOCK_LASTS, RUNNING, LotConflict
from accounts.ground.access.authority import Relation, is_allowed
from accounts.ground.access.context import Who, current_alias, cursor
from accounts.ground.access.scope import NotAllowed, refusal, relation_to
from accounts.ground.trail.actions import record
from accounts.ground.tree.models import Account
from portal.lib.exchange import exchange_day
from portal.lib.words import gettext_noop

# One statement, so that of two who begin at once one waits for the other's row and then finds it taken.
_TAKE = """
    INSERT INTO broker_lotlock AS held (account_id, firm_id, user_id, started_at, beat_at)
    VALUES (%(account)s, %(firm)s, %(user)s, %(at)s, %(at)s)
    ON CONFLICT (account_id) DO UPDATE SET user_id = EXCLUDED.user_id, beat_at = EXCLUDED.beat_at, ended_at = NULL,
        started_at = CASE WHEN held.user_id = EXCLUDED.user_id AND held.ended_at IS NULL AND held.beat_at > %(gone)s
                          THEN held.started_at ELSE EXCLUDED.started_at END
     WHERE held.user_id = EXCLUDED.user_id OR held.ended_at IS NOT NULL OR held.beat_at <= %(gone)s
    RETURNING started_at
"""


def may_choose(who: Who, account: Account) -> bool:
    """Who trades in an account chooses its lots; for what a money manager trades, its own advisor does."""
    if who.behind is not None or not who.can("trade"):
        return False
    relation = relation_to(who, account)
    return relation != Relation.ASSIGNED and is_allowed(who.role, "trade", relation)


def check_trades(who: Who, account: Account) -> None:
    """Refuses who may not choose the account's lots."""
    if not may_choose(who, account):
        raise refusal(who, "trade", account)


def begin(*, who: Who, account: Account, at: datetime) -> datetime:
    """Take the lock, or go on with one's own; since when it has been held. Raises LotConflict while somebody else runs
    it."""
    check_trades(who, account)
    asked = {"account": account.pk, "firm": account.firm_id, "user": who.user_id, "at": at, "gone": at - LOCK_LASTS}
    try:
        with transaction.atomic(using=current_alias.get()), cursor() as cur:
            cur.execute(_TAKE, asked)
            row = cur.fetchone()
    except IntegrityError as problem:
        if "somebody else runs" not in str(problem):
            raise
        raise LotConflict(RUNNING) from problem
    if row is None:
        raise LotConflict(RUNNING)
    return row[0]


def hold(*, who: Who, account: Account, at: datetime) -> None:
    """Say that one is still there: for every change, and by itself while the page is open. Who was away longer than
    the lock lasts goes on, unless somebody else has begun meanwhile."""
    check_trades(who, account)
    mine = LotLock.unscoped.filter(account_id=account.pk, user_id=who.user_id, ended_at=None)
    if mine.update(beat_at=at):
        return
    if holder(lock_of(who, account), at) is not None:
        raise LotConflict(RUNNING)
    raise LotConflict(_("Start the Tax Optimizer of this account first."))


def finish(*, who: Who, account: Account, at: datetime) -> None:
    """Let the next one in; nothing to do for who does not run it."""
    check_trades(who, account)
    LotLock.unscoped.filter(account_id=account.pk, user_id=who.user_id, ended_at=None).update(ended_at=at)


def break_lock(*, who: Who, account: Account, at: datetime) -> None:
    """A primary user ends somebody else's, which the account's history keeps."""
    check_trades(who, account)
    with transaction.atomic(using=current_alias.get()):
        lock = LotLock.unscoped.select_for_update().filter(account_id=account.pk, ended_at=None).first()
        held_by = holder(lock, at)
        if lock is None or held_by is None:
            raise LotConflict(_("Nobody is running the Tax Optimizer of this account."))
        if held_by == who.user_id:
            finish(who=who, account=account, at=at)
            return
        if not who.manages:
            raise NotAllowed("trade", _("Only a primary user ends somebody else's Tax Optimizer."))
        LotLock.unscoped.filter(pk=lock.pk).update(ended_at=at)
        record(
            account=account,
            kind="tax_lots",
            title=gettext_noop("Somebody else's Tax Optimizer was ended"),
            status="broken",
            data={"user": held_by, "started": lock.started_at.isoformat()},
            day=exchange_day(at),
            by=who.user_id,
        )


STEPS = {"begin": begin, "beat": hold, "finish": finish, "break": break_lock}
STEP_CHOICES = [(one, one) for one in STEPS]
