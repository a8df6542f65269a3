"""Writes the statement files of a plan. Accounts are lived one after another and spread over the files of their days,
so memory depends on the number of files and not on the number of accounts."""

import time
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import date
from itertools import groupby
from pathlib import Path

from .book import decimal
from .calendar import business_days
from .conduct import Instruction, Life
from .flex import Printer, Span, compact
from .market import Market
from .orders import ANSWERS_HEADER, answers_to, read_orders
from .roster import Plan

_BUFFERS = 16 * 1024 * 1024
CSV_HEADER = "account,date,nav,currency\n"


@dataclass(slots=True)
class Written:
    """What a run wrote."""

    files: list[Path] = field(default_factory=list)
    statements: int = 0
    account_days: int = 0
    bytes: int = 0
    seconds: float = 0.0

    def summary(self) -> dict:
        return {**asdict(self), "files": len(self.files), "seconds": round(self.seconds, 2)}


class _File:
    """A file written in large pieces and opened only for each of them, so any number may be under way; it takes its
    name when it is whole."""

    def __init__(self, path: Path, head: str, tail: str, limit: int) -> None:
        self.path, self.tail, self.limit = path, tail, limit
        self.part = path.with_name(path.name + ".part")
        self.part.unlink(missing_ok=True)
        self.size = self.waiting = 0
        self._pieces: list[bytes] = []
        self.write(head)

    def write(self, text: str) -> None:
        piece = text.encode()
        self._pieces.append(piece)
        self.waiting += len(piece)
        if self.waiting >= self.limit:
            self._flush()

    def finish(self) -> None:
        self.write(self.tail)
        self._flush()
        self.part.replace(self.path)

    def _flush(self) -> None:
        with self.part.open("ab") as out:
            out.writelines(self._pieces)
        self.size += self.waiting
        self._pieces, self.waiting = [], 0


@dataclass(frozen=True, slots=True)
class _Sheet:
    """The days one file covers."""

    first: date
    last: date
    period: str


class Branch:
    """The broker's office that keeps the accounts of a plan: asked for one stretch of days after another, it goes on
    where it stopped. `write` is enough for a single stretch, and holds no account in memory."""

    def __init__(self, plan: Plan, last: date, *, keep: bool = True) -> None:
        self.plan, self.last = plan, last
        self.market = Market(plan.seed, plan.since, last)
        self._kept: list[Life] | None = None
        self._keeps = keep
        self._asked: dict[str, list[Instruction]] = defaultdict(list)
        self._heard: set[str] = set()
        self._answers: list[str] = []

    def ask(self, instructions: Iterable[Instruction]) -> None:
        """Fees to collect from now on; each is booked on the first business day after it was posted, or the next
        one that is written."""
        for instruction in instructions:
            self._asked[instruction.account].append(instruction)

    def receive(self, text: str, *, posted_on: date) -> None:
        """A file of instructions; a reference that was heard before is answered again and booked once."""
        fresh = [one for one in read_orders(text, posted_on=posted_on) if one.reference not in self._heard]
        self._heard.update(one.reference for one in fresh)
        self.ask(fresh)
        self._answers += answers_to(text, {account.number for account in self.plan})

    def write_answers(self, path: Path) -> bool:
        """What has been answered since the last time, as a file; False where there is nothing to say."""
        if not self._answers:
            return False
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(ANSWERS_HEADER + "".join(self._answers))
        self._answers.clear()
        return True

    def lives(self) -> Iterator[Life]:
        if self._kept is not None:
            for life in self._kept:
                life.ask(self._asked.pop(life.account.number, ()))
                yield life
            return
        kept = []
        for account in self.plan.holders():
            life = Life(self.plan, account, self.market, self._asked.pop(account.number, ()))
            yield life
            if self._keeps:
                kept.append(life)
        if self._keeps:
            self._kept = kept

    def write(
        self,
        out: Path,
        *,
        first: date,
        last: date,
        per: str = "day",
        xml: bool = True,
        csv: bool = False,
        detail: str = "full",
        without_nav: Collection[tuple[str, date]] = (),
        progress: Callable[[int, int], None] | None = None,
    ) -> Written:
        """Live on to `last` and write the files of the days from `first`."""
        started = time.perf_counter()
        if not self.plan.since <= first or last > self.last:
            raise ValueError(f"history begins on {self.plan.since} and is known until {self.last}")
        sheets = list(_sheets(list(business_days(first, last)), per))
        done = Written()
        if not sheets:
            return done
        printer = Printer(self.market, detail=detail)
        out.mkdir(parents=True, exist_ok=True)
        statements, tables = _open_files(self.plan, out, sheets, xml=xml, csv=csv)
        for order, life in enumerate(self.lives()):
            for place, span in _spans(printer, life, sheets, without_nav, tables, done):
                if statements:
                    statements[place].write(span.text())
                done.statements += 1
            if progress and order % 50 == 0:
                progress(order, len(self.plan))
        for file in [*statements, *tables]:
            file.finish()
            done.files.append(file.path)
            done.bytes += file.size
        done.seconds = time.perf_counter() - started
        return done


