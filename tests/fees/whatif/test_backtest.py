"""What terms would have billed: the cases of the specification, and the very terms that were billed, night by night."""

from datetime import date
from decimal import Decimal

import pytest

from accounts.ground.access.context import acting, as_role
from accounts.ground.days.queries import calendar
from accounts.ground.tree.models import Account, Margin
from fees.engine.registry import EVERY_BY_NAME
from fees.funds.models import FundValue
from fees.posting.models import Charge
from fees.schedules.rules import Figures
from fees.whatif.backtest import backtest
from fees.whatif.rules import MISSING_DAYS, NO_BEGIN, NO_VALUATION, NO_VALUES, NOT_OPEN, window
from tests.fees.adjustments.conftest import Corrected
from tests.fees.funds.conftest import QUARTERLY, Funds, fund, on_funds
from tests.fees.posting.nights import Nights, figures, ranges
from tests.fees.posting.test_trades import trade

pytestmark = pytest.mark.django_db

ANA, KEN, CHIDI = "U1000001", "U1000002", "U2000001"
SEALED = date(2025, 9, 30)


@pytest.fixture
def nights(world):
    return Nights(world)


def tried(world, *components, numbers=(ANA,), sealed=SEALED, name="alice"):
    """The book after a what-if in the name of somebody of the cast."""
    with as_role("owner"):
        days = calendar()
    accounts = [world[number].pk for number in numbers]
    with acting(world.users[name].pk) as who:
        return backtest(accounts, practice=who.practice_id, components=components, window=window(sealed, days))


def paid(book, world, number=ANA):
    return book.after[world[number].pk]


def test_the_window_is_the_last_twelve_months_that_are_sealed(world):
    with as_role("owner"):
        days = calendar()
    assert (window(date(2025, 9, 29), days).starts, window(date(2025, 9, 29), days).ends) == (
        date(2024, 9, 1),
        date(2025, 9, 1),
    )
    assert window(SEALED, days).starts == date(2024, 10, 1)


def test_d01_month_end_and_p01_daily(world, nights):
    nights.value(ANA, SEALED, "250000")
    month = tried(world, figures("PERCENTOFEQUITY_EOM", rate="0.01"))
    assert month.refused == {}
    # Known from the last day on, the fee is of that one day: 250,000 x 1 % / 252.
    assert paid(month, world) == Decimal("9.92")

    nights.value(KEN, SEALED, "100000")
    day = tried(world, figures("PERCENTOFEQUITY", rate="0.05"), numbers=(KEN,))
    assert paid(day, world, KEN) == Decimal(20)  # 19.84 in yen, which has no smaller unit


def test_d01_and_d04_over_a_whole_quarter(world, nights):
    nights.values(ANA, "250000", date(2025, 7, 1), SEALED)
    # 22, 21 and 21 business days: 218.25 + 208.33 + 208.33.
    assert paid(tried(world, figures("PERCENTOFEQUITY_EOM", rate="0.01")), world) == Decimal("634.91")
    assert paid(tried(world, figures("PERCENTOFEQUITY_EOQ", rate="0.012")), world) == Decimal("761.90")
    # D09: 6,000 a year by the month: 523.81 + 500.00 + 500.00.
    assert paid(tried(world, figures("ANNUALFLATFEE_MONTHLY", flat="6000")), world) == Decimal("1523.81")


def test_d07_values_that_change_within_the_month(world, nights):
    nights.values(ANA, "100000", date(2025, 9, 2), date(2025, 9, 15))
    nights.values(ANA, "120000", date(2025, 9, 16), SEALED)
    assert paid(tried(world, figures("PERCENTOFEQUITY_MONTHLY", rate="0.012")), world) == Decimal("110.48")


def test_p22_ranges_as_the_night_bills_them(world, nights):
    nights.values(ANA, "1500000", date(2025, 9, 1), SEALED)
    terms = ranges(("0", "1000000", "0.01"), ("1000000", None, "0.0075"))
    # 13,750 a year x 21 / 252.
    blended = figures("BLENDEDPERCENTOFEQUITY_EOM", ranges=terms)
    assert paid(tried(world, blended), world) == Decimal("1145.83")


