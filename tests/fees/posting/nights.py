"""Nights for tests: values and agreements as rows, and the real stages in their order, one chunk for everybody."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from django.db import transaction

from accounts.broker.transmit.night import transmit_stage
from accounts.desk.mailboxes.night import mailbox_stage
from accounts.ground.access.context import as_role, cursor
from accounts.ground.days.queries import calendar
from accounts.ground.runs.actions import hold_account
from accounts.ground.runs.models import Hold, Run, RunChunk, RunStage, Seal
from accounts.ground.runs.results import ChunkResult, StageResult
from fees.accrual.night import accrue_chunk, check_chunk, prepare_accrue, rollup_stage
from fees.borne.night import bear_stage
from fees.differences.night import compare_chunk
from fees.engine.registry import BY_NAME
from fees.engine.types import Range
from fees.notices.night import notices_chunk
from fees.posting.close import close_chunk
from fees.posting.memos import MEMOS
from fees.posting.models import Charge
from fees.posting.posting import post_chunk
from fees.posting.reconcile import reconcile_stage
from fees.posting.seal import seal_stage
from fees.posting.sweep import sweep_stage
from fees.reimbursements.night import reimburse_stage
from fees.schedules.actions import agree
from fees.schedules.models import Schedule
from fees.schedules.rules import Figures, Signature

ALL = 2**63 - 1
DOCUMENT = "0" * 64
Values = str | Mapping[date, str | None]


def figures(name: str, **terms: object) -> Figures:
    """Terms by the broker's name of the method, figures as text."""
    known = {key: Decimal(value) if isinstance(value, str) and key in ("rate", "flat") else value
             for key, value in terms.items()}  # fmt: skip
    return Figures(method=BY_NAME[name].code, **known)


def ranges(*parts: tuple[str, str | None, str]) -> tuple[Range, ...]:
    return tuple(
        Range(Decimal(low), None if high is None else Decimal(high), Decimal(rate)) for low, high, rate in parts
    )


@contextmanager
def night_role() -> Iterator[None]:
    """As in production: a stage is one transaction of the night's own login."""
    with as_role("night"), transaction.atomic(using="night"):
        yield