def write(
    plan: Plan, out: Path, *, first: date, last: date, instructions: Iterable[Instruction] = (), **options
) -> Written:
    """Write the statements of `first` to `last` into the folder `out`.

    `per` is "day", "month" or "all": the span of one file. `detail` "lean" leaves out positions, instruments and rates.
    Every account is replayed from the start of the plan's history, so runs over neighbouring days join without a seam.
    `instructions` are all fees asked for so far; `without_nav` names accounts whose value is missing on a day.
    """
    branch = Branch(plan, last, keep=False)
    branch.ask(instructions)
    return branch.write(out, first=first, last=last, **options)


def _spans(
    printer: Printer, life: Life, sheets: list[_Sheet], without_nav, tables: list[_File], done: Written
) -> Iterator[tuple[int, Span]]:
    """The account's statements with the place of their file. Each must be printed before the next day is lived."""
    account, ends = life.account, [sheet.last for sheet in sheets]
    span = None
    for day in life.days(sheets[-1].last):
        if day.on < sheets[0].first:
            continue
        place = bisect_left(ends, day.on)
        sheet = sheets[place]
        span = span or Span(printer, account, life.book, first=sheet.first, last=sheet.last, period=sheet.period)
        known = (account.number, day.on) not in without_nav
        span.add(day, nav=known)
        done.account_days += 1
        if tables and known:
            tables[place].write(f"{account.number},{day.on},{decimal(day.end)},{account.currency}\n")
        if day.on in (sheet.last, account.closed_on):
            yield place, span
            span = None


def _sheets(days: list[date], per: str) -> Iterator[_Sheet]:
    keys = {"day": lambda day: day, "month": lambda day: (day.year, day.month), "all": lambda day: 0}
    if per not in keys:
        raise ValueError(f"per must be day, month or all, not {per!r}")
    period = {"day": "LastBusinessDay", "month": "LastMonth", "all": "Custom"}[per]
    for _, group in groupby(days, key=keys[per]):
        covered = list(group)
        yield _Sheet(covered[0], covered[-1], period)


def _open_files(
    plan: Plan, out: Path, sheets: list[_Sheet], *, xml: bool, csv: bool
) -> tuple[list[_File], list[_File]]:
    limit = max(4096, _BUFFERS // (len(sheets) * (xml + csv) or 1))
    statements, tables = [], []
    counts = _counts(plan, sheets) if xml else []
    for place, sheet in enumerate(sheets):
        path = out / file_name(plan, sheet.first, sheet.last)
        if xml:
            head = (
                '<?xml version="1.0" encoding="UTF-8"?>\n<FlexQueryResponse queryName="Advisor Portal" type="AF">\n'
                f'<FlexStatements count="{counts[place]}">\n'
            )
            statements.append(_File(path, head, "</FlexStatements>\n</FlexQueryResponse>\n", limit))
        if csv:
            tables.append(_File(path.with_suffix(".csv"), CSV_HEADER, "", limit))
    return statements, tables


def file_name(plan: Plan, first: date, last: date) -> str:
    """The name of the statement file that covers these days."""
    span = compact(first) if first == last else f"{compact(first)}_{compact(last)}"
    return f"{plan[0].number}_{span}.xml"


def _counts(plan: Plan, sheets: list[_Sheet]) -> list[int]:
    """How many accounts each file holds, which its second line must say before the first account is written."""
    firsts, lasts = [sheet.first for sheet in sheets], [sheet.last for sheet in sheets]
    steps = [0] * (len(sheets) + 1)
    for born, died in plan.lives():
        begin = bisect_left(lasts, born)
        end = bisect_right(firsts, died) if died else len(sheets)
        if begin < end:
            steps[begin] += 1
            steps[end] -= 1
    counts, running = [], 0
    for step in steps[:-1]:
        running += step
        counts.append(running)
    return counts
