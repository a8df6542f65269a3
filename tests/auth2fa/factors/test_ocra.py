"""OCRA against the vectors that RFC 6287 publishes (its appendix C), and what it refuses."""

import os
import subprocess
import sys
from datetime import UTC, datetime

import pytest

from auth2fa.factors.ocra import BadInput, draw, hash_of_pin, parse, respond

K20 = b"12345678901234567890"
K32 = b"12345678901234567890123456789012"
K64 = b"1234567890123456789012345678901234567890123456789012345678901234"
AT = datetime(2008, 3, 25, 12, 6, 30, tzinfo=UTC)  # 0x132d0b6 minutes since 1970
EIGHTS = [str(digit) * 8 for digit in range(10)]


def some(*prefixes):
    """CLI22220SRV11110, CLI22221SRV11111 and so on, as the RFC counts."""
    first = {"CLI": 22220, "SRV": 11110}
    return ["".join(f"{prefix}{first[prefix] + place}" for prefix in prefixes) for place in range(5)]


# Suite, key, questions, expected responses, what else goes in.
PUBLISHED = [
    (
        "OCRA-1:HOTP-SHA1-6:QN08",
        K20,
        EIGHTS,
        "237653 243178 653583 740991 608993 388898 816933 224598 750600 294470",
        "",
    ),
    (
        "OCRA-1:HOTP-SHA256-8:C-QN08-PSHA1",
        K32,
        ["12345678"] * 10,
        "65347737 86775851 78192410 71565254 10104329 65983500 70069104 91771096 75011558 08522129",
        "counter pin",
    ),
    ("OCRA-1:HOTP-SHA256-8:QN08-PSHA1", K32, EIGHTS[:5], "83238735 01501458 17957585 86776967 86807031", "pin"),
    (
        "OCRA-1:HOTP-SHA512-8:C-QN08",
        K64,
        EIGHTS,
        "07016083 63947962 70123924 25341727 33203315 34205738 44343969 51946085 20403879 31409299",
        "counter",
    ),
    ("OCRA-1:HOTP-SHA512-8:QN08-T1M", K64, EIGHTS[:5], "95209754 55907591 22048402 24218844 36209546", "time"),
    ("OCRA-1:HOTP-SHA256-8:QA08", K32, some("CLI", "SRV"), "28247970 01984843 65387857 03351211 83412541", ""),
    ("OCRA-1:HOTP-SHA256-8:QA08", K32, some("SRV", "CLI"), "15510767 90175646 33777207 95285278 28934924", ""),
    ("OCRA-1:HOTP-SHA512-8:QA08", K64, some("CLI", "SRV"), "79496648 76831980 12250499 90856481 12761449", ""),
    ("OCRA-1:HOTP-SHA512-8:QA08-PSHA1", K64, some("SRV", "CLI"), "18806276 70020315 01600026 18951020 32528969", "pin"),
    (
        "OCRA-1:HOTP-SHA256-8:QA08",
        K32,
        [f"SIG1{place}000" for place in range(5)],
        "53095496 04110475 31331128 76028668 46554205",
        "",
    ),
    (
        "OCRA-1:HOTP-SHA512-8:QA10-T1M",
        K64,
        [f"SIG1{place}00000" for place in range(5)],
        "77537423 31970405 10235557 95213541 65360607",
        "time",
    ),
]


@pytest.mark.parametrize(("text", "key", "questions", "responses", "more"), PUBLISHED)
def test_the_published_responses(text, key, questions, responses, more):
    suite = parse(text)
    told = {"pin": hash_of_pin(suite, "1234")} if "pin" in more else {}
    if "time" in more:
        told["steps"] = suite.steps(AT)

    found = [
        respond(suite, key, question, **told, **({"counter": place} if "counter" in more else {}))
        for place, question in enumerate(questions)
    ]

    assert found == responses.split()


def test_leading_zeros_vanish_and_so_none_is_drawn():
    suite = parse("OCRA-1:HOTP-SHA256-8:C-QN06-PSHA256")
    pin = hash_of_pin(suite, "1234")

    same = {respond(suite, K32, question, counter=1, pin=pin) for question in ("000018", "000288")}

    assert len(same) == 1
    assert (draw(suite, lambda _most: 0), draw(suite, lambda most: most - 1)) == ("100000", "999999")
    hexes = {f"{number:X}".ljust(8, "0") for number in range(100000, 1000000)}
    assert len(hexes) == 900000


@pytest.mark.parametrize(
    "text",
    [
        "", "OCRA-2:HOTP-SHA1-6:QN08", "OCRA-1:HOTP-MD5-6:QN08", "OCRA-1:HOTP-SHA1-3:QN08", "OCRA-1:HOTP-SHA1-11:QN08",
        "OCRA-1:HOTP-SHA1-6:QN03", "OCRA-1:HOTP-SHA1-6:QN65", "OCRA-1:HOTP-SHA1-6:QX08", "OCRA-1:HOTP-SHA1-6:C",
        "OCRA-1:HOTP-SHA1-6:QN08-T0M", "OCRA-1:HOTP-SHA1-6:QN08-T60S", "OCRA-1:HOTP-SHA1-6:QN08-T49H",
        "OCRA-1:HOTP-SHA1-6:QN08\n", "ocra-1:hotp-sha1-6:qn08", "OCRA-1:HOTP-SHA1-6:QN08-PSHA1-PSHA1",
    ],
)  # fmt: skip
def test_what_is_no_suite_is_refused(text):
    with pytest.raises(BadInput):
        parse(text)


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("12345678", {}),
        ("12345678", {"counter": 1}),
        ("12345678", {"counter": 1, "pin": b"x" * 32, "steps": 1}),
        ("12345678", {"counter": 1, "pin": b"short"}),
        ("12345678", {"counter": -1, "pin": b"x" * 32}),
        ("12345678", {"counter": 2**64, "pin": b"x" * 32}),
        ("1234567a", {"counter": 1, "pin": b"x" * 32}),
        ("", {"counter": 1, "pin": b"x" * 32}),
        ("1" * 129, {"counter": 1, "pin": b"x" * 32}),
        ("١٢٣٤٥٦٧٨", {"counter": 1, "pin": b"x" * 32}),
    ],
)
def test_an_input_too_many_or_too_few_is_refused(question, told):
    with pytest.raises(BadInput):
        respond(parse("OCRA-1:HOTP-SHA256-8:C-QN08-PSHA256"), K32, question, **told)


def run(*words, given=""):
    return subprocess.run(
        [sys.executable, "-m", "auth2fa.factors.ocra", *words],
        input=given, capture_output=True, text=True, check=False, env={"PATH": os.environ["PATH"]},
    )  # fmt: skip


def test_the_command_answers_without_settings_or_server():
    timed = run(
        "OCRA-1:HOTP-SHA512-8:QN08-T1M", "-", "00000000", "--time", "2008-03-25T12:06:30+00:00", given=K64.hex()
    )
    pinned = run("OCRA-1:HOTP-SHA256-8:C-QN08-PSHA1", K32.hex(), "12345678", "--pin", "1234", "--counter", "3")

    assert (timed.returncode, timed.stdout) == (0, "95209754\n")
    assert (pinned.returncode, pinned.stdout) == (0, "71565254\n")


@pytest.mark.parametrize("words", [("NONE", "00", "1"), ("OCRA-1:HOTP-SHA1-6:QN08", "xx", "1")])
def test_the_command_says_what_is_wrong(words):
    answer = run(*words)

    assert (answer.returncode, answer.stdout) == (2, "")
    assert answer.stderr.strip()
