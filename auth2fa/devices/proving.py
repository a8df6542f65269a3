"""Whether an answer is right for a device. A right one moves the device on, so that it is never right twice."""

from datetime import datetime

from auth2fa.devices.models import Device, Kind
from auth2fa.devices.secrets import box, pin_of, secret_of, site
from auth2fa.factors import codes, showing, totp
from auth2fa.factors.ocra import BadInput, parse, respond
from auth2fa.factors.passkeys import WrongAnswer

# How far a card may have counted on without us, and how far a phone's clock may be off.
WINDOW = 5
# Further than that, up to here, two responses in a row bring a card back that was played with.
FAR = 100
DRIFT = 1


def is_right(device: Device, *, challenge: str, question: str, answer: str, at: datetime, told: str = "") -> bool:
    """Check an answer; the caller holds the row and saves what has changed in it.

    A phone answers the typed challenge, or the scanned one with what it was `told`.
    """
    match device.kind:
        case Kind.TEXT:
            return codes.is_same(codes.code_of(box(), challenge), codes.digits_of(answer))
        case Kind.APP:
            step = totp.step_of(secret_of(device), answer, after=device.counter, at=at)
            device.counter = step if step is not None else device.counter
            return step is not None
        case Kind.CODES:
            found = codes.find(box(), str(device.pk), answer, device.hashes)
            device.hashes = [one for one in device.hashes if one != found]
            return found is not None
        case Kind.PASSKEY:
            return _passkey(device, question, answer)
        case Kind.PHONE:
            return _phone(device, question, told, codes.digits_of(answer), at)
        case _:
            return _card(device, question, codes.digits_of(answer))


def _passkey(device: Device, question: str, answer: str) -> bool:
    try:
        counter = site().signed(answer, challenge=question, credential=bytes(device.credential))
    except WrongAnswer:
        return False
    # A passkey that counts never counts back: one that does was copied.
    if counter and counter <= device.counter:
        return False
    device.counter = counter
    return True


def _card(device: Device, question: str, answer: str) -> bool:
    """By OCRA, within the card's next counts, or soon after where the answer before would have been right."""
    suite, key, pin = parse(device.suite), secret_of(device), pin_of(device)
    found = None
    try:
        for counter in range(device.counter, device.counter + FAR + 1):
            if codes.is_same(respond(suite, key, question, counter=counter, pin=pin), answer):
                found = counter
    except BadInput:
        return False
    after, device.seen_at_count = device.seen_at_count, None
    if found is None:
        return False
    if found <= device.counter + WINDOW or (after is not None and after <= found <= after + WINDOW):
        device.counter = found + 1
        return True
    device.seen_at_count = found + 1
    return False


def _phone(device: Device, question: str, told: str, answer: str, at: datetime) -> bool:
    """By OCRA, within a minute; every way is worked out, so that the time tells nothing."""
    key, pin, found = secret_of(device), pin_of(device), 0
    ways = [(parse(device.suite), question)]
    if told:
        ways.append((parse(showing.SUITE), showing.question_of(question, told)))
    try:
        for suite, asked in ways:
            for steps in range(suite.steps(at) - DRIFT, suite.steps(at) + DRIFT + 1):
                found += codes.is_same(respond(suite, key, asked, pin=pin, steps=steps), answer)
    except BadInput:
        return False
    return found > 0
