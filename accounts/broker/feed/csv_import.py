"""Loads a table of daily values: read once to find the accounts with a bad line, then stored in one transaction.

An account with a bad line keeps nothing of the file; the others load.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from itertools import islice

from django.db import transaction

from accounts.broker.feed import csv_reader, rules, tables
from accounts.broker.feed.cells import Problem
from accounts.broker.feed.csv_reader import Line
from accounts.broker.feed.holders import holders, holders_by_id, known
from accounts.broker.feed.job import Held, Job, ensure_partitions
from accounts.broker.feed.prepare import MASTER_HOLDS, check_day
from accounts.broker.feed.rows import Holder
from accounts.broker.feed.source import Source
from accounts.ground.access.context import current_alias
from portal.lib.words import gettext_noop

BATCH = 20_000


@dataclass(slots=True)
class CsvImport:
    """One file. `_bad` accounts are held, `_strange` ones are not ours or cannot have a value."""

    job: Job
    _bad: dict[str, Held] = field(default_factory=dict)
    _strange: set[str] = field(default_factory=set)
    _first: date | None = None
    _last: date | None = None

    def run(self, source: Source, *, progress: Callable[[int], None]) -> None:
        for line, holder in self._lines(source, progress=progress, warn=self.job.warn):
            self._examine(line, holder)
        if self._first and self._last:
            ensure_partitions(self._first, self._last)
            self._store(source, progress)
        self.job.hold(list(self._bad.values()))

    def _lines(
        self, source: Source, *, progress: Callable[[int], None], warn: Callable[[str], None] = lambda words: None
    ) -> Iterator[tuple[Line, Holder | None]]:
        with source.open(self.job.limits) as stream:
            read = csv_reader.lines(stream, self.job.limits, warn=warn)
            while batch := list(islice(read, BATCH)):
                found = holders({number for line in batch if (number := known(line.account))})
                for line in batch:
                    yield line, found.get(known(line.account) or "")
                progress(stream.position)

    def _examine(self, line: Line, holder: Holder | None) -> None:
        if holder is None:
            number = known(line.account)
            if (number or line.account) not in self._strange:
                self._strange.add(number or line.account)
                words = gettext_noop("unknown account") if number else gettext_noop("Invalid account id")
                self.job.reject(words, row=line.where, account=number or ascii(line.account[:20]))
        elif holder.is_master:
            self.job.reject(MASTER_HOLDS, row=line.where, account=holder.number)
        elif holder.number not in self._bad:
            try:
                self._check(line, holder)
            except Problem as problem:
                self._bad[holder.number] = Held(holder, line.day, problem.reason, problem.row, str(problem))

    def _check(self, line: Line, holder: Holder) -> None:
        if line.problem:
            raise Problem("bad_value", line.where, line.problem)
        assert line.day is not None
        check_day(line.day, self.job.today, line.where)
        if line.currency not in (None, holder.base):
            msgid = gettext_noop("it says %(stated)s, the account's base currency is %(base)s")
            raise Problem("currency", line.where, msgid, stated=line.currency, base=holder.base)
        if not rules.is_business_day(self.job.calendar, line.day):
            words = gettext_noop("the value of %(day)s, not a business day, is passed over") % {"day": line.day}
            self.job.warn(words, row=line.where, account=holder.number)
            return
        self._first = min(self._first or line.day, line.day)
        self._last = max(self._last or line.day, line.day)

    def _store(self, source: Source, progress: Callable[[int], None]) -> None:
        job = self.job
        with transaction.atomic(using=current_alias.get()):
            job.loader.begin()
            job.loader.stage(tables.NAV, self._rows(self._lines(source, progress=progress)))
            disputed = job.loader.contradictions()
            if disputed:
                self._dispute(disputed)
            counts, arrived = job.loader.merge()
            job.arrive(arrived)
        job.report.count(counts)

    def _rows(self, read: Iterable[tuple[Line, Holder | None]]) -> Iterator[tuple]:
        for line, holder in read:
            if holder is None or holder.is_master or holder.number in self._bad or line.day is None:
                continue
            if rules.is_business_day(self.job.calendar, line.day):
                self.job.report.accounts.add(holder.account_id)
                yield (holder.account_id, line.day, line.nlv, line.flow, holder.base)

    def _dispute(self, disputed: list[tuple[int, date]]) -> None:
        """Two lines give one day two values: nothing of the account is believed."""
        days = dict(reversed(disputed))
        self.job.loader.leave_out(list(days))
        self.job.report.accounts -= days.keys()
        for holder in holders_by_id(days):
            words = gettext_noop("two lines give %(day)s two values") % {"day": days[holder.account_id]}
            self._bad[holder.number] = Held(
                holder, days[holder.account_id], "conflict", str(days[holder.account_id]), words
            )
