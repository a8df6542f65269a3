"""The cut-off of 17:30 by the clocks of New York: over both changes of the clock, holidays, half days and weekends, and
with an invoice that commits late."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from threading import Event

import pytest
from django.db import connections, transaction

from accounts.ground.access.context import acting, as_role
from accounts.ground.days.actions import override
from accounts.ground.days.queries import calendar
from accounts.ground.runs.models import Run, RunChunk, RunStage
from fees.invoicing.actions import InvoiceRefused, change, submit
from fees.invoicing.models import Invoice
from fees.invoicing.night import invoices_chunk, prepare_invoices
from fees.sending.rules import Asked, cut_off_after, cut_off_of
from tests.fees.invoicing.conftest import ANA, OCTOBER, Desk, at

# The clocks go forward on Sunday 8 March 2026 and back on Sunday 1 November 2026: instants are written in UTC.
CASES = [
    ("before spring", "2026-03-06 22:29:59.999999", "2026-03-06"),
    ("before spring, too late", "2026-03-06 22:30", "2026-03-09"),
    ("the hour that spring leaves out", "2026-03-08 07:00", "2026-03-09"),
    ("after spring", "2026-03-09 21:29:59.999999", "2026-03-09"),
    ("after spring, too late although it is 16:30 by winter's clock", "2026-03-09 21:30", "2026-03-10"),
    ("before autumn", "2026-10-30 21:29:59.999999", "2026-10-30"),
    ("before autumn, a Friday evening", "2026-10-30 21:30", "2026-11-02"),
    ("the first of the two hours of autumn", "2026-11-01 05:30", "2026-11-02"),
    ("the second of them", "2026-11-01 06:30", "2026-11-02"),
    ("after autumn, 17:30 by summer's clock", "2026-11-02 21:30", "2026-11-02"),
    ("after autumn", "2026-11-02 22:29:59.999999", "2026-11-02"),
    ("after autumn, too late", "2026-11-02 22:30", "2026-11-03"),
    ("Thanksgiving", "2026-11-26 15:00", "2026-11-27"),
    ("the half day after it: the cut-off stays", "2026-11-27 22:29", "2026-11-27"),
    ("the half day after it, too late", "2026-11-27 22:30", "2026-11-30"),
    ("the evening before Good Friday", "2026-04-02 21:30", "2026-04-06"),
    ("Good Friday", "2026-04-03 14:00", "2026-04-06"),
    ("a Saturday", "2026-06-13 16:00", "2026-06-15"),
    ("past midnight in London, the day before in New York", "2026-06-16 00:30", "2026-06-16"),
    ("New Year's Eve, too late: over the holiday into the next year", "2026-12-31 22:30", "2027-01-04"),
]  # fmt: skip


@pytest.mark.parametrize(("when", "day"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_the_business_day_that_an_invoice_counts_for(desk, when, day):
    desk.cap(ANA, None, amount="500", starts=date(2026, 1, 2))
    instant = datetime.fromisoformat(when).replace(tzinfo=UTC)

    [verdict] = desk.send("alice", (ANA, "10"), on=instant)

    [invoice] = desk.sent(ANA)
    assert verdict.is_accepted
    assert (invoice.business_day, invoice.submitted_at) == (date.fromisoformat(day), instant)
    assert instant < cut_off_of(invoice.business_day)


@pytest.mark.parametrize(
    ("friday", "monday", "hours"), [((2026, 3, 6), (2026, 3, 9), 70), ((2026, 10, 30), (2026, 11, 2), 72)]
)
def test_the_time_left_is_elapsed_time_over_a_change_of_the_clock(world, friday, monday, hours):
    """From 18:00 on Friday to 17:30 on Monday an hour is missing in spring and one too many in autumn."""
    evening = at(date(*friday), 18)

    left = [cut_off_after(now, calendar()) for now in (evening, evening.astimezone(UTC))]

    assert [(one.hours, one.minutes, one.is_today) for one in left] == [(hours, 30, False)] * 2
    assert left[0].at == at(date(*monday), 17, 30)


def test_one_sent_on_the_evening_before_a_change_of_the_clock_stays_open_until_mondays_cut_off(desk):
    desk.cap(ANA, None, amount="500", starts=date(2026, 1, 2))
    desk.send("alice", (ANA, "10"), on=at(date(2026, 10, 30), 18))
    [invoice] = desk.sent(ANA)

    with desk.acting("alice") as who:
        # 17:29:59 of winter's clock.
        change(who=who, invoice=invoice, amount="11", memo="", at=datetime(2026, 11, 2, 22, 29, 59, tzinfo=UTC))
        with pytest.raises(InvoiceRefused, match="cut-off"):
            change(who=who, invoice=invoice, amount="12", memo="", at=datetime(2026, 11, 2, 22, 30, tzinfo=UTC))

    assert [one.amount for one in desk.sent(ANA)] == [11]


def test_a_day_that_the_office_closes_is_none(desk):
    flooded = date(2026, 6, 16)
    with as_role("office"):
        override(day=flooded, is_business=False, name="Flood", by=desk.world.users["olga"].pk)
    desk.cap(ANA, None, amount="500", starts=date(2026, 1, 2))

    desk.send("alice", (ANA, "10"), on=at(flooded, 10))

    assert [one.business_day for one in desk.sent(ANA)] == [flooded + timedelta(days=1)]


@pytest.fixture
def open_for_business(own_world) -> Desk:
    """Connections as in production, and a limit of 500 a month."""
    desk = Desk(own_world, as_role)
    with as_role("owner"):
        desk.cap(ANA, None, amount="500", starts=date(2025, 1, 2))
    return desk


def night_takes(desk: Desk, began: Event) -> list[Decimal]:
    """The stage of invoices as a night's worker does it; what it paid."""
    try:
        run = Run.unscoped.create(day=OCTOBER, state="running", started_at=at(OCTOBER, 20, 30))
        stage = RunStage.unscoped.create(run=run, ordinal=6, name="invoices")
        with transaction.atomic(using="night"):
            began.set()
            prepare_invoices(run, OCTOBER)
            chunk = RunChunk.unscoped.create(stage=stage, lo=0, hi=2**62)
        with transaction.atomic(using="night"):
            invoices_chunk(run, OCTOBER, 0, 2**62, chunk.pk)
        paid = Invoice.unscoped.filter(run_id=run.pk, state="processed")
        return list(paid.values_list("amount", flat=True))
    finally:
        connections.close_all()


