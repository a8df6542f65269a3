"""Importing statement files under the night's role: each is examined, then loaded; a bad one never stops another."""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from django.db import transaction

from accounts.broker.allocation.breaks import look_again
from accounts.broker.feed import csv_reader, reader
from accounts.broker.feed.answers_import import import_answers
from accounts.broker.feed.csv_import import CsvImport
from accounts.broker.feed.flex_import import FlexImport
from accounts.broker.feed.job import Job
from accounts.broker.feed.limits import LIMITS, Limits
from accounts.broker.feed.loader import Loader
from accounts.broker.feed.models import FileKind, FileState, StatementFile
from accounts.broker.feed.reader import Examined, Statement
from accounts.broker.feed.report import Report
from accounts.broker.feed.source import CHUNK, Source, Unreadable, find, kind_of
from accounts.ground.access.context import as_role, current_alias
from accounts.ground.days.queries import calendar
from portal.lib.business_days import Calendar
from portal.lib.words import gettext_noop

# progress(name of the file, bytes done, bytes to do); both passes of every file count.
Progress = Callable[[str, int, int], None]


def import_statements(
    paths: Iterable[str | Path],
    *,
    at: datetime,
    progress: Progress | None = None,
    limits: Limits = LIMITS,
) -> Report:
    """Load files, folders and globs. Repeating it changes nothing; all that went wrong is in the report."""
    report = Report(limits.listed)
    sources, missing = find(paths, limits)
    for name, refusal in missing:
        report.unreadable.add(file=name, reason=str(refusal))
    total = sum(2 * source.size for source in sources)
    done = 0
    with as_role("night"):
        days = calendar()
        for source in sources:
            before = done

            def tell(position: int, source: Source = source, before: int = before) -> None:
                if progress:
                    progress(source.name, before + position, total)

            report.add(_File(source, at, limits, days, tell).load())
            done += 2 * source.size
            tell(2 * source.size)
        if sources:
            with transaction.atomic(using=current_alias.get()):
                look_again(day=at.date(), at=at)
    return report


@dataclass(slots=True)
class _File:
    """One file from examination to its row of statistics."""

    source: Source
    at: datetime
    limits: Limits
    calendar: Calendar
    tell: Callable[[int], None]
    kind: str = FileKind.FLEX
    report: Report = field(init=False)

    def load(self) -> Report:
        self.report = Report(self.limits.listed)
        examined = None
        row: StatementFile | None = None
        try:
            self.kind = kind_of(self.source, self.limits)
            examined = self._examined()
            row = self._register(examined)
            self._import(row, examined)
        except Unreadable as refusal:
            self._refuse(row, str(refusal))
        else:
            self._finish(row)
        return self.report

    def _examined(self) -> Examined:
        with self.source.open(self.limits) as stream:
            if self.kind == FileKind.FLEX:
                keep = self.source.size <= self.limits.kept and not stream.is_packed
                return reader.examine(stream, self.limits, warn=self._new_to_us, keep=keep, progress=self.tell)
            return Examined(sha256=csv_reader.sha256(stream))

    def _new_to_us(self, line: int, what: str, name: str) -> None:
        words = {
            "attribute": gettext_noop("unknown attribute %(name)s is passed over"),
            "element": gettext_noop("unknown element %(name)s is passed over"),
            "value": gettext_noop("unknown value %(name)s is passed over"),
            "word": gettext_noop("unknown value %(name)s is kept as the broker wrote it, and nothing acts on it"),
        }[what]
        self.report.warnings.add(file=self.source.name, account="", row=f"line {line}", warning=words % {"name": name})

    def _register(self, examined: Examined) -> StatementFile:
        """The file's row, the one it had before if its content has been here."""
        with transaction.atomic(using=current_alias.get()):
            return StatementFile.unscoped.get_or_create(
                sha256=examined.sha256,
                defaults={
                    "name": self.source.name,
                    "kind": self.kind,
                    "size": self.source.size,
                    "query_name": examined.query_name,
                    "generated_at": examined.generated_at,
                    "imported_at": self.at,
                    "statements": examined.statements,
                },
            )[0]

    def _import(self, row: StatementFile, examined: Examined) -> None:
        loader = Loader(row.pk, row.generated_at or row.imported_at, self.at)
        job = Job(self.source.name, loader, self.report, self.calendar, self.limits, self.at)

        def second(position: int) -> None:
            self.tell(self.source.size + position)

        if self.kind == FileKind.FLEX:
            FlexImport(job, examined).run(self._statements(examined, second))
        elif self.kind == FileKind.ANSWERS:
            import_answers(job, self.source)
        else:
            CsvImport(job).run(self.source, progress=second)

    def _statements(self, examined: Examined, progress: Callable[[int], None]) -> Iterator[Statement]:
        """Those kept from the examination, or read again one after the other."""
        if examined.kept is not None:
            yield from examined.kept
            return
        with self.source.open(self.limits) as stream:
            for statement in reader.statements(stream, self.limits, warn=self._new_to_us):
                yield statement
                progress(stream.position)

    def _finish(self, row: StatementFile) -> None:
        report = self.report
        stale = report.total("stale")
        if stale:
            report.warnings.add(
                file=self.source.name, account="", row="", warning=f"{stale} values are older than those stored"
            )
        row.state = FileState.PARTLY if report.held.total or report.rejected.total else FileState.LOADED
        row.problem = ""
        row.counts = {
            "rows": {name: one.rows for name, one in report.counts.items()},
            "held": report.held.total,
            "rejected": report.rejected.total,
            "warnings": report.warnings.total,
        }
        row.save(update_fields=["state", "problem", "counts"])
        self._list(row.sha256, row.state)

    def _refuse(self, row: StatementFile | None, why: str) -> None:
        """Remember a file that was refused, by the bytes on the disk, so that the night does not try it every time."""
        self.report.unreadable.add(file=self.source.name, reason=why)
        if row is None:
            row = self._register(Examined(sha256=_sha256(self.source.path)))
        row.state, row.problem = FileState.REFUSED, why[:500]
        row.save(update_fields=["state", "problem"])
        self._list(row.sha256, row.state, problem=why)

    def _list(self, sha256: str, state: str, **more: object) -> None:
        self.report.files.append(
            {"file": self.source.name, "kind": str(self.kind), "sha256": sha256, "state": str(state), **more}
        )


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
    return digest.hexdigest()
