"""`python -m fees.engine`: cases in, lines with their derivation out, with neither settings nor a server."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from fees.engine.cases.catalogue import KINDS, WORK

HERE = Path(__file__).parents[3]


def run(given: str, *options: str) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-m", "fees.engine", *options],
        input=given,
        capture_output=True,
        text=True,
        cwd=HERE,
        env={"PATH": "/nowhere"},
        timeout=60,
        check=False,
    )
    assert done.stderr == ""
    return done.returncode, done.stdout


def refused(case: object) -> str:
    code, out = run(case if isinstance(case, str) else json.dumps(case))
    assert code == 2
    return json.loads(out)["error"]


def test_one_case_with_its_lines_and_words():
    case = {"method": "PERCENTOFEQUITY_EOM", "rate": "0.01", "period": "2025-09", "enabled_from": "2025-09-16"}
    code, out = run(json.dumps(case | {"values": {"2025-09-30": "250000"}}))

    answer = json.loads(out)
    assert code == 0
    assert (answer["amount"], answer["fee_days"], answer["due"]) == ("109.13", 11, "2025-10-01")
    assert answer["derivation"][-1].endswith("the fee is 109.13 USD.")


def test_several_cases_answer_in_order():
    cases = [{"method": "REIMBURSEMENT", "fees": fees} for fees in (12000, "24000", 0.02)]
    code, out = run(json.dumps(cases))

    assert code == 0
    assert [one["amount"] for one in json.loads(out)] == ["6000.00", "12000.00", "0.01"]


def test_daily_values_and_listed_business_days():
    days = ["2025-09-02", "2025-09-03"]
    case = {"method": "ANNUALFLATFEE_MONTHLY", "flat": "252", "period": "2025-09", "value": 1, "business_days": days}
    code, out = run(json.dumps(case))

    answer = json.loads(out)
    assert code == 0
    assert [line["day"] for line in answer["lines"]] == days
    assert answer["amount"] == "2.00"


def test_a_change_of_rate_inside_the_month():
    # 10 business days at 1 %, 11 at 2 % on 500,000
    versions = [
        {"starts": "2025-09-01", "ends": "2025-09-16", "rate": "0.01"},
        {"starts": "2025-09-16", "rate": "0.02"},
    ]
    case = {"method": "PERCENTOFEQUITY_MONTHLY", "terms": versions, "period": "2025-09", "value": "500000"}

    assert json.loads(run(json.dumps(case))[1])["amount"] == "634.92"


def test_help_documents_every_method():
    code, out = run("", "--help")

    assert code == 0
    assert all(name in out for name in WORK)
    assert all(words.splitlines()[0] in out for _names, _work, words in KINDS)


@pytest.mark.parametrize(
    ("case", "words"),
    [
        ("", "Expecting value"),
        ("[" * 100_000, "recursion"),
        ('{"method": "REIMBURSEMENT", "fees": NaN}', "NaN is not a number"),
        ({"method": "REIMBURSEMENT", "fees": "1e999999"}, "fees must be a finite number"),
        ({"method": "REIMBURSEMENT", "fees": "1_000"}, "plain digits"),
        ({"method": "REIMBURSEMENT", "fees": True}, "fees must be a number"),
        ({"method": "REIMBURSEMENT", "fees": 1, "currency": "XXX"}, "currency must be one of"),
        ({"method": "REIMBURSEMENT", "fees": 1, "fee": 1}, "fee is not a field"),
        ({"method": "NONE"}, "is not one of"),
        ([1], "must be an object"),
        ({"method": "PERCENTOFEQUITY", "rate": "2", "period": "2025", "value": 1}, "may not be above 100"),
        ({"method": "PERCENTOFEQUITY", "rate": "0.01", "period": "2025-09"}, "no net liquidation value for 2025-09-02"),
        ({"method": "PERCENTOFEQUITY", "rate": "0.01", "period": "2025-13"}, "period"),
        ({"method": "PERCENTOFEQUITY", "rate": "0.01", "period": "0001"}, "year"),
        ({"method": "PERCENTOFPROFIT", "rate": "0.31", "periods": []}, "may not be above 30"),
        ({"method": "PERCENTOFPROFIT", "rate": "0.3", "periods": [{"period": "2025Q1", "profit": 1}]}, "not a period"),
        ({"method": "PERTRADE", "schedules": [{"asset_class": "STK", "kind": "gift"}]}, "kind"),
    ],
)
def test_a_case_that_makes_no_sense_is_refused_with_its_place(case, words):
    assert words in refused(case)
