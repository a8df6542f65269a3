"""Every worked case of the fee specification and the test that proves it, so that none is lost when tests move."""

import ast
from pathlib import Path

import pytest

ENGINE, NIGHT, INVOICES = "engine/test_worked_cases.py", "posting/test_worked_cases.py", "invoicing/test_submit.py"
PROFIT, RESULTS = "engine/test_profit.py", "posting/test_results.py"
CAPS, UNITS, TRADES = "engine/test_caps_and_payers.py", "engine/test_trade_unit.py", "posting/test_trades.py"
SENDING, SIGNING = "proposals/test_sending.py", "proposals/test_signing.py"
LIMITS, REIMBURSED = "invoicing/test_limits.py", "reimbursements/test_reimbursements.py"
CAP_NIGHT, BORNE, MINIMUMS = "headroom/test_cap.py", "borne/test_borne.py", "minimums/test_night.py"

# What the night or a page proves stands second. Cases with one place are proved by the engine alone so far.
CASES = {
    "P01": (ENGINE, NIGHT), "P02": (ENGINE, NIGHT), "P03": (PROFIT, RESULTS), "P04": (PROFIT, RESULTS),
    "P05": (PROFIT, RESULTS), "P06": (PROFIT, RESULTS), "P07": (PROFIT, RESULTS), "P08": (CAPS, CAP_NIGHT),
    "P09": (CAPS, CAP_NIGHT), "P10": (CAPS, REIMBURSED), "P11": (CAPS, REIMBURSED), "P12": (UNITS, MINIMUMS),
    "P14": (UNITS, MINIMUMS), "P15": (UNITS, MINIMUMS), "P16": (UNITS, TRADES), "P17": (UNITS, TRADES),
    "P18": (UNITS, TRADES), "P20": (UNITS, TRADES), "P21": (ENGINE, INVOICES), "P22": (ENGINE,),
    "P23": (PROFIT, RESULTS), "P24": (INVOICES,), "P25": (SENDING, SIGNING), "P26": (UNITS, TRADES), "P27": (SENDING,),
    "D01": (ENGINE, NIGHT), "D02": (ENGINE, NIGHT), "D03": (ENGINE, NIGHT), "D04": (ENGINE, NIGHT),
    "D05": (ENGINE, NIGHT), "D06": (ENGINE, NIGHT), "D07": (ENGINE, NIGHT), "D08": (ENGINE, NIGHT),
    "D09": (ENGINE, NIGHT), "D10": (ENGINE, NIGHT), "D11": (ENGINE, NIGHT), "D13": (PROFIT, RESULTS),
    "D14": (PROFIT, RESULTS), "D15": (PROFIT, RESULTS), "D16": (PROFIT, RESULTS), "D19": (PROFIT, RESULTS),
    "D21": (ENGINE, LIMITS), "D23": (ENGINE, LIMITS), "D24": (ENGINE, INVOICES), "D25": (ENGINE, LIMITS),
    "D28": (CAPS, BORNE), "D29": (UNITS, TRADES), "D31": (INVOICES,),
}  # fmt: skip
PLACES = sorted({(case, place) for case, places in CASES.items() for place in places})


@pytest.mark.parametrize(("case", "place"), PLACES)
def test_the_case_is_named_where_it_is_proved(case, place):
    """By the name of a test, its parameters' ids or its words."""
    path = Path(__file__).parent / place
    named = [node.name for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.FunctionDef)]

    assert any(f"_{case.lower()}_" in f"{name}_" for name in named) or case in path.read_text()
