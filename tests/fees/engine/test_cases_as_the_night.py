"""What the command answers is what a night would post; a case that no night knows is refused with what to do instead.

Figures by hand: 5 % of 100,000 over 252 is 19.84126984 a day, and September 2025 has 21 business days.
"""

import json

import pytest

from fees.engine.cases.catalogue import work_out
from fees.engine.cases.form import BadCase
from tests.fees.engine.test_command import refused, run


def told(method: str, **case: object) -> dict:
    return work_out({"method": method, **case})


def refusal(method: str, **case: object) -> str:
    with pytest.raises(BadCase) as found:
        told(method, **case)
    return str(found.value)


def test_a_daily_fee_over_a_month_is_its_daily_charges_each_rounded():
    answer = told("PERCENTOFEQUITY", rate="0.05", period="2025-09", value="100000")

    assert answer["amount"] == "416.64"  # 21 x 19.84
    assert answer["exact"] == "416.66666664"  # 21 x 19.84126984
    assert [one["amount"] for one in answer["charges"]] == ["19.84"] * 21
    assert (answer["charges"][0]["due"], answer["charges"][-1]["due"]) == ("2025-09-03", "2025-10-01")
    assert answer["derivation"][-1] == "21 charges, each rounded once, half up: together 416.64 USD."


def test_a_flat_fee_needs_no_value():
    """D09, D10 and D11 as a person would write them."""
    assert told("ANNUALFLATFEE_MONTHLY", flat="6000", period="2025-09")["amount"] == "500.00"
    assert told("ANNUALFLATFEE_MONTHLY", flat="6000", period="2025-07")["amount"] == "523.81"
    assert told("ANNUALFLATFEE_QUATERLY", flat="6000", period="2024Q2")["amount"] == "1500.00"
    year = told("ANNUALFLATFEE", flat="6000", period="2025")
    assert year["exact"] == "5952.38095250"  # 250 x 23.80952381
    assert year["amount"] == "5952.50"  # 250 x 23.81


def test_a_flat_fee_costs_nothing_on_a_day_that_is_told_to_close_without_value():
    days = {"2025-09-02": "1", "2025-09-03": "0"}
    case = {"flat": "252", "period": "2025-09", "values": days, "business_days": list(days)}
    assert told("ANNUALFLATFEE_MONTHLY", **case)["amount"] == "1.00"


def test_three_months_of_a_monthly_fee_are_three_charges():
    # 250,000 x 1 % / 252 x 22, 21 and 21 days
    values = {"2025-07-31": "250000", "2025-08-29": "250000", "2025-09-30": "250000"}
    answer = told("PERCENTOFEQUITY_EOM", rate="0.01", period="2025Q3", values=values)

    assert [one["amount"] for one in answer["charges"]] == ["218.25", "208.33", "208.33"]
    assert [one["due"] for one in answer["charges"]] == ["2025-08-01", "2025-09-02", "2025-10-01"]
    assert answer["amount"] == "634.91"


@pytest.mark.parametrize(
    ("method", "period", "name"),
    [
        ("PERCENTOFEQUITY_EOQ", "2025-09", "2025Q3"),
        ("PERCENTOFEQUITY_MONTHLY", "2025-09-30", "2025-09"),
        ("PERCENTOFEQUITY_MONTHLY", {"starts": "2025-09-16", "ends": "2025-10-01"}, "2025-09"),
    ],
)
def test_a_part_of_the_methods_period_is_refused_with_its_name(method, period, name):
    words = refusal(method, rate="0.01", period=period, value="250000")

    assert name in words
    assert "enabled_from" in words


def test_missing_values_are_counted_and_the_first_is_named():
    words = refusal("PERCENTOFEQUITY_MONTHLY", rate="0.01", period="2025-09", values={"2025-09-30": "1"})

    assert words.startswith("no net liquidation value for 2025-09-02 and 19 more business days")
    assert '"value"' in words


FUND = {"rate": "0.02", "begin": "100000", "end": "100000"}


