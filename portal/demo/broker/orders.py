"""Instructions as an adviser's system sends them: a table with a reference a row; the broker answers each reference."""

import csv
import io
from collections.abc import Collection
from datetime import date
from decimal import Decimal

from .conduct import WHOLE, Instruction
from .instruments import INSTRUMENTS

ANSWERS_HEADER = "reference,answer,reason\n"
_COLLECTED, _GIVEN_BACK = ("fee", "invoice", "borne_back"), ("reimburse", "reversal", "adjustment", "borne")
_WITHIN_A_GROUP = ("draw", "internal_cash")
_PAID_IN, _PAID_OUT = "deposit", "withdrawal"
_LISTED = {one.symbol for one in INSTRUMENTS}
_POSITIONS = ("position_in", "position_out", "position_inside")


def read_orders(text: str, *, posted_on: date) -> list[Instruction]:
    """What a file asks of holders' accounts; what moves between masters touches no book that is kept here."""
    found = []
    for row in csv.DictReader(io.StringIO(text)):
        if row["kind"] in _POSITIONS:
            found += _of_positions(row, posted_on)
            continue
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


def _of_positions(row: dict[str, str], posted_on: date) -> list[Instruction]:
    """One contract that leaves, comes, or changes accounts; without one a whole account comes."""
    shares = Decimal(row["quantity"] or 0)
    ends = [(row["payer"], shares, row["payee"]), (row["payee"], -shares, row["payer"])]
    return [
        Instruction(
            posted_on,
            account,
            amount,
            row["currency"],
            row["memo"],
            row["reference"],
            other=other,
            symbol=row["symbol"] or WHOLE,
            company=row["bank_name"],
            other_number=row["bank_account"],
        )
        for account, amount, other in ends
        if account
    ]


def answers_to(text: str, known: Collection[str]) -> list[str]:
    """A line a reference: accepted, or rejected where an account or a symbol is not ours."""
    verdicts: dict[str, str] = {}
    for row in csv.DictReader(io.StringIO(text)):
        # Money from outside has no payer of ours, money that leaves no payee.
        strange = next((one for one in (row["payer"], row["payee"]) if one and one not in known), None)
        verdict = f"rejected,unknown account {strange}" if strange else "accepted,"
        if row["kind"] in _POSITIONS and row["symbol"] and row["symbol"] not in _LISTED:
            verdict = f"rejected,unknown symbol {row['symbol']}"
        # A transfer has a line for each position; a refusal is of the whole.
        if verdict != "accepted," or row["reference"] not in verdicts:
            verdicts[row["reference"]] = verdict
    return [f"{reference},{verdict}\n" for reference, verdict in verdicts.items()]
