"""`python -m fees.engine`: works out fee cases given as JSON on standard input; needs no server and no settings."""

import argparse
import json
import sys
from decimal import Decimal
from typing import NoReturn

from fees.engine.cases.catalogue import words, work_out
from fees.engine.cases.form import BadCase

REFUSED = 2
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
        given = json.loads(sys.stdin.read(), parse_float=Decimal, parse_constant=_refuse_constant)
        answer = [work_out(one) for one in given] if isinstance(given, list) else work_out(given)
    except ArithmeticError:
        sys.stdout.write(json.dumps({"error": "a figure is too large or too fine to be worked with"}) + "\n")
        return REFUSED
    except (BadCase, ValueError, LookupError, RecursionError) as error:
        sys.stdout.write(json.dumps({"error": str(error)}) + "\n")
        return REFUSED
    sys.stdout.write(json.dumps(answer, indent=options.indent) + "\n")
    return 0


def _refuse_constant(name: str) -> NoReturn:
    raise BadCase(f"{name} is not a number")


if __name__ == "__main__":
    sys.exit(main())