@dataclass
class Nights:
    """The cast's accounts with agreements, values and nights."""

    world: object

    def account(self, number: str):
        account = self.world[number]
        account.refresh_from_db(from_queryset=type(account).unscoped.all())
        return account

    def agree(
        self, number: str, *components: Figures, starts: date, ends: date | None = None, practice=None, **switches: bool
    ) -> Schedule:
        signed = datetime(starts.year, starts.month, starts.day, 12, tzinfo=UTC)
        with as_role("owner"):
            account = self.account(number)
            return agree(
                account=account,
                practice=practice or account.practice,
                strategy="automatic",
                components=components,
                starts=starts,
                ends=ends,
                signature=Signature(name="A Client", at=signed, document_hash=DOCUMENT),
                by=None,
                at=signed,
                **switches,
            )

    def value(self, number: str, day: date, nlv: str, flow: str = "0") -> None:
        account = self.world[number]
        with night_role(), cursor() as cur:
            cur.execute("SELECT broker_ensure_partitions(%s, %s)", [day, day])
            cur.execute(
                "INSERT INTO broker_navdaily (nav_date, account_id, nlv, flow, currency) VALUES (%s, %s, %s, %s, %s)",
                [day, account.pk, nlv, flow, account.base_currency],
            )

    def values(self, number: str, nlv: str, first: date, last: date) -> None:
        """The same value on every business day from `first` to `last`."""
        for day in self.days(first, last):
            self.value(number, day, nlv)

    def cash(self, number: str, day: date, settled: str) -> None:
        account = self.world[number]
        with night_role(), cursor() as cur:
            cur.execute(
                "INSERT INTO broker_cashbalance (account_id, day, currency, is_total, ending, settled, file_id)"
                " VALUES (%s, %s, %s, false, %s, %s, 0)",
                [account.pk, day, account.base_currency, settled, settled],
            )

    def hold(self, number: str, day: date, *, stage: str = "accrue", reason: str = "no_nav") -> Hold:
        """What the feed does where a value is missing."""
        with night_role():
            return hold_account(
                account=self.world[number], day=day, stage=stage, reason=reason, detail="", title="Statement missing"
            )

    def days(self, first: date, last: date) -> list[date]:
        with as_role("night"):
            return calendar().between(first, last + timedelta(days=1))

    def next(self, day: date) -> date:
        with as_role("night"):
            return calendar().next(day)

    def previous(self, day: date) -> date:
        with as_role("night"):
            return calendar().previous(day)

    def on_or_before(self, day: date) -> date:
        with as_role("night"):
            return calendar().on_or_before(day)

    def run(self, day: date) -> Run:
        with night_role():
            return Run.unscoped.get_or_create(day=day)[0]

    def chunk(self, run: Run, name: str, ordinal: int, *, lo: int = 0, hi: int = ALL) -> RunChunk:
        stage = RunStage.unscoped.get_or_create(run=run, name=name, defaults={"ordinal": ordinal})[0]
        return RunChunk.unscoped.get_or_create(stage=stage, lo=lo, defaults={"hi": hi})[0]

    def accrue(self, day: date) -> None:
        run = self.run(day)
        with night_role():
            prepare_accrue(run, day)
            rollup_stage(run, day)
            accrue_chunk(run, day, 0, ALL, 0)
        self.check(day)

    def check(self, day: date) -> None:
        run = self.run(day)
        with night_role():
            chunk = self.chunk(run, "check", 4)
            self.done(chunk, check_chunk(run, day, 0, ALL, chunk.pk))

    def close(self, day: date, **more: int) -> ChunkResult:
        run = self.run(day)
        with night_role():
            return close_chunk(run, day, 0, ALL, 0, **more)

    def post(self, day: date) -> ChunkResult:
        run = self.run(day)
        with night_role():
            chunk = self.chunk(run, "post", 6)
            result = post_chunk(run, day, 0, ALL, chunk.pk)
            if not chunk.digest:
                self.done(chunk, result)
            return result

    def sweep(self, day: date) -> StageResult:
        run = self.run(day)
        with night_role():
            return sweep_stage(run, day)

    def reimburse(self, day: date) -> StageResult:
        run = self.run(day)
        with night_role():
            return reimburse_stage(run, day)

    def bear(self, day: date) -> StageResult:
        run = self.run(day)
        with night_role():
            return bear_stage(run, day)

    def mailboxes(self, day: date) -> StageResult:
        run = self.run(day)
        with night_role():
            return mailbox_stage(run, day)

    def notices(self, day: date) -> ChunkResult:
        run = self.run(day)
        with night_role():
            return notices_chunk(run, day, 0, ALL, 0)

    def transmit(self, day: date) -> StageResult:
        run = self.run(day)
        with night_role():
            return transmit_stage(run, day, memos=MEMOS)

    def compare(self, day: date) -> ChunkResult:
        run = self.run(day)
        with night_role():
            return compare_chunk(run, day, 0, ALL, 0)

    def reconcile(self, day: date) -> StageResult:
        run = self.run(day)
        with night_role():
            return reconcile_stage(run, day)

    def seal(self, day: date) -> StageResult:
        run = self.run(day)
        with night_role():
            return seal_stage(run, day)

    def night(self, day: date) -> StageResult:
        """All stages; hands back the seal's."""
        self.accrue(day)
        self.close(day)
        self.post(day)
        self.sweep(day)
        self.reimburse(day)
        self.bear(day)
        self.mailboxes(day)
        self.transmit(day)
        self.compare(day)
        self.reconcile(day)
        return self.seal(day)

    def nights(self, first: date, last: date) -> StageResult:
        return [self.night(day) for day in self.days(first, last)][-1]

    def sealed(self, number: str, day: date) -> Seal:
        with as_role("owner"):
            return Seal.unscoped.get(firm_id=self.world[number].firm_id, day=day)

    def done(self, chunk: RunChunk, result: ChunkResult) -> None:
        chunk.rows, chunk.total, chunk.digest = result.rows, result.total, result.digest
        chunk.save(update_fields=["rows", "total", "digest"])

    def charge(self, number: str, **where: object) -> Charge:
        with as_role("owner"):
            return Charge.unscoped.get(account__number=number, **where)
