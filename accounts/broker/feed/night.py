"""The night's first stage: load what has been put into the folder, and hold the accounts whose day has no value."""

from datetime import date, datetime, timedelta
from pathlib import Path

from django.conf import settings

from accounts.broker.feed import rules
from accounts.broker.feed.actions import import_statements
from accounts.broker.feed.job import STAGE, ensure_partitions
from accounts.broker.feed.pickup import new_files
from accounts.broker.feed.report import Report
from accounts.ground.access.context import cursor
from accounts.ground.days.queries import calendar
from accounts.ground.runs.actions import BY_OFFICE, answer, hold_accounts
from accounts.ground.runs.models import Run
from accounts.ground.runs.results import StageResult
from accounts.ground.tree.models import HOLDING_KINDS, Kind
from portal.lib.words import gettext_noop

NO_NAV = "no_nav"
# Months of daily values are made this far ahead, so that no import has to wait for one.
AHEAD = timedelta(days=62)
SLICE = 20_000

_OPEN_ON = """
    a.kind = ANY(%(kinds)s) AND coalesce(a.funded_on, a.opened_on) <= %(day)s
    AND (a.closed_on IS NULL OR a.closed_on > %(day)s)
"""
# Where the broker never says when money came in, the first value says it; from then on a gap is a gap.
_VALUED_BEFORE = """
    (EXISTS (SELECT 1 FROM broker_navdaily n WHERE n.nav_date = %(before)s AND n.account_id = a.id)
     OR EXISTS (SELECT 1 FROM accounts_hold h WHERE h.account_id = a.id AND h.stage = %(stage)s
                   AND h.day < %(day)s AND h.resolved_at IS NULL))
"""
NOBODY = "SELECT NULL::bigint WHERE false"
_MISSING = f"""
    SELECT a.id FROM accounts_account a
     WHERE a.id > %(after)s AND {_OPEN_ON}
       AND (a.funded_on IS NOT NULL OR a.id IN ({{agreed}}) OR {_VALUED_BEFORE})
       AND NOT EXISTS (SELECT 1 FROM broker_navdaily n WHERE n.nav_date = %(day)s AND n.account_id = a.id)
       AND NOT EXISTS (SELECT 1 FROM accounts_hold h WHERE h.account_id = a.id AND h.day = %(day)s
                          AND h.stage = %(stage)s AND h.reason <> %(by_office)s AND h.resolved_at IS NULL)
     ORDER BY a.id LIMIT %(slice)s
"""
# An STL master is worth what its group is: it waits while a sub of it does.
_SUB_WAITS = """
    EXISTS (SELECT 1 FROM accounts_account s JOIN accounts_hold w ON w.account_id = s.id
             WHERE s.stl_id = {master} AND w.day = %(day)s AND w.stage = %(stage)s AND w.resolved_at IS NULL
               AND NOT EXISTS (SELECT 1 FROM broker_navdaily k WHERE k.nav_date = w.day AND k.account_id = s.id))
"""
_INCOMPLETE = f"""
    SELECT a.id FROM accounts_account a
     WHERE a.kind = '{Kind.STL_MASTER.value}' AND a.id IN ({{agreed}})
       AND (a.closed_on IS NULL OR a.closed_on > %(day)s) AND {_SUB_WAITS.format(master="a.id")}
"""
_CAME = f"""
    SELECT h.account_id FROM accounts_hold h
      JOIN broker_navdaily n ON n.nav_date = h.day AND n.account_id = h.account_id
     WHERE h.day = %(day)s AND h.stage = %(stage)s AND h.reason = %(reason)s AND h.resolved_at IS NULL
       AND NOT {_SUB_WAITS.format(master="h.account_id")}
"""


def feed_stage(run: Run, day: date, *, agreed: str = NOBODY) -> StageResult:
    """Rows are the values of the day. Without a single one the stage stays held: the files have not come yet.

    `agreed` is a query of the accounts of which a value is needed even if no money ever came in.
    """
    at = run.at
    ensure_partitions(day, day + AHEAD)
    loaded = _pick_up(at)
    kinds = [kind.value for kind in HOLDING_KINDS]
    asked = {"day": day, "stage": STAGE, "kinds": kinds, "slice": SLICE, "by_office": BY_OFFICE}
    with cursor() as cur:
        cur.execute("SELECT count(*) FROM broker_navdaily WHERE nav_date = %(day)s", asked)
        values = cur.fetchone()[0]
        cur.execute(f"SELECT EXISTS (SELECT 1 FROM accounts_account a WHERE {_OPEN_ON})", asked)
        expected = cur.fetchone()[0]
        if values:
            cur.execute("SELECT broker_analyze_nav(%(day)s)", asked)
        cur.execute(_CAME, {**asked, "reason": NO_NAV})
        came = [(account, day) for (account,) in cur.fetchall()]
    figures = {"values": values, "files": len(loaded.files), "unreadable": loaded.unreadable.total}
    if expected and not values:
        words = gettext_noop("No net asset value of %(day)s has arrived: no statement file of that day is loaded")
        return StageResult(figures=figures, problem=words % {"day": day.isoformat()})
    released = answer(arrived=came, stage=STAGE, at=at, resolution=gettext_noop("The statement has arrived"))
    held = _hold_missing({**asked, "before": calendar().previous(day)}, day, agreed)
    return StageResult(rows=values, figures={**figures, "released": released, "missing": held})


def _pick_up(at: datetime) -> Report:
    """Load new files of the folder; what was written after the run began is taken to have come when it was written."""
    folder = getattr(settings, "STATEMENTS_DIR", None)
    found = new_files(Path(folder)) if folder else []
    latest = max((written_at for _, written_at in found), default=at)
    return import_statements([path for path, _ in found], at=max(at, latest))


def _hold_missing(asked: dict[str, object], day: date, agreed: str) -> int:
    held, after = 0, 0
    title = rules.REASONS[NO_NAV]
    while True:
        with cursor() as cur:
            cur.execute(_MISSING.format(agreed=agreed), {**asked, "after": after})
            accounts = [row[0] for row in cur.fetchall()]
        if not accounts:
            return held + _hold_groups(asked, day, agreed)
        details = dict.fromkeys(accounts, title)
        held += hold_accounts(details=details, day=day, stage=STAGE, reason=NO_NAV, title=title)
        after = accounts[-1]


def _hold_groups(asked: dict[str, object], day: date, agreed: str) -> int:
    """A part of a group is not the group: its master waits with the sub whose value is missing."""
    with cursor() as cur:
        cur.execute(_INCOMPLETE.format(agreed=agreed), asked)
        details = {master: rules.SUB_MISSING for (master,) in cur.fetchall()}
    return hold_accounts(details=details, day=day, stage=STAGE, reason=NO_NAV, title=rules.REASONS[NO_NAV])
