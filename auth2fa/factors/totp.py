"""Authenticator apps: time-based codes of six digits (RFC 6238), each step accepted once."""

from datetime import datetime

import pyotp

from auth2fa.factors.codes import digits_of, is_same

STEP = 30
# A clock may be a step early or late.
DRIFT = 1


def new_secret() -> bytes:
    """160 bits in base 32, as apps take them."""
    return pyotp.random_base32(32).encode()


def link(secret: bytes, *, name: str, portal: str) -> str:
    """What the QR code holds for the app."""
    return pyotp.TOTP(secret.decode()).provisioning_uri(name=name, issuer_name=portal)


def step_of(secret: bytes, code: str, *, after: int, at: datetime) -> int | None:
    """The time step whose code was typed, later than the last one used; None when it is wrong or was used."""
    app, now, found = pyotp.TOTP(secret.decode()), int(at.timestamp()) // STEP, None
    for step in range(now - DRIFT, now + DRIFT + 1):
        if is_same(app.generate_otp(step), digits_of(code)) and step > after:
            found = step
    return found
