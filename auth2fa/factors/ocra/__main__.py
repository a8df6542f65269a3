"""`python -m auth2fa.factors.ocra`: the response to a question, for support and for tests; needs no server."""

import argparse
import sys
from datetime import UTC, datetime

from auth2fa.factors.ocra import BadInput, hash_of_pin, parse, respond


def main() -> int:
    """Print the response to a question, for support and for tests; 2 when an input is refused."""
    parser = argparse.ArgumentParser(prog="python -m auth2fa.factors.ocra", description=main.__doc__)
    parser.add_argument("suite", help="such as OCRA-1:HOTP-SHA256-8:QN08-PSHA256-T1M")
    parser.add_argument("key", help="in hexadecimal, or - to read it from standard input")
    parser.add_argument("question")
    parser.add_argument("--pin")
    parser.add_argument("--counter", type=int)
    parser.add_argument("--session", help="in hexadecimal")
    parser.add_argument("--time", help="an instant such as 2026-11-20T12:00:00+00:00; now, when the suite takes time")
    options = parser.parse_args()
    try:
        suite = parse(options.suite)
        steps = None
        if suite.step is not None or options.time:
            at = datetime.fromisoformat(options.time) if options.time else datetime.now(UTC)
            if at.tzinfo is None:
                raise BadInput("the time must name its zone, such as +00:00")
            steps = suite.steps(at)
        answer = respond(
            suite,
            bytes.fromhex(sys.stdin.readline().strip() if options.key == "-" else options.key),
            options.question,
            counter=options.counter,
            pin=hash_of_pin(suite, options.pin) if options.pin is not None else None,
            session=bytes.fromhex(options.session) if options.session is not None else None,
            steps=steps,
        )
    except ValueError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    sys.stdout.write(f"{answer}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
