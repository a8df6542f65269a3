"""The calculators from the command line: the cases of the paper, without a database, and refusals in words."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command


def answer(*words):
    out = StringIO()
    call_command(*words, "--json", stdout=out)
    return json.loads(out.getvalue().splitlines()[-1])


OWNER = ("rmd", "--birth", "1951-06-01", "--year", "2026", "--balance", "100000")
HEIR = ("--inherited", "person", "--owner-birth", "1945-03-01", "--owner-died", "2024-05-01")


def test_rmd_1_an_owner_of_75_by_the_uniform_table():
    found = answer(*OWNER, "--spouse-birth", "1957-06-01", "--spouse-sole-beneficiary")

    assert (found["ok"], found["table"], found["factor"], found["amount"]) == (True, "uniform", "24.6", "4065.04")
    assert (found["whole_dollars"], found["due"]) == ("4065", "2026-12-31")


def test_rmd_2_a_spouse_of_64_counts_only_as_the_sole_beneficiary():
    spouse = ("--spouse-birth", "1962-06-01")

    assert answer(*OWNER, *spouse, "--spouse-sole-beneficiary")["amount"] == "3952.57"
    assert answer(*OWNER, *spouse)["factor"] == "24.6"


def test_rmd_5_the_first_one_may_wait_until_april():
    found = answer("rmd", "--birth", "1953-05-01", "--year", "2026", "--balance", "100000")

    assert (found["amount"], found["due"], found["first_year"]) == ("3773.58", "2027-04-01", 2026)


def test_rmd_7_and_8_no_amount_says_why():
    assert answer(*OWNER, "--roth")["reason"] == "roth"
    missing = answer("rmd", "--birth", "1951-06-01", "--year", "2026")
    assert (missing["reason"], missing["amount"]) == ("no_balance", None)


def test_what_is_on_its_way_counts_as_held():
    # (90,000 + 10,000) / 24.6
    found = answer("rmd", "--birth", "1951-06-01", "--year", "2026", "--balance", "90000", "--rollover", "10000")
    assert found["amount"] == "4065.04"


def test_an_heir_reads_the_single_life_table_and_has_ten_years():
    # Heir of 50 in 2025: 36.2, a year later 35.2; the owner of 79 in 2024: 10.8, two years later 8.8.
    found = answer("rmd", "--birth", "1975-01-01", "--year", "2026", "--balance", "35200", *HEIR)

    assert (found["table"], found["factor"], found["amount"]) == ("single", "35.2", "1000.00")
    assert found["empty_by"] == 2034


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (("--birth", "1951-06-01", "--year", "2019"), "The tables hold for the years from 2022"),
        (("--birth", "2027-06-01", "--year", "2026"), "A day lies after the year."),
        (("--birth", "1951-06-01", "--year", "2026", "--owner-died", "2024-01-01"), "Say with --inherited"),
        (("--birth", "1951-06-01", "--year", "2026", "--inherited", "spouse"), "Say with --owner-birth"),
        (("--birth", "1951-06-01", "--year", "2026", "--balance", "-1"), "A value is not negative."),
        (("--birth", "1951-06-01", "--year", "2026", "--balance", "NaN"), "--balance"),
    ],
)
def test_what_cannot_be_is_said(words, problem):
    with pytest.raises(CommandError, match=problem):
        answer("rmd", *words)


GOAL = ("goal", "--start", "100000", "--today", "2026-11-20")


def test_goal_1_without_risk():
    found = answer(*GOAL, "--amount", "100000", "--in-years", "5", "--return", "7%", "--volatility", "0")

    assert (found["needed"], found["middle"][-1]) == ("115927.41", "140255.17")
    assert (float(found["probability"]), found["band"]) == (1, "on_target")


def test_goal_2_closed_form_and_simulation_agree():
    found = answer(*GOAL, "--amount", "120000", "--on", "2036-11-20", "--profile", "moderate", "--seed", "20")

    assert (found["needed"], found["closed_form"][:6], found["band"]) == ("161269.97", "0.6808", "manageable")
    assert abs(float(found["probability"]) - 0.6809) <= 0.015


def test_goal_7_contributions_rise():
    words = ("--amount", "1", "--in-years", "5", "--return", "7", "--volatility", "0", "--contribution", "500")
    assert answer(*GOAL, *words)["middle"][-1] == "177903.29"


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (("--amount", "1", "--in-years", "5"), "Say --profile"),
        (("--amount", "1", "--in-years", "0", "--profile", "moderate"), "fifty years"),
        (("--amount", "0", "--in-years", "5", "--profile", "moderate"), "how much"),
        (("--amount", "1", "--in-years", "5", "--profile", "moderate", "--seed", "-1"), "seed"),
    ],
)
def test_a_goal_that_cannot_be_is_said(words, problem):
    with pytest.raises(CommandError, match=problem):
        answer(*GOAL, *words)