def test_a_fund_is_charged_for_one_period_of_its_method():
    assert "such as 2025-07" in refusal("HEDGEFUND_MONTHLY", **FUND, period="2025Q3")
    assert told("HEDGEFUND_MONTHLY", **FUND, period="2025-09")["amount"] == "166.67"  # 100,000 x 2 % x 21 / 252


@pytest.mark.parametrize("days", [-21, 24])
def test_a_month_has_no_such_number_of_business_days(days):
    assert "fee_days must be from 0 to 23" in refusal("HEDGEFUND_MONTHLY", **FUND, fee_days=days)


@pytest.mark.parametrize("name", ["contributions", "redemptions"])
def test_sums_of_a_fund_are_not_below_zero(name):
    assert name in refusal("HEDGEFUND_MONTHLY", **FUND, fee_days=21, **{name: "-1"})


def quarter(**fields: object) -> dict:
    return {"period": "2025Q1", **fields}


MARKED = {"rate": "0.20", "look_back": 4, "losses": [{"period": "2024Q4", "amount": "100"}]}


def test_what_is_carried_goes_back_in():
    first = told("PERCENTOFPROFIT_QUARTER", **MARKED, periods=[quarter(profit="40")])
    assert first["carried"] == [{"period": "2024Q4", "amount": "60"}]

    again = MARKED | {"losses": first["carried"]}
    second = told("PERCENTOFPROFIT_QUARTER", **again, periods=[{"period": "2025Q2", "profit": "100"}])
    assert second["amount"] == "8.00"  # 20 % of 40


def test_what_is_carried_by_number_goes_back_in():
    first = told("PERCENTOFPROFIT", rate="0.20", look_back=4, periods=[{"number": 1, "profit": "-40"}])
    assert first["carried"] == [{"number": 1, "amount": "40"}]

    periods = [{"number": 2, "profit": "100"}]
    second = told("PERCENTOFPROFIT", rate="0.20", look_back=4, losses=first["carried"], periods=periods)
    assert second["amount"] == "12.00"


def test_withdrawals_that_shrink_losses_are_asked_for_with_their_equity():
    prorated = MARKED | {"prorate": True}
    taken = quarter(begin="1000", end="600", withdrawals="500")

    assert "withdrawals_at" in refusal("PERCENTOFPROFIT_QUARTER", **prorated, periods=[taken])
    dated = quarter(begin="1000", end="600", flows=[{"day": "2025-02-03", "amount": "-500"}])
    assert "withdrawals_at" in refusal("PERCENTOFPROFIT_QUARTER", **prorated, periods=[dated])
    # half withdrawn: a loss of 50 is left, of a profit of 100 the other 50 are charged
    known = taken | {"withdrawals_at": [{"amount": "500", "equity_before": "1000"}]}
    assert told("PERCENTOFPROFIT_QUARTER", **prorated, periods=[known])["amount"] == "10.00"
    other = taken | {"withdrawals_at": [{"amount": "400", "equity_before": "1000"}]}
    assert "withdrawals_at" in refusal("PERCENTOFPROFIT_QUARTER", **prorated, periods=[other])


def test_a_threshold_in_percent_is_taken_of_dated_flows_only():
    case = {"rate": "0.20", "threshold": {"kind": "percent", "figure": "0.05"}}
    undated = quarter(begin="100000", end="212000", deposits="100000")

    assert "flows" in refusal("PERCENTOFPROFIT_QUARTER", **case, periods=[undated])
    # 12,000 less 5 % of 150,000 is 4,500
    assert told("PERCENTOFPROFIT_QUARTER", **case, periods=[undated | {"base": "150000"}])["amount"] == "900.00"


IN_APRIL, IN_FEBRUARY = ([{"day": f"2025-0{month}-01", "amount": 1}] for month in (4, 2))
LOSS = {"losses": [{"period": "2024Q4", "amount": "5000"}]}