def profit(rate: str, name="PERCENTOFPROFIT_QUARTER", **more) -> Figures:
    return Figures(method=EVERY_BY_NAME[name].code, rate=Decimal(rate), more=more)


def rising(nights, *steps: tuple[date, str]) -> None:
    """A value on every business day: each step's from its day on."""
    for (first, nlv), following in zip(steps, [*[day for day, _ in steps[1:]], date(2025, 10, 1)], strict=True):
        nights.values(ANA, nlv, first, nights.previous(following))


def test_p04_profit_and_p23_its_threshold(world, nights):
    rising(nights, (date(2025, 6, 30), "1000000"), (SEALED, "1050000"))
    assert paid(tried(world, profit("0.02")), world) == Decimal("1000.00")
    hurdle = profit("0.10", threshold={"kind": "percent", "figure": "0.02"})
    # The gain above 2 % of 1,000,000: 30,000 x 10 %.
    assert paid(tried(world, hurdle), world) == Decimal("3000.00")


def test_a_carried_loss_is_made_good_first_and_quarter_by_quarter(world, nights):
    rising(nights, (date(2025, 3, 31), "100000"), (date(2025, 6, 30), "90000"), (SEALED, "115000"))
    assert paid(tried(world, profit("0.20")), world) == Decimal("5000.00")  # 25,000 x 20 %
    assert paid(tried(world, profit("0.20", look_back=4)), world) == Decimal("3000.00")  # 15,000 x 20 %


def test_a_profit_whose_begin_is_unknown_is_measured_from_the_first_value_on(world, nights):
    rising(nights, (date(2025, 8, 1), "100000"), (SEALED, "110000"))
    book = tried(world, profit("0.10"))
    assert NO_BEGIN not in book.refused.values()
    assert paid(book, world) == Decimal("1000.00")


def test_a_missing_day_refuses_the_account_and_no_other(world, nights):
    nights.values(ANA, "100000", date(2025, 9, 2), date(2025, 9, 12))
    nights.values(ANA, "100000", date(2025, 9, 16), SEALED)
    nights.values(CHIDI, "100000", date(2025, 9, 2), SEALED)
    book = tried(world, figures("PERCENTOFEQUITY_MONTHLY", rate="0.012"), numbers=(ANA, CHIDI, KEN, "F100001"))
    assert book.refused == {
        world[ANA].pk: MISSING_DAYS,
        world[KEN].pk: NO_VALUES,
        world["F100001"].pk: NO_VALUES,
    }
    # 100,000 x 1.2 % x 21 / 252; the first business day after Labor Day is the 2nd.
    assert paid(book, world, CHIDI) == Decimal("100.00")


def test_an_account_that_is_not_open_is_refused(world, nights):
    with as_role("owner"):
        account = nights.account(ANA)
        type(account).unscoped.filter(pk=account.pk).update(status="C", closed_on=SEALED)
    assert tried(world, figures("ANNUALFLATFEE", flat="1000")).refused == {world[ANA].pk: NOT_OPEN}


METHODS = [
    (figures("PERCENTOFEQUITY", rate="0.0123"),),
    (figures("PERCENTOFEQUITY_MONTHLY", rate="0.0123"), figures("ANNUALFLATFEE", flat="777")),
    (figures("PERCENTOFEQUITY_EOM", rate="0.0123"), figures("ANNUALFLATFEE_MONTHLY", flat="777.77")),
    (figures("BLENDEDPERCENTOFEQUITY_MONTHLY", ranges=ranges(("0", "90000", "0.011"), ("90000", None, "0.0099"))),),
]


@pytest.mark.parametrize("terms", METHODS, ids=lambda terms: "+".join(str(one.method) for one in terms))
def test_terms_that_were_in_force_come_to_what_was_billed(world, nights, terms):
    """The strongest proof there is: the same months, the same terms, the nights themselves."""
    first = date(2025, 8, 1)
    nights.agree(ANA, *terms, starts=first)
    for place, day in enumerate(nights.days(first, SEALED)):
        nights.value(ANA, day, str(Decimal("81234.5678") + place * Decimal("517.333")))
    nights.nights(first, SEALED)

    book = tried(world, *terms)

    assert book.refused == {}
    with as_role("owner"):
        amounts = Charge.unscoped.filter(account=world[ANA]).values_list("amount", flat=True)
        assert book.before[world[ANA].pk] == sum(amounts) > 0
    assert book.after[world[ANA].pk] == book.before[world[ANA].pk]


