"""What the back office decides about a night moves exactly the money that it should, and stands in the seal."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, transaction

from accounts.broker.transmit.actions import ask_reversal
from accounts.broker.transmit.models import Instruction
from accounts.ground.access.context import as_role
from accounts.ground.ledger.models import Transfer
from accounts.ground.runs.actions import answer, retry
from accounts.ground.runs.models import Hold, NightDecision, RunStage
from fees.accrual.models import Accrual
from fees.invoicing.models import Invoice
from fees.posting.models import Charge
from fees.posting.seal import seal_digest
from portal.office.actions import DecisionRefused, hold_back, let_go, use_day_before
from tests.broker.transmit.test_answers import answers
from tests.fees.adjustments.conftest import Corrected
from tests.fees.invoicing.conftest import Desk
from tests.fees.posting.nights import figures
from tests.fees.posting.test_trades import key, per_trade, trade

ANA, CHIDI = "U1000001", "U2000001"
MONDAY, TUESDAY, WEDNESDAY = date(2025, 9, 22), date(2025, 9, 23), date(2025, 9, 24)
MONTH_END, NEXT, AFTER = date(2025, 9, 30), date(2025, 10, 1), date(2025, 10, 2)
AT = datetime(2025, 9, 23, 22, tzinfo=UTC)
DAILY = "19.84126984"  # 100,000 x 5 % / 252


@pytest.fixture
def olga(world):
    return world.users["olga"].pk


@pytest.fixture
def billed(nights):
    nights.agree(ANA, figures("PERCENTOFEQUITY", rate="0.05"), starts=MONDAY)
    return nights


def line(day):
    with as_role("owner"):
        return [str(one) for one in Accrual.unscoped.filter(accrual_date=day).values_list("amount", flat=True)]


def moved(day):
    with as_role("owner"):
        found = Transfer.unscoped.filter(day=day, kind__in=("fee", "invoice", "adjustment"))
        return sorted(str(one) for one in found.values_list("amount", flat=True))


def accrued_already(nights, day, *others):
    """The rows of a run whose stages have gone past the accruals."""
    for one in (day, *others):
        run = nights.run(one)
        with as_role("owner"):
            RunStage.unscoped.update_or_create(run=run, name="accrue", defaults={"ordinal": 3, "state": "done"})


def test_the_value_of_the_day_before_stands_for_one_that_has_not_come(billed, olga):
    billed.value(ANA, MONDAY, "100000")
    billed.night(MONDAY)
    accrued_already(billed, MONDAY)
    hold = billed.hold(ANA, TUESDAY)

    with as_role("office"):
        decided = use_day_before(hold=hold, reason=" The broker is\nlate ", by=olga, at=AT)
    sealed = billed.night(TUESDAY)

    assert line(TUESDAY) == [DAILY]
    assert moved(TUESDAY) == ["19.84"]  # Monday's fee
    assert sealed.problem == ""
    assert (decided.value, decided.value_of, decided.night) == (Decimal("100000.0000"), MONDAY, TUESDAY)
    seal = billed.sealed(ANA, TUESDAY)
    assert (seal.held, seal.figures["decisions"]["rows"]) == (0, 1)
    assert seal.digest == seal_digest(seal)
    assert decided.reason == "The broker is late"


def test_the_night_that_makes_up_for_it_seals_the_decision(billed, olga):
    billed.values(ANA, "100000", MONDAY, MONDAY)
    hold = billed.hold(ANA, TUESDAY)
    billed.nights(MONDAY, TUESDAY)
    accrued_already(billed, MONDAY, TUESDAY)
    assert line(TUESDAY) == []

    with as_role("office"):
        decided = use_day_before(hold=hold, reason="No statement", by=olga, at=AT)
    billed.value(ANA, WEDNESDAY, "100000")
    billed.night(WEDNESDAY)

    assert line(TUESDAY) == [DAILY]
    assert decided.night == WEDNESDAY
    assert billed.sealed(ANA, TUESDAY).figures["decisions"]["rows"] == 0
    assert billed.sealed(ANA, WEDNESDAY).figures["decisions"]["rows"] == 1
    assert billed.sealed(ANA, WEDNESDAY).held == 0


@pytest.mark.parametrize(
    ("case", "words"),
    [
        ("nothing before", "no value of 2025-09-22 either"),
        ("carried before", "itself carried over"),
        ("a deposit", "moved on that day"),
        ("no reason", "Say why"),
        ("let in", "does not wait for a value"),
    ],
)
def test_a_value_that_may_not_stand_is_refused_and_nothing_is_written(billed, olga, case, words):
    if case == "carried before":
        billed.value(ANA, date(2025, 9, 19), "100000")
        with as_role("office"):
            use_day_before(hold=billed.hold(ANA, MONDAY), reason="Late", by=olga, at=AT)
    elif case != "nothing before":
        billed.value(ANA, MONDAY, "100000")
    hold = billed.hold(ANA, TUESDAY)
    if case == "a deposit":
        with as_role("owner"), connection.cursor() as cur:
            cur.execute(
                "INSERT INTO broker_cashline (firm_id, account_id, key, kind, currency, amount, flow_on, symbol,"
                " trade_id, reference, description, file_id)"
                " VALUES (%s, %s, 'd', 'Deposits & Withdrawals', 'USD', 5000, %s, '', '', '', '', 0)",
                [hold.firm_id, hold.account_id, TUESDAY],
            )
    if case == "let in":
        with as_role("owner"):
            Hold.unscoped.filter(pk=hold.pk).update(resolved_at=AT)
    before = NightDecision.unscoped.count()

    with as_role("office"), pytest.raises(DecisionRefused, match=words):
        use_day_before(hold=hold, reason="" if case == "no reason" else "Late", by=olga, at=AT)

    with as_role("owner"), connection.cursor() as cur:
        cur.execute("SELECT count(*) FROM broker_navdaily WHERE nav_date = %s", [TUESDAY])
        assert cur.fetchone()[0] == 0
        assert NightDecision.unscoped.count() == before


def test_an_account_held_back_moves_nothing_and_makes_up_for_it_when_it_is_let_in(billed, olga):
    """A daily fee and one at the month's end; on the 30th the account is held back, on 1 October it is let in."""
    billed.agree(CHIDI, figures("PERCENTOFEQUITY_EOM", rate="0.01"), starts=MONDAY)
    billed.values(ANA, "100000", date(2025, 9, 29), AFTER)
    billed.values(CHIDI, "250000", date(2025, 9, 29), AFTER)
    billed.night(date(2025, 9, 29))
    with as_role("office"):
        holds = [
            hold_back(account=billed.account(number), day=MONTH_END, reason="Being looked at", by=olga, at=AT)
            for number in (ANA, CHIDI)
        ]
    sealed = billed.night(MONTH_END)
    accrued_already(billed, date(2025, 9, 29), MONTH_END)

    assert sealed.problem == ""
    assert (line(MONTH_END), moved(MONTH_END)) == ([], [])
    assert (billed.sealed(ANA, MONTH_END).held, billed.sealed(ANA, MONTH_END).figures["decisions"]["rows"]) == (2, 2)
    with as_role("owner"):
        assert not Charge.unscoped.filter(account__number=CHIDI).exists()

    with as_role("office"):
        for hold in holds:
            let_go(hold=hold, reason="It is right", by=olga, at=AT)
    sealed = billed.night(NEXT)

    assert sealed.problem == ""
    assert line(MONTH_END) == [DAILY]
    # Of the 29th, which had waited, and of the 30th; and 250,000 x 1 % x 7 business days of September / 252.
    assert moved(NEXT) == ["19.84", "19.84", "69.44"]


