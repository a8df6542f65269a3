"""A JSON case of every method answers with lines, words and the figure worked by hand; a spoilt one with a sentence."""

import copy
import json
from collections.abc import Iterator

import pytest

from fees.engine.cases.catalogue import WORK
from tests.fees.engine.test_command import run

DAY, MONTH, QUARTER = "2025-09-30", "2025-09", "2025Q3"
RANGES = [{"low": "0", "high": "100000", "rate": "0.01"}, {"low": "100000", "rate": "0.005"}]
PERCENT, BLEND, FLAT = {"rate": "0.01"}, {"ranges": RANGES}, {"flat": "2520"}
FUND = {"rate": "0.01", "profit_share": "0.2", "begin": "250000", "end": "252000"}
CAP = {"rate": "0.02"}


def asset(terms: dict, period: str) -> dict:
    return {**terms, "period": period, "value": "252000"}


# September 2025 has 21 business days, its quarter 64. 252,000 at 1 % cost 10.00 a day; in ranges 100,000 x 1 % and
# 152,000 x 0.5 % make 1,760 a year, so 6.98 a day, 146.67 and 446.98.
CASES: dict[str, tuple[dict, str]] = {
    "PERCENTOFEQUITY": (asset(PERCENT, DAY), "10.00"),
    "PERCENTOFEQUITY_MONTHLY": (asset(PERCENT, MONTH), "210.00"),
    "PERCENTOFEQUITY_QUARTERLY": (asset(PERCENT, QUARTER), "640.00"),
    "PERCENTOFEQUITY_EOM": (asset(PERCENT, MONTH), "210.00"),
    "PERCENTOFEQUITY_EOQ": (asset(PERCENT, QUARTER), "640.00"),
    "BLENDEDPERCENTOFEQUITY": (asset(BLEND, DAY), "6.98"),
    "BLENDEDPERCENTOFEQUITY_MONTHLY": (asset(BLEND, MONTH), "146.67"),
    "BLENDEDPERCENTOFEQUITY_QUARTERLY": (asset(BLEND, QUARTER), "446.98"),
    "BLENDEDPERCENTOFEQUITY_EOM": (asset(BLEND, MONTH), "146.67"),
    "BLENDEDPERCENTOFEQUITY_EOQ": (asset(BLEND, QUARTER), "446.98"),
    "ANNUALFLATFEE": (asset(FLAT, DAY), "10.00"),
    "ANNUALFLATFEE_MONTHLY": (asset(FLAT, MONTH), "210.00"),
    "ANNUALFLATFEE_QUATERLY": (asset(FLAT, QUARTER), "640.00"),
    "PERCENTOFPROFIT": ({"rate": "0.2", "periods": [{"period": "2025", "profit": "50000"}]}, "10000.00"),
    "PERCENTOFPROFIT_QUARTER": ({"rate": "0.02", "periods": [{"period": "2025Q3", "profit": "50000"}]}, "1000.00"),
    "HEDGEFUND_MONTHLY": ({**FUND, "fee_days": 21}, "610.00"),
    "HEDGEFUND_QUARTERLY": ({**FUND, "fee_days": 64}, "1040.00"),
    "PERTRADE": (
        {
            "schedules": [
                {"asset_class": "STK", "currency": "USD", "kind": "absolute_amount", "prices": [{"price": "0.01"}]}
            ],
            "trades": [
                {"asset_class": "STK", "currency": "USD", "quantity": "500", "value": "5000", "commission": "2.50"}
            ],
        },
        "2.50",
    ),
    "ALLOCATION_MINIMUM": ({"plan": "tiered", "allocations": [{"quantity": "50", "price": "10.00"}]}, "0.25"),
    "PERCENTOFNLV_CAP": ({**CAP, "values": ["100000"] * 21}, "166.67"),
    "PERCENTOFNLV_CAP_Q": ({**CAP, "values": ["100000"] * 63}, "500.00"),
    "PERCENTOFNLV_CAP_EOPEQTY": ({**CAP, "value": "100000", "business_days": 21}, "166.67"),
    "PERCENTOFNLV_CAP_EOPEQTY_Q": ({**CAP, "value": "100000", "business_days": 63}, "500.00"),
    "ROLLING_CAP": ({"windows": [{"days": 30, "average": "10000", "paid": "50"}]}, "671.69"),
    "CHARGE_TO_MASTER": ({"balance": "999.99", "charges": ["2.00"]}, "client"),
    "ADJUSTMENT": ({"billed": ["208.33"], "right": "200"}, "-8.33"),
    "REIMBURSEMENT": ({"fees": "12000"}, "6000.00"),
}
HOSTILE = ["NaN", "Infinity", "-1e400", "9" * 500, "１", "", None, True, [], {}, [[]], -1, 10**40, "\u0000"]


def test_every_method_answers_with_its_derivation():
    code, out = run(json.dumps([{"method": name, **CASES[name][0]} for name in WORK]))

    assert code == 0, out
    for name, told in zip(WORK, json.loads(out), strict=True):
        assert told["method"] == name
        assert "lines" in told, name
        assert f'"{CASES[name][1]}"' in json.dumps(told), (name, told)
        assert derivation(told), (name, told)


def derivation(told: object) -> list[str]:
    """The words of an answer, at its top or line by line."""
    if isinstance(told, dict):
        return [*told.get("derivation", []), *(words for one in told.values() for words in derivation(one))]
    return [words for one in told for words in derivation(one)] if isinstance(told, list) else []


def spoilt(case: object) -> Iterator[object]:
    """The same case once without each of its fields, and once with each thing that is no figure in its place."""
    if isinstance(case, dict):
        for key in case:
            yield {name: value for name, value in case.items() if name != key}
            yield from ({**case, key: bad} for bad in HOSTILE)
            yield from ({**case, key: inner} for inner in spoilt(case[key]))
        yield {**case, "surprise": 1}
    elif isinstance(case, list) and case:
        yield from ([inner, *case[1:]] for inner in spoilt(case[0]))


@pytest.mark.parametrize("name", CASES)
def test_a_spoilt_case_is_answered_or_refused_in_a_sentence(name, monkeypatch, capsys):
    """Never a traceback, never a figure that is none."""
    import io
    import sys

    from fees.engine.__main__ import main

    monkeypatch.setattr(sys, "argv", ["fees.engine"])
    for case in spoilt({"method": name, **copy.deepcopy(CASES[name][0])}):
        monkeypatch.setattr(sys, "stdin", io.StringIO(json.dumps(case)))
        code = main()
        told = json.loads(capsys.readouterr().out)
        assert code in (0, 2)
        if code:
            assert len(told["error"]) > 5, (case, told)
            assert "Error" not in told["error"] and "[<" not in told["error"], (case, told)
        else:
            assert "NaN" not in json.dumps(told) and "Infinity" not in json.dumps(told)
