"""Advisors who invoice: caps agreed, values known, and the person acting under the portal's own role."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from accounts.ground.access.context import Who, as_role, enter, leave
from fees.invoicing.actions import agree_cap, submit
from fees.invoicing.models import Invoice
from fees.invoicing.night import invoices_chunk, prepare_invoices
from fees.schedules.rules import Signature
from fees.sending.rules import Asked, Verdict
from tests.fees.posting.nights import ALL, DOCUMENT, Nights, night_role

NEW_YORK = ZoneInfo("America/New_York")
ANA, KEN, CHIDI, DANA = "U1000001", "U1000002", "U2000001", "U3000001"
# September 2025 has 21 business days; the limit of October looks back on it.
SEPTEMBER = (date(2025, 9, 1), date(2025, 9, 30))
OCTOBER = date(2025, 10, 6)


def at(day: date, hour: int = 12, minute: int = 0, second: int = 0, micro: int = 0) -> datetime:
    """An instant by the clocks of New York."""
    return datetime(day.year, day.month, day.day, hour, minute, second, micro, tzinfo=NEW_YORK)


@dataclass
class Desk(Nights):
    """The cast with limits and invoices."""

    role: object

    @contextmanager
    def acting(self, name: str) -> Iterator[Who]:
        with self.role("portal_web"):
            who = enter(self.world.users[name].pk)
            try:
                yield who
            finally:
                leave()

    def cap(self, number: str, rate: str | None = "0.02", kind: str = "PERCENTOFNLV_CAP", **more) -> None:
        account = self.account(number)
        practice = more.pop("practice", account.practice)
        amount = more.pop("amount", None)
        starts = more.pop("starts", date(2024, 2, 1))
        signed = datetime(starts.year, starts.month, starts.day, 12, tzinfo=UTC)
        with as_role("owner"):
            agree_cap(
                account=account,
                practice=practice,
                kind=kind,
                rate=None if rate is None else Decimal(rate),
                amount=None if amount is None else Decimal(amount),
                starts=starts,
                signature=Signature(name="A Client", at=signed, document_hash=DOCUMENT),
                by=None,
                at=signed,
                **more,
            )

    def send(self, name: str, *rows: tuple[str, str] | Asked, on: datetime | None = None, **more) -> list[Verdict]:
        asked = [row if isinstance(row, Asked) else Asked(line, *row) for line, row in enumerate(rows, start=1)]
        with self.acting(name) as who:
            return submit(who=who, rows=asked, at=on or at(OCTOBER), **more)[1]

    def sent(self, number: str, **where) -> list[Invoice]:
        with as_role("owner"):
            return list(Invoice.unscoped.filter(account__number=number, **where).order_by("submitted_at"))

    def invoices(self, day: date):
        run = self.run(day)
        with night_role():
            chunk = self.chunk(run, "invoices", 6)
            prepare_invoices(run, day)
            result = invoices_chunk(run, day, 0, ALL, chunk.pk)
            self.done(chunk, result)
            return result

    def whole_night(self, day: date):
        self.accrue(day)
        self.close(day)
        self.invoices(day)
        self.post(day)
        self.sweep(day)
        self.reimburse(day)
        self.transmit(day)
        self.reconcile(day)
        return self.seal(day)


@pytest.fixture
def desk(world, as_role) -> Desk:
    """Ana's cap of 2 % a month on 100,000 every day of September: D21's limit of 166.67 in October."""
    desk = Desk(world, as_role)
    desk.cap(ANA)
    desk.values(ANA, "100000", *SEPTEMBER)
    return desk


@pytest.fixture
def password_field() -> str:
    from auth2fa.stepup.rules import PASSWORD_FIELD

    return PASSWORD_FIELD