def test_an_account_held_back_stays_so_night_after_night(billed, olga, settings, tmp_path):
    """Held back on 30 September and not let in: no fee, trade, correction, invoice or reversal moves on 1 October
    either; let in, all of it does in the night of 2 October."""
    settings.INSTRUCTIONS_URL = tmp_path.as_uri()
    before, desk = date(2025, 9, 29), Desk(billed.world, as_role)
    billed.agree(CHIDI, per_trade(key("ticket", "7")), starts=MONDAY)
    billed.values(ANA, "100000", date(2025, 9, 26), AFTER)
    billed.values(CHIDI, "100000", date(2025, 9, 26), AFTER)
    started(billed, date(2025, 9, 26), before)
    billed.nights(date(2025, 9, 26), before)
    with as_role("owner"):
        rejected = Transfer.unscoped.get(kind="fee", day=before)
    answers((rejected.pk, "rejected", "closed"))
    with as_role("office"):
        told = Instruction.unscoped.get(transfer=rejected)
        ask_reversal(instruction=told, reason="Closed", by=olga, at=AT)
        holds = [
            hold_back(account=billed.account(number), day=MONTH_END, reason="Being looked at", by=olga, at=AT)
            for number in (ANA, CHIDI)
        ]
    trade(billed, MONTH_END, number=CHIDI)
    # 90,000 x 5 % / 252 = 17.86 for the 26th, which was charged with 19.84: 1.98 too much.
    correct(billed, date(2025, 9, 26), "90000")
    invoice = invoiced(billed, MONTH_END)

    for night in (MONTH_END, NEXT):
        started(billed, night)
        assert billed.night(night).problem == ""
        assert desk.invoices(night).rows == 0
        assert everything_moved(night) == [], night
    accrued_already(billed, before, MONTH_END, NEXT)
    with as_role("owner"):
        assert not Charge.unscoped.filter(account__number=CHIDI).exists()
        assert not Charge.unscoped.filter(revision=1).exists()
        assert type(invoice).unscoped.get(pk=invoice.pk).state == "pending"

    with as_role("office"):
        for hold in holds:
            let_go(hold=hold, reason="It is right", by=olga, at=AT)
    started(billed, AFTER)
    assert billed.night(AFTER).problem == ""
    assert desk.invoices(AFTER).rows == 1

    # Daily fees of 29 and 30 September and 1 October, the refund, the reversal less that refund, an invoice.
    assert everything_moved(AFTER) == [
        ("adjustment", "1.98"), ("fee", "19.84"), ("fee", "19.84"), ("fee", "19.84"), ("invoice", "50.00"),
        ("reversal", "17.86"),
    ]  # fmt: skip
    with as_role("owner"):
        assert Charge.unscoped.get(account__number=CHIDI).amount == 7