def as_night(desk: Desk, began: Event) -> list[Decimal]:
    with as_role("night"):
        return night_takes(desk, began)


def test_one_that_commits_late_is_in_the_night_that_waits_for_it(open_for_business):
    """Stamped a microsecond before the cut-off, not committed when the night begins: the night does not pass it by."""
    alice, began = open_for_business.world.users["alice"].pk, Event()
    with ThreadPoolExecutor(1) as pool:
        with acting(alice) as who:
            submit(who=who, rows=[Asked(1, ANA, "10")], at=at(OCTOBER, 17, 29, 59, 999_999))
            night = pool.submit(as_night, open_for_business, began)
            assert began.wait(20)
            with pytest.raises(TimeoutError):
                night.result(0.5)
        assert night.result(30) == [10]


def test_one_that_comes_while_the_night_takes_the_day_counts_for_the_next(open_for_business):
    """Stamped in time and written after the night: it is not lost in a day that is over, and it says so itself."""
    alice, began = open_for_business.world.users["alice"].pk, Event()
    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(as_night, open_for_business, began).result(30) == []
    with acting(alice) as who:
        day, [verdict] = submit(who=who, rows=[Asked(1, ANA, "10")], at=at(OCTOBER, 17, 29, 59, 999_999))

    assert verdict.is_accepted
    assert day == OCTOBER + timedelta(days=1)
    with as_role("owner"):
        assert [(one.business_day, one.state) for one in open_for_business.sent(ANA)] == [(day, "pending")]
