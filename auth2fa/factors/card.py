"""A card as people hold it in their hand, for tests, support and the demo: PIN of four digits, challenge of six.

python -m auth2fa.factors.card KEY --counter 7 --pin 4711 --challenge 482913
"""

import argparse
import re
import sys

from auth2fa.factors.ocra import hash_of_pin, parse, respond

SUITE = "OCRA-1:HOTP-SHA256-8:C-QN06-PSHA256"
PIN = re.compile(r"[0-9]{4}")
CHALLENGE = re.compile(r"[0-9]{6}")


class Refused(ValueError):
    """What the card would not take; says which."""


class Card:
    """A card counts each response, whether it is used or not."""

    def __init__(self, key: bytes, *, counter: int = 0, suite: str = SUITE) -> None:
        self.key, self.counter, self.suite = key, counter, parse(suite)

    def respond(self, *, pin: str, challenge: str) -> str:
        """Press, PIN, OK, challenge, OK: the eight digits on the display. A wrong PIN gives a wrong response."""
        if not PIN.fullmatch(pin):
            raise Refused("the PIN has four digits")
        if not CHALLENGE.fullmatch(challenge):
            raise Refused("the challenge has six digits")
        shown = respond(self.suite, self.key, challenge, counter=self.counter, pin=hash_of_pin(self.suite, pin))
        self.counter += 1
        return shown


def main() -> int:
    """Print the response of a card."""
    parser = argparse.ArgumentParser(prog="python -m auth2fa.factors.card", description=main.__doc__)
    parser.add_argument("key", help="in hexadecimal, or - to read it from standard input")
    parser.add_argument("--counter", type=int, default=0)
    parser.add_argument("--pin", required=True)
    parser.add_argument("--challenge", required=True)
    options = parser.parse_args()
    try:
        key = bytes.fromhex(sys.stdin.readline().strip() if options.key == "-" else options.key)
        answer = Card(key, counter=options.counter).respond(pin=options.pin, challenge=options.challenge)
    except ValueError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    sys.stdout.write(f"{answer}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