def test_corrections_and_write_offs_change_nothing_where_the_terms_are_the_same(world):
    """August: 208.33 on 250,000, written off, then 8.33 less on 240,000; September 208.33: 408.33 on both sides."""
    nights, august = Corrected(world), date(2025, 8, 29)
    Account.unscoped.filter(number=ANA).update(margin_kind=Margin.CASH)
    terms = figures("PERCENTOFEQUITY_EOM", rate="0.01")
    nights.agree(ANA, terms, starts=date(2025, 8, 1))
    nights.values(ANA, "250000", date(2025, 8, 1), SEALED)
    nights.cash(ANA, august, "0.00")
    nights.close(august)
    for day in nights.days(date(2025, 9, 2), date(2025, 9, 10)):
        nights.post(day)
    nights.correct(ANA, august, "240000")
    nights.close(SEALED)
    assert [(one.amount, one.state) for one in nights.revisions(starts=date(2025, 8, 1))] == [
        (Decimal("208.33"), "written_off"),
        (Decimal("-8.33"), "due"),
    ]

    book = tried(world, terms)

    assert book.before[world[ANA].pk] == book.after[world[ANA].pk] == Decimal("408.33")


def test_profit_terms_that_were_in_force_come_to_what_was_billed(world, nights):
    nights.agree(ANA, profit("0.20", look_back=4), starts=date(2025, 4, 1))
    rising(nights, (date(2025, 3, 31), "100000"), (date(2025, 6, 30), "90000"), (SEALED, "115000.4321"))
    for day in (date(2025, 6, 30), SEALED):
        nights.accrue(day)
        nights.close(day)
    book = tried(world, profit("0.20", look_back=4))
    assert book.before[world[ANA].pk] == book.after[world[ANA].pk] == Decimal("3000.09")


def test_nothing_is_written(world, nights):
    nights.values(ANA, "100000", date(2025, 9, 2), SEALED)
    with as_role("owner"):
        before = Charge.unscoped.count()
    tried(world, figures("PERCENTOFEQUITY_MONTHLY", rate="0.012"), profit("0.1"))
    with as_role("owner"):
        assert Charge.unscoped.count() == before == 0


def test_hedge_funds_are_worked_out_as_the_night_charges_them(world):
    """112,000 at 2 % for 22, 21 and 21 days: 195.56 + 186.67 + 186.67. Nothing is kept, and September is billed so."""
    funds = Funds(world)
    for number in (ANA, KEN, CHIDI):
        funds.values(number, "400000", date(2025, 7, 1), SEALED)
    for day in (date(2025, 7, 31), date(2025, 8, 29), SEALED):
        funds.position(day, "112000")
    funds.position(SEALED, "50000", number=CHIDI)
    terms = on_funds(fund(rate="0.02"))

    book = tried(world, terms, numbers=(ANA, KEN, CHIDI))

    assert paid(book, world) == Decimal("568.90")
    assert paid(book, world, KEN) == 0, "never invested"
    assert book.refused == {world[CHIDI].pk: NO_VALUATION}, "what it was worth in July is not known"
    assert not FundValue.unscoped.exists()

    funds.agree(ANA, terms, starts=date(2025, 9, 1))
    funds.night(SEALED)
    assert funds.charge(ANA).amount == Decimal("186.67")


def test_a_share_of_a_funds_profit_counts_what_was_put_in_and_what_the_office_tells(world):
    """20 % of 112,000 - 100,000 - 2,000 in the third quarter; the office's 101,000 takes the place of the 100,000."""
    funds = Funds(world)
    funds.values(ANA, "400000", date(2025, 6, 30), SEALED)
    funds.position(date(2025, 6, 30), "100000")
    trade(funds, date(2025, 8, 4), asset="FUND", symbol="ALPHA", proceeds="-2000")
    funds.position(SEALED, "112000")
    terms = on_funds(fund(share="0.20"), method=QUARTERLY)
    assert paid(tried(world, terms), world) == Decimal("2000.00")

    funds.told(date(2025, 6, 30), "101000")

    assert paid(tried(world, terms), world) == Decimal("1800.00")
