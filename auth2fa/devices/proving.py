"""Whether an answer is right for a device. A right one moves the device on, so that it is never right twice."""

from datetime import datetime

from auth2fa.devices.models import Device, Kind
from auth2fa.devices.secrets import box, pin_of, secret_of, site
from auth2fa.factors import codes, totp
from auth2fa.factors.ocra import BadInput, parse, respond
from auth2fa.factors.passkeys import WrongAnswer

# How far a card may have counted on without us, and how far a phone's clock may be off.
WINDOW = 5
DRIFT = 1


def is_right(device: Device, *, challenge: str, question: str, answer: str, at: datetime) -> bool:
    """Check an answer; the caller holds the row and saves what has changed in it."""
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
        case _:
            return _response(device, question, codes.digits_of(answer), at)


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


def _response(device: Device, question: str, answer: str, at: datetime) -> bool:
    """By OCRA: a card within its next counts, a phone within a minute."""
    suite, key, pin = parse(device.suite), secret_of(device), pin_of(device)
    found = None
    try:
        if suite.has_counter:
            for counter in range(device.counter, device.counter + WINDOW + 1):
                if codes.is_same(respond(suite, key, question, counter=counter, pin=pin), answer):
                    found = counter
            device.counter = found + 1 if found is not None else device.counter
        else:
            for steps in range(suite.steps(at) - DRIFT, suite.steps(at) + DRIFT + 1):
                if codes.is_same(respond(suite, key, question, pin=pin, steps=steps), answer):
                    found = steps
    except BadInput:
        return False
    return found is not None
