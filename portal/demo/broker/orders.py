"""Instructions as an adviser's system sends them: a table with a reference a row; the broker answers each reference."""

import csv
import io
from collections.abc import Collection
from datetime import date
from decimal import Decimal

from .conduct import Instruction

ANSWERS_HEADER = "reference,answer,reason\n"
_COLLECTED, _GIVEN_BACK = ("fee", "invoice", "borne_back"), ("reimburse", "reversal", "adjustment", "borne")
_WITHIN_A_GROUP = ("draw", "internal_cash")
_PAID_IN, _PAID_OUT = "deposit", "withdrawal"


def read_orders(text: str, *, posted_on: date) -> list[Instruction]:
    """What a file asks of holders' accounts; what moves between masters touches no book that is kept here."""
    found = []
    for row in csv.DictReader(io.StringIO(text)):
        amount = Decimal(row["amount"])
        if row["kind"] in _COLLECTED:
            account = row["payer"]
        elif row["kind"] in _GIVEN_BACK:
            account, amount = row["payee"], -amount
        elif row["kind"] in (_PAID_IN, _PAID_OUT):
            is_in = row["kind"] == _PAID_IN
            account, amount = (row["payee"], -amount) if is_in else (row["payer"], amount)
            more = (row["currency"], row["memo"], row["reference"])
            found.append(Instruction(posted_on, account, amount, *more, is_flow=True))
            continue
        elif row["kind"] in _WITHIN_A_GROUP:
            more = (row["currency"], row["memo"], row["reference"])
            found.append(Instruction(posted_on, row["payer"], amount, *more, other=row["payee"]))
            found.append(Instruction(posted_on, row["payee"], -amount, *more, other=row["payer"]))
            continue
        else:
            continue
        found.append(Instruction(posted_on, account, amount, row["currency"], row["memo"], row["reference"]))
    return found


def answers_to(text: str, known: Collection[str]) -> list[str]:
    """A line a row: accepted, or rejected where an account is not ours."""
    lines = []
    for row in csv.DictReader(io.StringIO(text)):
        # Money from outside has no payer of ours, money that leaves no payee.
        strange = next((one for one in (row["payer"], row["payee"]) if one and one not in known), None)
        verdict = f"rejected,unknown account {strange}" if strange else "accepted,"
        lines.append(f"{row['reference']},{verdict}\n")
    return lines