def everything_moved(day):
    with as_role("owner"):
        found = Transfer.unscoped.filter(day=day).exclude(kind="sweep").values_list("kind", "amount")
        return sorted((kind, str(amount)) for kind, amount in found)


def started(nights, *days):
    """The instant at which each night began, as the real ones write it."""
    for day in days:
        run = nights.run(day)
        with as_role("owner"), connection.cursor() as cur:
            cur.execute("UPDATE accounts_run SET started_at = clock_timestamp() WHERE id = %s", [run.pk])


def correct(nights, day, nlv):
    Corrected(nights.world).correct(ANA, day, nlv)


def invoiced(nights, day):
    """50.00 that Ana's advisor sent for the night of the day."""
    account = nights.account(ANA)
    with as_role("owner"):
        return Invoice.unscoped.create(
            firm_id=account.firm_id, account=account, practice_id=account.practice_id, amount="50", currency="USD",
            memo="", business_day=day, state="pending", reason="", needs_approval=False, submitted_at=AT,
            submitted_by_id=nights.world.users["alice"].pk,
        )  # fmt: skip


def test_a_night_that_has_accrued_takes_no_hold_and_a_value_that_comes_ends_none(billed, olga):
    billed.values(ANA, "100000", MONDAY, TUESDAY)
    with as_role("office"):
        hold = hold_back(account=billed.account(ANA), day=MONDAY, reason="Wait", by=olga, at=AT)
        with pytest.raises(DecisionRefused, match="held back already"):
            hold_back(account=billed.account(ANA), day=MONDAY, reason="Wait", by=olga, at=AT)
    with as_role("office"):
        assert retry(Hold.unscoped.filter(pk=hold.pk), at=AT) == 0
    with as_role("night"):
        assert answer(arrived=[(hold.account_id, MONDAY)], stage="accrue", at=AT, resolution="Came") == 0
    billed.night(MONDAY)
    accrued_already(billed, MONDAY)

    with as_role("office"), pytest.raises(DecisionRefused, match="gone past"):
        hold_back(account=billed.account(CHIDI), day=MONDAY, reason="Too late", by=olga, at=AT)
    with as_role("office"), pytest.raises(DecisionRefused, match="not a business day"):
        hold_back(account=billed.account(CHIDI), day=date(2025, 9, 27), reason="Saturday", by=olga, at=AT)
    assert line(MONDAY) == []


def test_who_is_let_in_late_and_has_no_value_waits_for_nothing_by_hand(billed, olga):
    """The hold of the office ends; what is missing is the value, and that is said by a hold of its own."""
    billed.value(ANA, TUESDAY, "100000")
    with as_role("office"):
        hold = hold_back(account=billed.account(ANA), day=MONDAY, reason="Wait", by=olga, at=AT)
    billed.hold(ANA, MONDAY)
    billed.night(MONDAY)
    accrued_already(billed, MONDAY)
    with as_role("office"):
        let_go(hold=hold, reason="All right", by=olga, at=AT)

    assert billed.night(TUESDAY).problem == ""

    with as_role("owner"):
        left = Hold.unscoped.filter(day=MONDAY, resolved_at=None).values_list("reason", flat=True)
        assert list(left) == ["no_nav"]
    assert line(MONDAY) == []


def test_only_the_back_office_may_write_a_decision(billed, olga):
    row = {"day": MONDAY, "night": MONDAY, "kind": "pause", "reason": "x", "user_id": olga, "at": AT}
    for role in ("night", "default"):
        with as_role(role), pytest.raises(DatabaseError), transaction.atomic():
            NightDecision.unscoped.create(**row)
    with as_role("office"):
        made = NightDecision.unscoped.create(**row)
    with as_role("office"), pytest.raises(DatabaseError), transaction.atomic():
        NightDecision.unscoped.filter(pk=made.pk).update(reason="y")