@pytest.mark.parametrize(
    ("words", "case"),
    [
        ("may not be above 30", {"periods": [quarter(pieces=[{"rate": "0.9", "profit": "100"}])]}),
        ("most is not a field", {"rate": "0.3", "most": 5, "periods": [quarter(profit="100")]}),
        ("look-back", LOSS | {"rate": "0.2", "periods": [quarter(profit="1")]}),
        ("high-water mark", {"rate": "0.2", "prorate": True, "periods": [quarter(profit="1")]}),
        ("before", LOSS | {"rate": "0.2", "look_back": 4, "periods": [{"period": "2024Q4", "profit": "1"}]}),
        ("one after another", {"rate": "0.2", "periods": [quarter(profit="1"), quarter(profit="1")]}),
        ("one after another", {"rate": "0.2", "periods": [quarter(profit="1"), {"period": "2024Q4", "profit": "1"}]}),
        ("by name or by number", {"rate": "0.2", "periods": [quarter(profit="1"), {"number": 9999, "profit": "1"}]}),
        ("periods is missing", {"rate": "0.2"}),
        ("outside", {"rate": "0.2", "periods": [quarter(begin="1", end="2", flows=IN_APRIL)]}),
        ("deposits must be zero or above", {"rate": "0.2", "periods": [quarter(begin="1", end="2", deposits="-1")]}),
        (
            "not both",
            {"rate": "0.2", "periods": [quarter(begin=1, end=2, deposits=1, flows=IN_FEBRUARY)]},
        ),
        ("threshold", {"rate": "0.2", "periods": [quarter(profit="1", benchmark={"begin": "1", "end": "2"})]}),
    ],
)  # fmt: skip
def test_a_profit_case_that_no_night_would_charge_is_refused(words, case):
    assert words in refusal("PERCENTOFPROFIT_QUARTER", **case)


def stock(**fields: object) -> dict:
    return {"asset_class": "STK", "currency": "USD", **fields}


UNIT = stock(kind="absolute_markup", figure="0.01")


def test_a_sale_costs_what_a_purchase_costs():
    trade = stock(quantity="-500", value="-5000", commission="2.50")
    answer = told("PERTRADE", schedules=[UNIT], trades=[trade])

    assert answer["amount"] == "5.00"
    assert answer["lines"][0]["client"] == "7.50"


def test_the_trades_of_a_day_are_rounded_together():
    penny = stock(quantity="1", commission="0")
    schedule = stock(kind="absolute_markup", figure="0.005")
    assert told("PERTRADE", schedules=[schedule], trades=[penny] * 3)["amount"] == "0.02"  # 0.015, once

    days = [penny | {"day": day} for day in ("2025-09-02", "2025-09-02", "2025-09-03")]
    answer = told("PERTRADE", schedules=[schedule], trades=days)
    assert [(one["day"], one["amount"]) for one in answer["charges"]] == [
        ("2025-09-02", "0.01"),
        ("2025-09-03", "0.01"),
    ]
    assert answer["amount"] == "0.02"


def test_currencies_are_not_added():
    schedules = [UNIT, {**UNIT, "currency": "JPY", "figure": "1"}]
    trades = [stock(quantity="500"), {**stock(quantity="500"), "currency": "JPY"}]
    answer = told("PERTRADE", schedules=schedules, trades=trades)

    assert answer["amount"] is None
    assert [(one["currency"], one["amount"]) for one in answer["charges"]] == [("JPY", "500"), ("USD", "5.00")]


def test_a_trade_is_found_by_its_symbol_as_in_a_statement():
    special = UNIT | {"product": "IBM", "figure": "0.02"}
    assert told("PERTRADE", schedules=[UNIT, special], trades=[stock(quantity="100", symbol="IBM")])["amount"] == "2.00"


