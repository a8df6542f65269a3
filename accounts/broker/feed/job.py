"""What the import of one file carries with it, and the two ends every account meets: stored or held."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from django.db import transaction

from accounts.broker.feed import rules
from accounts.broker.feed.limits import Limits
from accounts.broker.feed.loader import Loader
from accounts.broker.feed.report import Report
from accounts.broker.feed.rows import Holder
from accounts.ground.access.context import current_alias, cursor
from accounts.ground.runs.actions import answer, hold_accounts
from portal.lib.business_days import Calendar
from portal.lib.exchange import exchange_day
from portal.lib.words import gettext_noop

# What a bad statement keeps its account out of. After the seal of a day nothing can be kept out any more: the hold then
# only waits for a better statement.
STAGE = "accrue"
AFTER_SEAL = "statement"
ARRIVED = gettext_noop("The statement has arrived")


class Held(NamedTuple):
    """An account that stays out, with the row that says why."""

    holder: Holder
    day: date | None
    reason: str
    row: str
    words: str


@dataclass(slots=True)
class Job:
    """One file under way."""

    name: str
    loader: Loader
    report: Report
    calendar: Calendar
    limits: Limits
    at: datetime

    @property
    def today(self) -> date:
        return exchange_day(self.at)

    def warn(self, words: str, *, row: str = "", account: str = "") -> None:
        self.report.warnings.add(file=self.name, account=account, row=row, warning=words)

    def reject(self, words: str, *, row: str, account: str) -> None:
        self.report.rejected.add(file=self.name, account=account, row=row, reason=words)

    def arrive(self, arrived: Sequence[tuple[int, date]]) -> None:
        """Let accounts back in whose value has come."""
        for stage in (STAGE, AFTER_SEAL):
            answer(arrived=arrived, stage=stage, at=self.at, resolution=ARRIVED)

    def hold(self, held: Sequence[Held]) -> None:
        """Keep accounts out, each with a pending item, and say so in the report."""
        groups: dict[tuple[date, str, str], dict[int, str]] = defaultdict(dict)
        sealed: dict[tuple[int, date], bool] = {}
        with transaction.atomic(using=current_alias.get()):
            for one in held:
                day = self._hold_day(one.day)
                key = (one.holder.firm_id, day)
                if key not in sealed:
                    sealed[key] = _is_sealed(*key)
                stage = AFTER_SEAL if sealed[key] else STAGE
                detail = f"{self.name}, {one.row}: {one.words}"
                groups[day, stage, one.reason].setdefault(one.holder.account_id, detail)
                self.report.held.add(
                    file=self.name, account=one.holder.number, row=one.row, reason=one.reason, detail=one.words
                )
            for (day, stage, reason), details in groups.items():
                hold_accounts(details=details, day=day, stage=stage, reason=reason, title=rules.REASONS[reason])

    def _hold_day(self, day: date | None) -> date:
        """The business day that cannot be billed: the statement's last one."""
        day = min(day or self.today, self.today)
        while not rules.is_business_day(self.calendar, day):
            day = date.fromordinal(day.toordinal() - 1)
        return day


def _is_sealed(firm_id: int, day: date) -> bool:
    with cursor() as cur:
        cur.execute("SELECT EXISTS (SELECT 1 FROM accounts_seal WHERE firm_id = %s AND day = %s)", [firm_id, day])
        return cur.fetchone()[0]


def ensure_partitions(first: date, last: date) -> None:
    """Make the months of daily values that are missing; the owner's function does it for us."""
    with transaction.atomic(using=current_alias.get()), cursor() as cur:
        cur.execute("SELECT broker_ensure_partitions(%s, %s)", [first, last])
