"""Days to accrue: agreements and values as rows, and the night's own functions under the night's own login."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db import connection, transaction

from accounts.ground.access.context import as_role
from accounts.ground.runs.models import Run
from accounts.ground.runs.work import LAST_ID
from fees.accrual import night
from fees.accrual.models import Accrual
from fees.engine.registry import BY_NAME
from fees.schedules.actions import agree
from fees.schedules.rules import Figures, Signature
from tests.world import World

JANUARY = date(2025, 1, 2)
DAY = date(2025, 9, 30)
SIGNED = Signature(name="A Client", at=datetime(2024, 6, 3, 16, tzinfo=UTC), document_hash="5e" * 32)


def figures(name: str, **terms) -> Figures:
    return Figures(method=BY_NAME[name].code, **terms)


ONE_PERCENT = figures("PERCENTOFEQUITY_MONTHLY", rate=Decimal("0.01"))


@dataclass
class Book:
    """The cast's accounts with what they agreed and what they were worth."""

    world: World

    def agree(self, number: str, *components: Figures, starts: date = JANUARY, ends: date | None = None, practice=None):
        account = self.world[number]
        return agree(
            account=account,
            practice=practice or account.practice,
            strategy="automatic",
            components=components or [ONE_PERCENT],
            starts=starts,
            ends=ends,
            signature=SIGNED,
            by=None,
            at=SIGNED.at,
        )

    def value(self, number: str, nlv: str, *, day: date = DAY, flow: str = "0", currency: str = "") -> None:
        account = self.world[number]
        with connection.cursor() as cur:
            cur.execute("SELECT broker_ensure_partitions(%s, %s)", [day, day])
            cur.execute(
                "INSERT INTO broker_navdaily (nav_date, account_id, nlv, flow, currency) VALUES (%s, %s, %s, %s, %s)",
                [day, account.pk, nlv, flow, currency or account.base_currency],
            )

    def rate(self, code: str, base: str, rate: str, *, day: date = DAY) -> None:
        with connection.cursor() as cur:
            cur.execute(
                "INSERT INTO broker_fxrate (day, from_currency, to_currency, rate, file_id) VALUES (%s, %s, %s, %s, 0)",
                [day, code, base, rate],
            )

    def run(self, day: date = DAY) -> Run:
        return Run.unscoped.get_or_create(day=day)[0]

    def stage(self, task: Callable, day: date = DAY):
        """One function of the night, in one transaction of the night's login."""
        with as_role("night"), transaction.atomic(using="night"):
            return task(self.run(day), day)

    def accrue(self, day: date = DAY, lo: int = 0, hi: int = LAST_ID):
        def chunk(run: Run, day: date):
            night.prepare_accrue(run, day)
            return night.accrue_chunk(run, day, lo, hi, 0)

        return self.stage(chunk, day)

    def check(self, day: date = DAY):
        return self.stage(lambda run, day: night.check_chunk(run, day, 0, LAST_ID, 0), day)

    def lines(self, number: str, day: date = DAY) -> list[tuple[str, str, str]]:
        """Base, rate and amount of an account's lines, as text with every decimal place."""
        found = Accrual.unscoped.filter(account_id=self.world[number].pk, accrual_date=day).order_by("component_id")
        return [tuple(format(part, "f") for part in (one.base, one.rate, one.amount)) for one in found]


@pytest.fixture
def book(world: World) -> Book:
    return Book(world)
