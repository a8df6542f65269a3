"""Required minimum distributions: the cases of the paper, and the tables against the figures that the IRS publishes."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from portal.tools.rmd import inherited
from portal.tools.rmd.inherited import Heir, Inheritance
from portal.tools.rmd.rules import Reason, Table, Taken, counted, due_day, first_year, required, together
from portal.tools.rmd.tables import FOLDER, WrongTable, check, tables

SHARED = Path(__file__).resolve().parents[4] / "shared" / "data" / "irs"


def of_age(age: int, balance: str, *, year: int = 2026, spouse_age: int | None = None, sole: bool = True):
    spouse = None if spouse_age is None else date(year - spouse_age, 6, 1)
    return required(
        born_on=date(year - age, 6, 1),
        year=year,
        balance=Decimal(balance),
        spouse_born_on=spouse,
        spouse_is_sole=sole,
    )


@pytest.mark.parametrize("name", ["single_2022.csv", "uniform_2022.csv", "joint_2022.csv"])
def test_the_tables_are_the_published_ones_figure_by_figure(name):
    if not SHARED.is_dir():
        pytest.skip("the published figures are not at hand")
    assert (FOLDER / name).read_text().split() == (SHARED / name).read_text().split()


def test_anchor_cells_of_all_three_tables():
    found = tables()
    uniform = {72: "27.4", 75: "24.6", 85: "16.0", 100: "6.4", 119: "2.3", 120: "2.0"}
    single = {0: "84.6", 40: "45.7", 72: "17.2", 99: "3.0", 119: "1.1", 120: "1.0"}
    joint = {
        (73, 19): "66.1",
        (75, 45): "41.3",
        (73, 40): "46.0",
        (75, 64): "25.3",
        (95, 84): "9.4",
        (96, 80): "11.6",
        (100, 89): "6.8",
        (120, 72): "17.2",
    }
    assert {age: str(found.uniform[age]) for age in uniform} == uniform
    assert {age: str(found.single[age]) for age in single} == single
    assert {ages: str(found.joint[ages]) for ages in joint} == joint


@pytest.mark.parametrize(
    "spoilt",
    [
        {"uniform": {75: "22.9"}},  # before 2022
        {"single": {72: "17.1"}},  # a variant that circulates
        {"joint": {(80, 75): "18.0"}},  # not the same the other way round
    ],
)
def test_a_look_alike_is_refused(spoilt):
    changed = {
        name: getattr(tables(), name) | {key: Decimal(value) for key, value in cells.items()}
        for name, cells in spoilt.items()
    }
    with pytest.raises(WrongTable):
        check(replace(tables(), **changed))


def test_rmd_1_a_spouse_six_years_younger_leaves_the_uniform_table():
    found = of_age(75, "100000", spouse_age=69)
    assert (found.table, found.factor, found.amount) == (Table.UNIFORM, Decimal("24.6"), Decimal("4065.04"))
    assert found.whole_dollars == 4065


def test_rmd_2_a_sole_beneficiary_more_than_ten_years_younger_takes_the_joint_table():
    found = of_age(75, "100000", spouse_age=64)
    assert (found.table, found.factor, found.amount) == (Table.JOINT, Decimal("25.3"), Decimal("3952.57"))
    assert found.whole_dollars == 3953
    assert of_age(75, "100000", spouse_age=64, sole=False).factor == Decimal("24.6")


@pytest.mark.parametrize(
    ("age", "balance", "amount"),
    [
        (73, "100000", "3773.58"),
        (74, "1000000", "39215.69"),
        (76, "900000", "37974.68"),
        (120, "10000", "5000.00"),
        (123, "10000", "5000.00"),
    ],
)
def test_rmd_3_amounts(age, balance, amount):
    assert of_age(age, balance).amount == Decimal(amount)


def test_rmd_3_born_in_1950_at_72():
    found = required(born_on=date(1950, 5, 1), year=2022, balance=Decimal(250000))
    assert (found.age, found.amount) == (72, Decimal("9124.09"))


def test_rmd_4_a_spouse_of_nineteen_and_one_of_exactly_ten_years_less():
    found = of_age(73, "100000", spouse_age=19)
    assert (found.factor, found.amount) == (Decimal("66.1"), Decimal("1512.86"))
    assert of_age(75, "100000", spouse_age=65).factor == Decimal("24.6")
    assert tables().joint_at(75, 65) == Decimal("24.6")


def test_rmd_5_first_years_and_deadlines():
    assert first_year(date(1953, 5, 1)) == 2026
    assert due_day(2026, 2026) == date(2027, 4, 1)
    assert due_day(2027, 2026) == date(2027, 12, 31)
    assert first_year(date(1959, 12, 31)) == 2032
    assert first_year(date(1960, 1, 1)) == 2035
    assert first_year(date(1949, 6, 30)) == 2019
    assert first_year(date(1948, 7, 1)) == 2019  # 70 and a half on the first of January
    assert first_year(date(1949, 7, 1)) == 2021
    assert first_year(date(1950, 12, 31)) == 2022
    assert first_year(date(1951, 1, 1)) == 2024


def test_before_the_first_year_nothing_is_due():
    found = required(born_on=date(1953, 5, 1), year=2025, balance=Decimal(100000))
    assert (found.reason, found.amount, found.first_year) == (Reason.NOT_YET, None, 2026)


def test_rmd_6_what_is_taken_from_one_ira_counts_for_all():
    lines = [(Decimal(4000), Decimal(0)), (Decimal(6000), Decimal(10000))]
    assert together(lines).remaining == 0
    assert together([lines[0], (Decimal(6000), Decimal(12000))]).remaining == 0
    assert together([lines[0], (Decimal(6000), Decimal(9500))]).remaining == 500


def test_rmd_8_without_a_balance_there_is_no_number():
    found = required(born_on=date(1951, 5, 1), year=2026, balance=None)
    assert (found.reason, found.amount, found.whole_dollars) == (Reason.NO_BALANCE, None, None)


def test_a_first_distribution_put_off_is_taken_from_the_spring_first():
    """Of 5,000 taken until April, the 3,000 that the first year lacked are its own; 2,000 are left for the second."""
    taken = Taken(before=Decimal(1000), in_year=Decimal(5000), until_april=Decimal(5000))
    second = counted(taken, year=2027, first=2026, amount=Decimal(4200), first_amount=Decimal(4000))
    assert second == 2000

    of_first = Taken(in_year=Decimal(1000), next_spring=Decimal(5000))
    assert counted(of_first, year=2026, first=2026, amount=Decimal(4000), first_amount=None) == 4000
    later = Taken(before=Decimal(1000), in_year=Decimal(5000), until_april=Decimal(5000))
    assert counted(later, year=2028, first=2026, amount=Decimal(4200), first_amount=Decimal(4000)) == 5000


def heir_of(kind: Heir, *, born: int, died: date, owner_born: date, roth: bool = False) -> Inheritance:
    return Inheritance(owner_born, died, kind, date(born, 6, 1), roth)


OLD, YOUNG = date(1940, 3, 1), date(1965, 3, 1)


def test_an_heir_of_before_2020_stretches():
    """Born 1970, death 2018: the table at 49 in 2019 is 37.1; seven years later 30.1."""
    case = heir_of(Heir.PERSON, born=1970, died=date(2018, 5, 1), owner_born=YOUNG)
    found = inherited.required(case, year=2026, balance=Decimal(100000))
    assert (found.factor, found.amount, found.empty_by) == (Decimal("30.1"), Decimal("3322.26"), None)


def test_ten_years_with_yearly_amounts_where_the_owner_had_begun():
    """Owner of 1940, died 2022 at 82 (9.9), heir of 1960: at 63 in 2023 24.5, in 2026 21.5."""
    case = heir_of(Heir.PERSON, born=1960, died=date(2022, 5, 1), owner_born=OLD)
    found = inherited.required(case, year=2026, balance=Decimal(100000))
    assert (found.factor, found.amount, found.empty_by) == (Decimal("21.5"), Decimal("4651.16"), 2032)
    assert not found.is_waived
    assert inherited.required(case, year=2024, balance=Decimal(100000)).is_waived
    last = inherited.required(case, year=2032, balance=Decimal(70000))
    assert (last.reason, last.amount, last.due) == (Reason.EMPTY, Decimal(70000), date(2032, 12, 31))


def test_ten_years_without_yearly_amounts_where_the_owner_had_not_begun():
    case = heir_of(Heir.PERSON, born=1990, died=date(2023, 5, 1), owner_born=YOUNG)
    found = inherited.required(case, year=2026, balance=Decimal(100000))
    assert (found.reason, found.amount, found.empty_by) == (Reason.NO_YEARLY, None, 2033)
    assert inherited.required(case, year=2023, balance=None).reason == Reason.OWNERS_YEAR


def test_a_roth_counts_as_not_begun():
    case = heir_of(Heir.PERSON, born=1960, died=date(2022, 5, 1), owner_born=OLD, roth=True)
    assert inherited.required(case, year=2026, balance=Decimal(100000)).reason == Reason.NO_YEARLY


def test_a_spouse_reads_the_table_each_year_and_may_wait_for_the_owner():
    """Owner of 1950 died at 71 in 2021, before the first year 2022; spouse of 1950 at 76 in 2026: 14.1."""
    case = heir_of(Heir.SPOUSE, born=1950, died=date(2021, 5, 1), owner_born=date(1950, 3, 1))
    assert inherited.required(case, year=2026, balance=Decimal(100000)).factor == Decimal("14.1")
    waits = heir_of(Heir.SPOUSE, born=1962, died=date(2024, 5, 1), owner_born=date(1960, 3, 1))
    assert inherited.required(waits, year=2034, balance=Decimal(100000)).reason == Reason.NO_YEARLY
    # 73 in 2035
    assert inherited.required(waits, year=2035, balance=Decimal(100000)).factor == Decimal("16.4")


def test_the_larger_of_both_expectancies_where_the_owner_had_begun():
    """Owner of 1948 died 2023 at 75 (14.8), heir of 1945, near in age: 11.8 of it in 2026; own 11.9 less 2."""
    case = heir_of(Heir.NEAR_IN_AGE, born=1945, died=date(2023, 5, 1), owner_born=date(1948, 3, 1))
    assert inherited.required(case, year=2026, balance=Decimal(100000)).factor == Decimal("11.8")


def test_a_minor_stretches_and_empties_at_thirty_one():
    """Born 2014, death 2022: at 9 in 2023 75.9; 72.9 in 2026; empty by 2045."""
    case = heir_of(Heir.MINOR, born=2014, died=date(2022, 5, 1), owner_born=date(1980, 1, 1))
    found = inherited.required(case, year=2026, balance=Decimal(100000))
    assert (found.factor, found.empty_by) == (Decimal("72.9"), 2045)


def test_who_is_no_person_has_five_years_or_the_owners_expectancy():
    estate = Inheritance(YOUNG, date(2023, 5, 1), Heir.NOT_A_PERSON)
    assert inherited.required(estate, year=2026, balance=Decimal(1)).reason == Reason.NO_YEARLY
    assert inherited.required(estate, year=2028, balance=Decimal(9)).reason == Reason.EMPTY
    # Owner of 1940 died at 82 in 2022: 9.9 less four
    begun = Inheritance(OLD, date(2022, 5, 1), Heir.NOT_A_PERSON)
    assert inherited.required(begun, year=2026, balance=Decimal(100000)).factor == Decimal("5.9")


def test_less_than_a_year_left_is_the_whole_balance():
    begun = Inheritance(date(1925, 3, 1), date(2020, 5, 1), Heir.NOT_A_PERSON)  # 95: 4.0
    found = inherited.required(begun, year=2023, balance=Decimal("1234.56"))
    assert (found.factor, found.amount) == (Decimal("1.0"), Decimal("1234.56"))