@pytest.mark.parametrize(
    ("words", "case"),
    [
        ("commission must be zero or above", {"schedules": [UNIT], "trades": [stock(quantity="1", commission="-1")]}),
        ("quantity must not be zero", {"schedules": [UNIT], "trades": [stock(quantity="0")]}),
        ("schedules[1]: Two of the fees are for the same", {"schedules": [UNIT, UNIT], "trades": []}),
        ("asset_class must be one of STK", {"schedules": [UNIT | {"asset_class": "STOCK"}], "trades": []}),
        ("trades is missing", {"schedules": [UNIT]}),
        ("give one", {"schedules": [UNIT], "trades": [stock(quantity="1", symbol="A", product="B")]}),
    ],
)
def test_a_trade_case_that_no_night_would_charge_is_refused(words, case):
    assert words in refusal("PERTRADE", **case)


def test_an_allocation_of_a_sale_is_one_of_shares_as_well():
    sold = [{"quantity": "-50", "price": "10.00"}]
    assert told("ALLOCATION_MINIMUM", plan="tiered", allocations=sold)["amount"] == "0.25"


WINDOW = {"days": 30, "average": "10000", "paid": "50"}


@pytest.mark.parametrize(
    ("method", "words", "case"),
    [
        ("PERCENTOFNLV_CAP", "may not be above 100", {"rate": "2", "values": ["1"]}),
        ("PERCENTOFNLV_CAP", "must be above zero", {"rate": "-0.02", "values": ["1"]}),
        ("PERCENTOFNLV_CAP", "values is missing", {"rate": "0.02"}),
        ("PERCENTOFNLV_CAP", "business_days must be from 1 to 23", {"rate": "0.02", "value": 1, "business_days": 24}),
        ("PERCENTOFNLV_CAP", "values must be 1 to 23", {"rate": "0.02", "values": ["1"] * 24}),
        ("PERCENTOFNLV_CAP", "invoices[0] must be above zero", {"rate": "0.02", "values": ["1"], "invoices": ["-5"]}),
        ("PERCENTOFNLV_CAP", "at most 2 decimal places", {"rate": "0.02", "values": ["1"], "invoices": ["5.001"]}),
        ("ROLLING_CAP", "days must be from 1 to 360", {"windows": [WINDOW | {"days": 0}]}),
        ("ROLLING_CAP", "days must be from 1 to 360", {"windows": [WINDOW | {"days": 720}]}),
        ("ROLLING_CAP", "fee must be zero or above", {"fee": "-10", "windows": [WINDOW]}),
        ("ROLLING_CAP", "age must be 1 or more", {"fee": "5000", "day": "2025-09-30", "age": 0, "equity": {}}),
        ("ROLLING_CAP", "equity is missing", {"day": "2025-09-30", "age": 30}),
        ("ADJUSTMENT", "billed[0] must have at most 2 decimal places", {"billed": ["1.005"], "right": "1"}),
        ("ADJUSTMENT", "billed[0] must have at most 0 decimal", {"billed": ["1.5"], "right": "1", "currency": "JPY"}),
        ("ADJUSTMENT", "right must be zero or above", {"billed": ["1"], "right": "-1"}),
        ("REIMBURSEMENT", "fees must be zero or above", {"fees": "-1"}),
        ("REIMBURSEMENT", "rebates must be zero or above", {"fees": "1", "rebates": "-1"}),
        ("CHARGE_TO_MASTER", "charges[0] must be above zero", {"balance": "1", "charges": ["-1"]}),
        ("CHARGE_TO_MASTER", "usd_rate must be above zero", {"balance": "1", "usd_rate": "0", "charges": ["1"]}),
    ],
)
def test_a_limit_of_impossible_figures_is_refused(method, words, case):
    assert words in refusal(method, **case)


def test_a_field_given_twice_is_refused():
    assert "fees is given twice" in refused('{"method": "REIMBURSEMENT", "fees": 1, "fees": 2}')


def test_a_byte_order_mark_is_passed_over():
    code, out = run('\ufeff{"method": "REIMBURSEMENT", "fees": 12000}')

    assert (code, json.loads(out)["amount"]) == (0, "6000.00")


def test_of_several_cases_the_bad_one_is_named():
    good = {"method": "REIMBURSEMENT", "fees": 1}
    assert refused([good, {"method": "REIMBURSEMENT"}]) == "case 2: fees is missing"
