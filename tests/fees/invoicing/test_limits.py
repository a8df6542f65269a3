"""What may be invoiced: the worked cases of caps, new clients, amounts, and what counts against a limit."""

from datetime import date
from decimal import Decimal

import pytest

from accounts.ground.access.context import as_role
from accounts.ground.tree.models import Account
from fees.invoicing.queries import caps_in_force, limits
from fees.schedules.rules import ScheduleRefused
from tests.fees.invoicing.conftest import ANA, CHIDI, KEN, OCTOBER, at


def limit_of(desk, number: str, day: date = OCTOBER, *, name: str = "alice"):
    with desk.acting(name) as who:
        return limits(list(caps_in_force(who, day)), day=day)[desk.world[number].pk]


def opened(desk, number: str, day: date, funded: date | None = None) -> None:
    with as_role("owner"):
        Account.unscoped.filter(number=number).update(opened_on=day, funded_on=funded)


def test_d21_two_percent_a_month_on_a_hundred_thousand(desk):
    limit = limit_of(desk, ANA)

    assert (limit.limit, limit.used, limit.available) == (Decimal("166.67"), 0, Decimal("166.67"))
    assert limit.looked_back == (date(2025, 9, 1), date(2025, 10, 1))


def test_d23_two_percent_a_quarter_over_sixty_three_days(desk):
    desk.cap(CHIDI, kind="PERCENTOFNLV_CAP_Q")
    desk.values(CHIDI, "100000", date(2024, 4, 1), date(2024, 6, 30))

    assert limit_of(desk, CHIDI, date(2024, 7, 15), name="bob").limit == Decimal("500.00")


def test_the_last_value_stands_for_every_day(desk):
    desk.cap(ANA, kind="PERCENTOFNLV_CAP_EOPEQTY", starts=date(2025, 1, 2))
    with as_role("owner"):
        desk.world[ANA].refresh_from_db(from_queryset=Account.unscoped.all())

    # 100,000 × 2 % × 21 ÷ 252
    assert limit_of(desk, ANA).limit == Decimal("166.67")


def test_d25_a_new_client_is_limited_to_three_percent(desk):
    opened(desk, ANA, date(2025, 9, 26))
    desk.cap(ANA, "0.05", starts=date(2025, 9, 26))
    desk.value(ANA, date(2025, 10, 3), "50000")

    limit = limit_of(desk, ANA)
    assert (limit.is_transition, limit.limit) == (True, Decimal("125.00"))

    desk.cap(ANA, "0.05", kind="PERCENTOFNLV_CAP_Q", starts=date(2025, 9, 27))
    assert limit_of(desk, ANA).limit == Decimal("375.00")

    desk.cap(ANA, "0.02", starts=date(2025, 9, 28))
    assert limit_of(desk, ANA).limit == Decimal("83.33")


@pytest.mark.parametrize(("days", "is_new"), [(30, True), (31, False)])
def test_a_client_is_new_for_thirty_days_from_the_later_of_opening_and_funding(desk, days, is_new):
    day = date(2025, 10, 8)
    opened(desk, ANA, date(2025, 1, 2), funded=date.fromordinal(day.toordinal() - days))

    assert limit_of(desk, ANA, day).is_transition is is_new


def test_an_amount_a_month_stands_alone_or_beside_a_percentage_whichever_is_lower(desk):
    desk.cap(ANA, None, amount="1000", starts=date(2025, 1, 2))
    assert limit_of(desk, ANA).limit == 1000

    desk.cap(ANA, "0.02", amount="1000", starts=date(2025, 1, 3))
    assert limit_of(desk, ANA).limit == Decimal("166.67")

    desk.cap(ANA, "0.02", amount="100", starts=date(2025, 1, 6))
    assert limit_of(desk, ANA).limit == 100


def test_what_was_not_used_is_lost_with_the_month(desk):
    desk.values(ANA, "100000", date(2025, 10, 1), date(2025, 10, 31))
    desk.send("alice", (ANA, "100"))

    november = limit_of(desk, ANA, date(2025, 11, 3))

    # October 2025 has 23 business days: 100,000 × 2 % × 23 ÷ 252
    assert (november.limit, november.used) == (Decimal("182.54"), 0)


def test_pending_and_processed_invoices_count_and_cancelled_ones_do_not(desk):
    desk.send("alice", (ANA, "100"))
    assert limit_of(desk, ANA).available == Decimal("66.67")

    with as_role("owner"):
        desk.sent(ANA)[0]._meta.model.unscoped.update(state="cancelled")
    assert limit_of(desk, ANA).available == Decimal("166.67")


def test_days_below_zero_add_nothing(desk):
    desk.cap(KEN)
    desk.values(KEN, "-100000", date(2025, 9, 1), date(2025, 9, 15))
    desk.values(KEN, "1000000", date(2025, 9, 16), date(2025, 9, 30))

    # 11 days at 1,000,000 yen: 1,000,000 × 2 % × 11 ÷ 252 = 873.02, and yen have no cents
    assert limit_of(desk, KEN).limit == 873


@pytest.mark.parametrize(
    ("figures", "field"),
    [
        ({"rate": "0"}, "rate"),
        ({"rate": "1.1"}, "rate"),
        ({"rate": None, "amount": "0"}, "amount"),
        ({"kind": "SOMETHING"}, "kind"),
        ({"ends": date(2025, 1, 2), "starts": date(2025, 1, 2)}, "ends"),
    ],
)
def test_a_cap_that_makes_no_sense_is_refused(desk, figures, field):
    with pytest.raises(ScheduleRefused) as refused:
        desk.cap(ANA, **figures)

    assert [one.field for one in refused.value.problems] == [field]
    assert limit_of(desk, ANA).limit == Decimal("166.67"), "the cap before it stays"


def test_an_instant_counts_before_half_past_five_in_new_york():
    from fees.sending.rules import business_day_of
    from tests.fees.engine.agreed import NEW_YORK as CALENDAR

    friday, monday = date(2025, 10, 3), date(2025, 10, 6)
    assert business_day_of(at(friday, 17, 29, 59, 999_999), CALENDAR) == friday
    assert business_day_of(at(friday, 17, 30), CALENDAR) == monday
    assert business_day_of(at(date(2025, 10, 4), 9), CALENDAR) == monday, "a Saturday"
    assert business_day_of(at(date(2025, 11, 27), 9), CALENDAR) == date(2025, 11, 28), "Thanksgiving"
    # The clocks go back on 2 November 2025: 17:29 is 21:29 UTC on Friday and 22:29 UTC on Monday.
    assert business_day_of(at(date(2025, 11, 3), 17, 29), CALENDAR) == date(2025, 11, 3)
    assert at(date(2025, 10, 31), 17, 29).utcoffset() != at(date(2025, 11, 3), 17, 29).utcoffset()
