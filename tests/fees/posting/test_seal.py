"""A firm's day is sealed only while every invariant holds, and what was sealed stays as it was."""

from copy import copy
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

import pytest
from django.db import connection, transaction

from accounts.ground.ledger.models import Book, Transfer
from accounts.ground.ledger.queries import balance
from accounts.ground.requests.models import Request
from accounts.ground.runs.models import NightDecision, Seal
from fees.funds.actions import record_value
from fees.posting.checks import CHECKS, Night, look
from fees.posting.contents import kept
from fees.posting.models import Charge, ChargeState
from fees.posting.seal import PARTS, seal_digest
from fees.schedules.rules import Figures
from tests.books import Posting, clearing_book, client_book, post
from tests.fees.posting.lies import CORRECTED, LIES
from tests.fees.posting.nights import figures
from tests.fees.posting.test_trades import trade

ANA, NINA, CHIDI = "U1000001", "U9000001", "U2000001"
FIRST, MONTH_END, NEXT = date(2025, 9, 29), date(2025, 9, 30), date(2025, 10, 1)
TAMPERED = (
    *(
        "accounts_transfer",
        "fees_accrual",
        "fees_charge",
        "fees_periodresult",
        "fees_tradefee",
        "fees_cut",
        "fees_bornecharge",
        *("fees_fundvalue", "fees_component"),
    ),
    *("broker_instruction", "broker_instructionfile"),
    "desk_mailboxcharge",
)


@pytest.fixture
def two_firms(nights):
    """Ana of Northgate and Nina of Southbank, billed daily and at the month's end."""
    for number in (ANA, NINA):
        nights.agree(number, figures("PERCENTOFEQUITY", rate="0.05"), figures("ANNUALFLATFEE_MONTHLY", flat="6000"),
                     starts=FIRST)  # fmt: skip
        nights.values(number, "100000", FIRST, NEXT)
    return nights


@pytest.fixture
def with_results(two_firms):
    """Chidi too, whose second quarter left a loss; his third waits for a day that comes on the first of October."""
    shared = Figures(method=32, rate=Decimal("0.20"), more={"look_back": None})
    two_firms.agree(CHIDI, shared, starts=date(2025, 6, 30))
    two_firms.value(CHIDI, date(2025, 6, 27), "100000")
    two_firms.value(CHIDI, date(2025, 6, 30), "99000")
    two_firms.close(date(2025, 6, 30))
    missing = date(2025, 8, 15)
    for day in two_firms.days(date(2025, 7, 1), NEXT):
        if day != missing:
            two_firms.value(CHIDI, day, "104000")
    return two_firms


def worth(nights):
    """What Chidi's investment was worth at the end of September is told a day late."""
    told = {"account": nights.account(CHIDI), "fund": "ALPHA", "day": MONTH_END, "value": Decimal(250000)}
    record_value(**told, source="Statement", by=nights.world.users["olga"].pk, at=datetime(2026, 1, 5, tzinfo=UTC))


def seals():
    return {(seal.firm.name.split()[0], seal.day) for seal in Seal.unscoped.select_related("firm")}


