"""What a day's accrual writes, for whom, and to which decimal place. Amounts were worked by hand."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, transaction

from accounts.ground.access.context import as_role
from accounts.ground.runs.actions import answer, hold_account
from accounts.ground.runs.models import Hold
from accounts.ground.tree.actions import change_status
from fees.accrual.models import Accrual
from fees.engine.types import Range
from tests.fees.accrual.conftest import DAY, SIGNED, figures

BEFORE, AFTER = date(2025, 9, 29), date(2025, 10, 1)


def test_percent_blended_and_flat(book):
    ranges = (
        Range(Decimal(0), Decimal(1_000_000), Decimal("0.01")),
        Range(Decimal(1_000_000), None, Decimal("0.0075")),
    )
    book.agree("U1000001", figures("PERCENTOFEQUITY", rate=Decimal("0.05")))
    book.agree("U2000001", figures("BLENDEDPERCENTOFEQUITY_QUARTERLY", ranges=ranges))
    book.agree("U3000001", figures("ANNUALFLATFEE_MONTHLY", flat=Decimal(1000)))
    for number, nlv in (("U1000001", "100000"), ("U2000001", "1500000"), ("U3000001", "777")):
        book.value(number, nlv)

    assert book.accrue().rows == 3

    assert book.lines("U1000001") == [("100000.0000", "0.050000", "19.84126984")]
    # 10,000 + 3,750 = 13,750 a year, which is 0.916667 % of the value
    assert book.lines("U2000001") == [("1500000.0000", "0.009167", "54.56349206")]
    assert [amount for _base, _rate, amount in book.lines("U3000001")] == ["3.96825397"]
    assert book.check().rows == 3
    assert not Hold.unscoped.exists()


def test_a_quotient_is_rounded_once(book):
    """3111111.0831112199 / 252 = 12345.678901234999..., which rounding twice would turn up."""
    book.agree("U1000001", figures("PERCENTOFEQUITY", rate=Decimal("0.999999")))
    # nlv x rate has ten decimals; the quotient lies just below a tie of the eighth
    book.value("U1000001", "3111114.1942")

    book.accrue()

    annual = Decimal("3111114.1942") * Decimal("0.999999")
    exact = annual / 252
    assert book.lines("U1000001")[0][2] == str(exact.quantize(Decimal("0.00000001"), "ROUND_HALF_UP"))
    assert book.check().rows == 1
    assert not Hold.unscoped.exists()


@pytest.mark.parametrize("nlv", ["0", "-2500.75"])
def test_an_account_without_value_is_charged_nothing_and_says_so(book, nlv):
    book.agree("U1000001")
    book.value("U1000001", nlv)

    book.accrue()

    assert book.lines("U1000001") == [(format(Decimal(nlv), ".4f"), "0.000000", "0.00000000")]
    book.check()
    assert not Hold.unscoped.exists()


def test_only_what_accrues_and_is_in_force_on_the_day(book):
    book.agree("U1000001", figures("PERCENTOFEQUITY_EOM", rate=Decimal("0.01")))
    book.agree("U1000002", ends=DAY)
    book.agree("U2000001", starts=AFTER)
    book.agree("U3000001", starts=DAY, ends=AFTER)
    for number in ("U1000001", "U1000002", "U2000001", "U3000001", "U4000001"):
        book.value(number, "1000")

    assert book.accrue().rows == 1
    assert book.lines("U3000001")
    book.check()
    assert not Hold.unscoped.exists()


def test_two_payees_are_two_lines(book, world):
    book.agree("U2000001")
    book.agree("U2000001", figures("PERCENTOFEQUITY", rate=Decimal("0.02")), practice=world["F100001"].practice)
    book.value("U2000001", "252000")

    book.accrue()

    assert [amount for _base, _rate, amount in book.lines("U2000001")] == ["10.00000000", "20.00000000"]


def test_an_account_is_charged_until_the_day_before_it_closed(book, world):
    book.agree("U1000001")
    for day in (BEFORE, DAY):
        book.value("U1000001", "1000", day=day)
    change_status(account=world["U1000001"], status="C", day=DAY)

    assert (book.accrue(BEFORE).rows, book.accrue(DAY).rows) == (1, 0)
    book.check(BEFORE)
    book.check(DAY)
    assert not Hold.unscoped.exists()


def test_a_held_day_comes_with_the_next_night_and_keeps_its_date(book, world):
    book.agree("U1000001")
    hold_account(
        account=world["U1000001"], day=BEFORE, stage="accrue", reason="no_nav", detail="", title="No value came"
    )
    book.value("U1000001", "252000", day=DAY)
    assert book.accrue(BEFORE).rows == 0
    from accounts.ground.runs.models import RunStage

    RunStage.unscoped.create(run=book.run(BEFORE), ordinal=3, name="accrue", state="done")
    book.value("U1000001", "126000", day=BEFORE)
    answer(arrived=[(world["U1000001"].pk, BEFORE)], stage="accrue", at=SIGNED.at, resolution="came")

    assert book.accrue(DAY).rows == 2

    late = Accrual.unscoped.get(accrual_date=BEFORE)
    assert (late.amount, late.run_id) == (Decimal("5.00000000"), book.run(DAY).pk)
    assert Hold.unscoped.get().resolved_at is not None
    assert book.check(DAY).rows == 2
    assert Hold.unscoped.count() == 1


def test_lines_are_never_changed(book):
    book.agree("U1000001")
    book.value("U1000001", "1000")
    book.accrue()

    for statement in ("UPDATE fees_accrual SET amount = 0", "DELETE FROM fees_accrual", "TRUNCATE fees_accrual"):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cur:
            cur.execute(statement)


def test_the_night_may_make_months_and_nothing_else(book):
    with as_role("night"), connection.cursor() as cur:
        cur.execute("SELECT fees_ensure_month('2031-05-06')")
        assert cur.fetchone()[0] is True
        cur.execute("SELECT fees_ensure_month('2031-05-30')")
        assert cur.fetchone()[0] is False
        with pytest.raises(DatabaseError, match="denied"), transaction.atomic():
            cur.execute("CREATE TABLE fees_other (id int)")


def test_pages_read_lines_of_visible_accounts_only(book, world):
    from accounts.ground.access.context import acting

    book.agree("U1000001")
    book.agree("U2000001")
    for number in ("U1000001", "U2000001"):
        book.value(number, "1000")
    book.accrue()

    for person, count in (("alice", 2), ("bob", 1), ("carol", 0), ("ana", 1), ("mallory", 0)):
        with acting(world.users[person].pk):
            assert Accrual.unscoped.count() == count, person
