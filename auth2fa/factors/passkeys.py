"""Passkeys: what a browser is asked to make and sign, and whether its answer is right; the user must be verified."""

from typing import Any
from urllib.parse import urlsplit

from fido2.server import Fido2Server
from fido2.utils import websafe_decode, websafe_encode
from fido2.webauthn import (
    AttestedCredentialData,
    AuthenticationResponse,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialUserEntity,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from portal.lib.jsontext import parsed

MUST = UserVerificationRequirement.REQUIRED
LONGEST = 20_000


class WrongAnswer(ValueError):
    """Not this passkey, not this challenge, not this site, or nobody has shown who they are."""


class Site:
    """The portal as browsers know it."""

    def __init__(self, public_url: str) -> None:
        parts = urlsplit(public_url)
        self.origin = f"{parts.scheme}://{parts.netloc}"
        self.host = parts.hostname or ""
        rp = PublicKeyCredentialRpEntity(id=self.host, name="Advisor Portal")
        self._server = Fido2Server(rp, verify_origin=lambda origin: origin == self.origin)

    def make(self, *, user_id: str, name: str, challenge: str, known: list[bytes]) -> dict[str, Any]:
        """What `navigator.credentials.create` takes, with bytes in base64url."""
        options, _state = self._server.register_begin(
            PublicKeyCredentialUserEntity(id=user_id.encode(), name=name, display_name=name),
            [AttestedCredentialData(one) for one in known],
            resident_key_requirement=ResidentKeyRequirement.PREFERRED,
            user_verification=MUST,
            challenge=websafe_decode(challenge),
        )
        return dict(options.public_key)

    def made(self, answer: str, *, challenge: str) -> tuple[bytes, int]:
        """The new passkey's id and public key together, and its counter. Raises `WrongAnswer`."""
        state = {"challenge": challenge, "user_verification": MUST}
        try:
            data = self._server.register_complete(state, _read(answer))
        except Exception as problem:
            raise WrongAnswer(str(problem)) from problem
        assert data.credential_data is not None, "the library refuses a registration without one"
        return bytes(data.credential_data), data.counter

    def ask(self, *, challenge: str, known: list[bytes]) -> dict[str, Any]:
        """What `navigator.credentials.get` takes."""
        options, _state = self._server.authenticate_begin(
            [AttestedCredentialData(one) for one in known], user_verification=MUST, challenge=websafe_decode(challenge)
        )
        return dict(options.public_key)

    def signed(self, answer: str, *, challenge: str, credential: bytes) -> int:
        """The counter of a right signature by this passkey. Raises `WrongAnswer`."""
        state = {"challenge": challenge, "user_verification": MUST}
        try:
            said = _read(answer)
            self._server.authenticate_complete(state, [AttestedCredentialData(credential)], said)
            return AuthenticationResponse.from_dict(said).response.authenticator_data.counter
        except Exception as problem:
            raise WrongAnswer(str(problem)) from problem


def challenge_in(answer: str) -> bytes:
    """The challenge that an answer claims to sign; `signed` says whether it does. Raises `WrongAnswer`."""
    try:
        said = parsed(websafe_decode(_read(answer)["response"]["clientDataJSON"]))
        return websafe_decode(said["challenge"])
    except (ValueError, KeyError, TypeError) as problem:
        raise WrongAnswer(str(problem)) from problem


def id_of(credential: bytes) -> str:
    """A passkey's id in base64url."""
    return websafe_encode(AttestedCredentialData(credential).credential_id)


def text_of(challenge: bytes) -> str:
    """Random bytes as they travel."""
    return websafe_encode(challenge)


def _read(answer: str) -> dict[str, Any]:
    said = parsed(answer) if len(answer) <= LONGEST else None
    if not isinstance(said, dict):
        raise WrongAnswer("no answer of a browser")
    return said