def tamper(sql, values=()):
    """What only someone with the owner's password and the will to lie can do."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(
            "SELECT conname FROM pg_constraint WHERE conrelid = 'accounts_transfer'::regclass AND contype IN ('c', 'f')"
        )
        for (name,) in cursor.fetchall():
            cursor.execute(f"ALTER TABLE accounts_transfer DROP CONSTRAINT {name}")
        cursor.execute(
            "SELECT conname FROM pg_constraint WHERE conrelid = 'broker_instruction'::regclass"
            " AND confrelid = 'accounts_transfer'::regclass"
        )
        for (name,) in cursor.fetchall():
            cursor.execute(f"ALTER TABLE broker_instruction DROP CONSTRAINT {name}")
        for table in TAMPERED:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(sql, values)
        for table in TAMPERED:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def test_every_firm_is_sealed_every_day_and_the_days_are_chained(two_firms):
    two_firms.nights(FIRST, NEXT)

    chain = list(Seal.unscoped.filter(firm=two_firms.world[ANA].firm).order_by("day"))
    assert [seal.day for seal in chain] == [FIRST, MONTH_END, NEXT]
    assert [seal.previous for seal in chain] == ["", chain[0].digest, chain[1].digest]
    assert len(seals()) == 6


def test_the_seal_can_be_recomputed_from_the_rows(two_firms):
    paused = {"day": NEXT, "night": NEXT, "kind": "pause", "reason": "Rates look odd", "user_id": 0}
    NightDecision.unscoped.create(**paused, at=datetime(2025, 10, 1, 22, tzinfo=UTC))
    two_firms.nights(FIRST, NEXT)

    seal = two_firms.sealed(ANA, NEXT)
    now = kept(Night(seal.run_id, seal.day), [seal.firm_id])[seal.firm_id]
    assert now == {name: seal.figures[name]["digest"] for name in now}
    assert all(seal.figures[name]["rows"] for name in now)
    assert seal_digest(seal) == seal.digest


def test_every_part_of_a_seal_is_in_its_digest(two_firms):
    two_firms.nights(FIRST, NEXT)
    seal = two_firms.sealed(ANA, NEXT)

    for name, other in {"previous": "0" * 64, "firm_id": 0, "day": FIRST, "billable": 9, "billed": 9, "zero": 9,
                        "held": 9}.items():  # fmt: skip
        assert seal_digest(changed(seal, **{name: other})) != seal.digest, name
    for part in PARTS:
        figures_of_another_day = {**seal.figures, part: {**seal.figures[part], "digest": "0" * 64}}
        assert seal_digest(changed(seal, figures=figures_of_another_day)) != seal.digest, part


def changed(seal, **fields):
    other = copy(seal)
    for name, value in fields.items():
        setattr(other, name, value)
    return other


def test_billable_is_billed_and_zero_and_held(two_firms):
    two_firms.agree(CHIDI, figures("PERCENTOFEQUITY", rate="0.05"), starts=date(2025, 9, 30))
    two_firms.agree("U3000001", figures("PERCENTOFEQUITY", rate="0.05"), starts=date(2025, 9, 30))
    two_firms.value(CHIDI, MONTH_END, "-5")
    two_firms.hold("U3000001", MONTH_END)

    two_firms.nights(FIRST, MONTH_END)

    seal = two_firms.sealed(ANA, MONTH_END)
    assert (seal.billable, seal.billed, seal.zero, seal.held) == (4, 2, 1, 1)
    assert seal.figures["holds"]["listed"] == ["U3000001 accrue no_nav"]


def test_an_account_held_at_the_close_is_counted_and_listed(two_firms):
    """Its days were billed one by one; the month that they make up is not."""
    two_firms.agree(CHIDI, figures("PERCENTOFEQUITY_MONTHLY", rate="0.05"), starts=FIRST)
    two_firms.hold(CHIDI, FIRST)
    two_firms.night(FIRST)
    two_firms.value(CHIDI, MONTH_END, "100000")

    two_firms.night(MONTH_END)

    seal = two_firms.sealed(ANA, MONTH_END)
    # Ana's two lines and Chidi's one, and Chidi's month.
    assert (seal.billable, seal.billed, seal.zero, seal.held) == (4, 3, 0, 1)
    assert seal.figures["holds"]["listed"] == ["U2000001 close missing_days"]


def test_money_is_never_lost(two_firms):
    two_firms.nights(FIRST, NEXT)

    totals = {}
    for book in Book.unscoped.all():
        totals.setdefault(book.kind, Decimal(0))
        totals[book.kind] += balance(book)
    assert sum(totals.values()) == 0
    assert totals["clearing"] == 0
    posted = Charge.unscoped.filter(state=ChargeState.POSTED)
    assert totals["payee"] == sum(charge.amount for charge in posted) == -totals["client"] > 0


def test_each_stage_run_twice_changes_nothing(two_firms):
    two_firms.nights(FIRST, NEXT)
    before = rows()

    for day in (FIRST, MONTH_END, NEXT):
        two_firms.close(day)
        two_firms.post(day)
        two_firms.sweep(day)
        two_firms.transmit(day)
        two_firms.reconcile(day)
        two_firms.seal(day)

    assert rows() == before


def rows():
    with connection.cursor() as cursor:
        found = {}
        for table in ("fees_charge", "accounts_transfer", "accounts_book", "accounts_seal", "accounts_hold",
                      "accounts_request", "accounts_notification"):  # fmt: skip
            cursor.execute(f"SELECT string_agg(t::text, E'\\n' ORDER BY t::text) FROM {table} t")
            found[table] = cursor.fetchone()[0]
    return found


def test_a_break_stops_only_the_firm_it_is_in(two_firms):
    two_firms.nights(FIRST, MONTH_END)
    two_firms.accrue(NEXT)
    two_firms.close(NEXT)
    two_firms.post(NEXT)
    two_firms.sweep(NEXT)
    two_firms.transmit(NEXT)
    northgate = two_firms.world[ANA]
    post(
        Posting(
            kind="fee", debit=client_book(firm_id=northgate.firm_id, account_id=northgate.pk, currency="USD"),
            credit=clearing_book(firm_id=northgate.firm_id, currency="USD"), amount=Decimal("1.00"), day=NEXT,
            source=UUID(int=99), account_id=northgate.pk, practice_id=northgate.practice_id,
        )
    )  # fmt: skip

    result = two_firms.seal(NEXT)

    assert ("Southbank", NEXT) in seals()
    assert ("Northgate", NEXT) not in seals()
    assert "I04" in result.problem
    assert "I05" in result.problem
    item = Request.unscoped.get(natural_key="seal:2025-10-01")
    assert (item.firm, item.finished_at) == (northgate.firm, None)


def test_reconciliation_reports_the_break_and_does_not_stop_the_night(two_firms):
    two_firms.night(FIRST)
    two_firms.accrue(MONTH_END)
    two_firms.close(MONTH_END)
    tamper("DELETE FROM fees_charge WHERE account_id = %s AND method = 1", [two_firms.world[ANA].pk])

    result = two_firms.reconcile(MONTH_END)

    assert result.problem == ""
    assert result.figures["balanced"] is True
    assert [one["invariant"] for one in result.figures["breaks"]] == ["I12", "I07"]


@pytest.mark.parametrize(
    ("check", "lie"), [(check.__name__, lie) for check in CHECKS for lie in LIES.get(check.__name__, [None])]
)
def test_what_was_changed_behind_our_back_refuses_the_seal(request, two_firms, check, lie):
    """A check without a lie of its own fails here: nothing would show that it sees anything."""
    assert lie, f"{check} needs a lie that it finds"
    northgate = two_firms.world[ANA].firm_id
    of_results = "periodresult" in lie or "method = 32" in lie
    if of_results:
        request.getfixturevalue("with_results")
    of_funds = "fundvalue" in lie or "method = 51" in lie
    if of_funds:
        rate = {"funds": [{"fund": "ALPHA", "rate": "0.012"}]}
        two_firms.agree(CHIDI, Figures(method=51, more=rate), starts=FIRST)
    two_firms.nights(FIRST, MONTH_END)
    if of_funds:
        worth(two_firms)
    if "trade" in lie or "method = 41" in lie:
        ticket = {"asset_class": "STK", "currency": "USD", "kind": "ticket", "figure": "2"}
        two_firms.agree(CHIDI, Figures(method=41, more={"schedules": [ticket]}), starts=NEXT)
        trade(two_firms, NEXT, number=CHIDI)
    if "bornecharge" in lie:
        two_firms.agree(CHIDI, figures("ANNUALFLATFEE_MONTHLY", flat="1"), starts=NEXT, commissions_to_master=True)
        two_firms.value(CHIDI, NEXT, "100000")
        two_firms.cash("F200002", NEXT, "5000")
        trade(two_firms, NEXT, number=CHIDI)
    if of_results:
        two_firms.value(CHIDI, date(2025, 8, 15), "104000")
    if "revision" in lie or "adjustment" in lie:
        tamper(CORRECTED)
    two_firms.accrue(NEXT)
    two_firms.close(NEXT)
    two_firms.post(NEXT)
    two_firms.sweep(NEXT)
    two_firms.bear(NEXT)
    two_firms.transmit(NEXT)
    assert look(Night(two_firms.run(NEXT).pk, NEXT)) == []

    tamper(lie)

    hers = {one.check for one in look(Night(two_firms.run(NEXT).pk, NEXT)) if one.firm_id in (None, northgate)}
    assert check in hers
    assert f" {check} firm " in two_firms.seal(NEXT).problem
    assert not Seal.unscoped.filter(day=NEXT, firm_id=northgate).exists()


def test_a_sealed_days_movements_are_looked_at_again_the_next_night(two_firms):
    two_firms.nights(FIRST, NEXT)
    tamper(
        "UPDATE accounts_transfer SET txn = gen_random_uuid() WHERE day = '2025-10-01' AND firm_id = %s",
        [two_firms.world[ANA].firm_id],
    )
    for number in (ANA, NINA):
        two_firms.value(number, date(2025, 10, 2), "100000")

    result = two_firms.night(date(2025, 10, 2))

    assert "2025-10-01 are not those that were sealed" in result.problem
    assert ("Southbank", date(2025, 10, 2)) in seals()
    assert ("Northgate", date(2025, 10, 2)) not in seals()


def test_days_are_sealed_in_order(two_firms):
    two_firms.night(FIRST)
    two_firms.accrue(MONTH_END)
    two_firms.close(MONTH_END)

    result = two_firms.night(NEXT)

    assert "2025-09-30 has not been sealed" in result.problem
    assert not Seal.unscoped.filter(day=NEXT).exists()


def test_a_refused_day_is_sealed_once_it_is_put_right(two_firms):
    two_firms.night(FIRST)
    two_firms.accrue(MONTH_END)
    two_firms.close(MONTH_END)
    two_firms.hold(ANA, MONTH_END, stage="check", reason="line_differs")
    two_firms.post(MONTH_END)
    two_firms.sweep(MONTH_END)
    two_firms.transmit(MONTH_END)
    assert "computed differently" in two_firms.seal(MONTH_END).problem
    assert ("Southbank", MONTH_END) in seals()
    assert ("Northgate", MONTH_END) not in seals()

    with connection.cursor() as cursor:
        cursor.execute("UPDATE accounts_hold SET resolved_at = now() WHERE stage = 'check'")
    result = two_firms.seal(MONTH_END)

    assert result.problem == ""
    assert ("Northgate", MONTH_END) in seals()
    assert not Request.unscoped.filter(natural_key="seal:2025-09-30", finished_at=None).exists()


def test_two_payees_are_swept_apart_and_nothing_is_left_between(nights):
    top = nights.world["F100001"].practice
    nights.agree(CHIDI, figures("PERCENTOFEQUITY", rate="0.05"), starts=MONTH_END)
    nights.agree(CHIDI, figures("PERCENTOFEQUITY", rate="0.01"), starts=MONTH_END, practice=top)
    nights.value(CHIDI, MONTH_END, "100000")
    nights.value(CHIDI, NEXT, "100000")

    nights.nights(MONTH_END, NEXT)

    swept = {transfer.practice: transfer.amount for transfer in Transfer.unscoped.filter(kind="sweep")}
    # 100,000 x 5 % / 252 and 100,000 x 1 % / 252
    assert swept == {nights.world[CHIDI].practice: Decimal("19.84"), top: Decimal("3.97")}
    assert len(set(Transfer.unscoped.filter(kind="sweep").values_list("txn", flat=True))) == 1
    assert balance(Book.unscoped.get(kind="clearing")) == 0


@pytest.mark.parametrize("statement", ["UPDATE accounts_seal SET digest = ''", "DELETE FROM accounts_seal"])
def test_a_seal_is_never_changed(two_firms, statement):
    two_firms.night(MONTH_END)
    connection.check_constraints()

    with pytest.raises(Exception, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
