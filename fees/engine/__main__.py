"""`python -m fees.engine`: works out fee cases given as JSON on standard input; needs no server and no settings."""

import argparse
import json
import sys
from decimal import Decimal
from typing import NoReturn

from fees.engine.cases.catalogue import words, work_out
from fees.engine.cases.form import BadCase

REFUSED = 2
# Some editors begin a file with it.
BYTE_ORDER_MARK = "\ufeff"
OPENING = """\
Reads one case (a JSON object) or several (a list) from standard input and prints the answer as JSON: `lines` with what
each day, stretch, period or trade costs, `exact` and `amount`, and `derivation`, the same in words. Numbers may be
written as text ("0.01") or as JSON numbers; both are read as exact decimals. Rates are fractions: 0.01 is 1 %."""


def main() -> int:
    """Read terms and values from the command line and print what they cost; 0 when all went well."""
    parser = argparse.ArgumentParser(
        prog="python -m fees.engine",
        description=f"{OPENING}\n\nThe form of every method:\n\n{words()}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--indent", type=int, default=None, help="pretty-print with so many spaces")
    options = parser.parse_args()
    try:
        given = json.loads(
            sys.stdin.read().removeprefix(BYTE_ORDER_MARK),
            parse_float=Decimal,
            parse_constant=_refuse_constant,
            object_pairs_hook=_once,
        )
        answer = _each(given) if isinstance(given, list) else _answer(given)
    except (BadCase, ValueError, LookupError, RecursionError) as error:
        sys.stdout.write(json.dumps({"error": str(error)}) + "\n")
        return REFUSED
    sys.stdout.write(json.dumps(answer, indent=options.indent) + "\n")
    return 0


def _each(cases: list[object]) -> list[dict[str, object]]:
    answers = []
    for place, one in enumerate(cases, start=1):
        try:
            answers.append(_answer(one))
        except (ValueError, LookupError) as error:
            raise BadCase(f"case {place}: {error}") from None
    return answers


def _answer(case: object) -> dict[str, object]:
    try:
        return work_out(case)
    except ArithmeticError:
        raise BadCase("a figure is too large or too fine to be worked with") from None


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found: dict[str, object] = {}
    for name, value in pairs:
        if name in found:
            raise BadCase(f"{name} is given twice")
        found[name] = value
    return found


def _refuse_constant(name: str) -> NoReturn:
    raise BadCase(f"{name} is not a number")


if __name__ == "__main__":
    sys.exit(main())
