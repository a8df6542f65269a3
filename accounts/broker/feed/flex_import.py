"""Loads a Flex file that has passed its examination: statements are gathered into batches and stored a batch at a time.

A statement is stored whole or not at all; one that the database refuses is found by halving its batch.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import chain

from django.db import DataError, IntegrityError, transaction

from accounts.broker.activity.models import CashLine
from accounts.broker.feed import tables, values
from accounts.broker.feed.cells import Problem
from accounts.broker.feed.holders import holders, is_master, known
from accounts.broker.feed.job import Held, Job, ensure_partitions
from accounts.broker.feed.prepare import Market, Prepared, prepare
from accounts.broker.feed.reader import Examined, Statement
from accounts.broker.funding.closing import complete
from accounts.broker.funds.actions import retire
from accounts.ground.access.context import current_alias
from portal.lib.words import gettext_noop

BATCH_ROWS = 8_000
BATCH_STATEMENTS = 500
_OF_THE_MARKET = (tables.RATES, tables.INSTRUMENT)


@dataclass(slots=True)
class FlexImport:
    """One file. Statements that come twice wait for each other, so that they can be compared."""

    job: Job
    examined: Examined
    _market: Market = field(default_factory=Market)
    _batch: list[Statement] = field(default_factory=list)
    _rows: int = 0

    def run(self, statements: Iterable[Statement]) -> None:
        self._check_count()
        doubled: dict[tuple[str | None, ...], list[Statement]] = {}
        for statement in statements:
            if statement.identity in self.examined.doubled:
                doubled.setdefault(statement.identity, []).append(statement)
            else:
                self._take([statement])
        for together in doubled.values():
            words = gettext_noop("the statement comes %(times)s times; each of its rows is stored once")
            account = known(together[0].values.get("accountId")) or ""
            self.job.warn(words % {"times": len(together)}, row=f"line {together[-1].line}", account=account)
            self._take(together)
        self._flush()

    def _check_count(self) -> None:
        stated, found = self.examined.stated, self.examined.statements
        if stated != str(found):
            words = gettext_noop("count says %(stated)s, the file holds %(found)s statements")
            self.job.warn(words % {"stated": ascii((stated or "")[:20]), "found": found})

    def _take(self, together: Sequence[Statement]) -> None:
        self._batch += together
        self._rows += sum(one.count for one in together)
        if self._rows >= BATCH_ROWS or len(self._batch) >= BATCH_STATEMENTS:
            self._flush()

    def _flush(self) -> None:
        batch, self._batch, self._rows = self._batch, [], 0
        if not batch:
            return
        self.job.report.statements += len(batch)
        ready, held = self._prepared(batch)
        ready, contradicting = _without_contradictions(ready)
        held += contradicting
        if ready:
            days = [day for one in ready for day in one.values]
            if days:
                ensure_partitions(min(days), max(days))
            held += self._store(ready)
        self.job.hold(held)

    def _prepared(self, batch: Sequence[Statement]) -> tuple[list[Prepared], list[Held]]:
        numbers = [known(one.values.get("accountId")) for one in batch]
        found = holders({number for number in numbers if number})
        ready: list[Prepared] = []
        held: list[Held] = []
        for statement, number in zip(batch, numbers, strict=True):
            holder = found.get(number or "")
            if holder is None:
                self._reject(statement, number)
                continue
            try:
                one = prepare(
                    statement,
                    holder,
                    calendar=self.job.calendar,
                    generated_at=self.job.loader.generated_at,
                    today=self.job.today,
                    market=self._market,
                    is_master=is_master,
                )
            except Problem as problem:
                day = _last_day(statement)
                held.append(Held(holder, day, problem.reason, problem.row, str(problem)))
            except ArithmeticError:
                words = gettext_noop("the figures are out of all proportion")
                held.append(Held(holder, _last_day(statement), "bad_value", f"line {statement.line}", words))
            else:
                ready.append(one)
        return ready, held

    def _reject(self, statement: Statement, number: str | None) -> None:
        stated = ascii((statement.values.get("accountId") or "")[:20])
        words = gettext_noop("Invalid account id") if number is None else gettext_noop("unknown account")
        self.job.reject(words, row=f"line {statement.line}, FlexStatement", account=number or stated)

    def _store(self, ready: Sequence[Prepared]) -> list[Held]:
        """Store them together; if the database refuses, find the one it refuses."""
        try:
            with transaction.atomic(using=current_alias.get()):
                counts = self._load(ready)
        except (DataError, IntegrityError) as error:
            if len(ready) == 1:
                one = ready[0]
                why = str(error).splitlines()[0]
                return [Held(one.holder, one.last_day, "database", f"line {one.line}", why)]
            half = len(ready) // 2
            return self._store(ready[:half]) + self._store(ready[half:])
        self.job.report.count(counts)
        for table in _OF_THE_MARKET:
            self._market.stored(self._staged(ready, table))
        for one in ready:
            self._tell(one)
        return []

    def _staged(self, ready: Sequence[Prepared], table: tables.Table) -> Iterator[tuple]:
        return chain.from_iterable(one.staged.get(table.name, ()) for one in ready)

    def _load(self, ready: Sequence[Prepared]):
        loader = self.job.loader
        loader.begin()
        for table in tables.STAGED:
            rows = self._staged(ready, table)
            loader.stage(table, self._market.unloaded(rows) if table in _OF_THE_MARKET else rows)
        counts, arrived = loader.merge()
        self.job.arrive(arrived)
        charged = {row[1] for one in ready for row in one.staged.get("cashline", ()) if row[3] == CashLine.ADVISOR_FEES}
        retire(accounts=sorted(charged), at=self.job.at)
        moved = {row[1] for one in ready for row in one.staged.get("cashline", ()) if row[3] == CashLine.DEPOSITS}
        moved |= {row[1] for one in ready for row in one.staged.get("positiontransfer", ())}
        complete(accounts=sorted(moved), at=self.job.at)
        return counts

    def _tell(self, one: Prepared) -> None:
        job, number = self.job, one.holder.number
        if not one.holder.is_master:
            job.report.accounts.add(one.holder.account_id)
        for row, sentence in one.rejected:
            job.reject(sentence.msgid % sentence.params, row=row, account=number)
        for row, sentence in one.warnings:
            job.warn(sentence.msgid % sentence.params, row=row, account=number)
        for sentence in one.unchecked:
            job.report.not_reconcilable.add(file=job.name, account=number, reason=sentence.msgid % sentence.params)


def _last_day(statement: Statement) -> date | None:
    try:
        return values.day(statement.values.get("toDate"))
    except values.BadValue:
        return None


def _without_contradictions(ready: Sequence[Prepared]) -> tuple[list[Prepared], list[Held]]:
    """Statements of one file that give one day two values: neither is believed."""
    told: dict[tuple[int, date], Decimal] = {}
    disputed: set[tuple[int, date]] = set()
    for one in ready:
        for day, total in one.values.items():
            if told.setdefault((one.holder.account_id, day), total) != total:
                disputed.add((one.holder.account_id, day))
    if not disputed:
        return list(ready), []
    kept: list[Prepared] = []
    held: list[Held] = []
    for one in ready:
        days = [day for day in one.values if (one.holder.account_id, day) in disputed]
        if days:
            words = gettext_noop("another statement of the file gives another value of %(day)s") % {"day": days[0]}
            held.append(Held(one.holder, days[0], "conflict", f"line {one.line}", words))
        else:
            kept.append(one)
    return kept, held
