"""Tokens at rest: sealed under a key made of the portal's secret keys, so that a copied table opens nothing."""

import base64

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.utils.translation import gettext_lazy as _

_PURPOSE = b"portal: token of the Flex web service"


class TokenLost(Exception):
    """The stored token cannot be opened: the portal's secret key is another one now."""

    def __init__(self) -> None:
        super().__init__(str(_("The stored token cannot be opened with the portal's present key; enter it again.")))


def seal(token: str) -> str:
    """The token as it is stored."""
    return _keys().encrypt(token.encode()).decode("ascii")


def unseal(sealed: str) -> str:
    """The token as the broker gave it."""
    try:
        return _keys().decrypt(sealed.encode("ascii")).decode()
    except InvalidToken as error:
        raise TokenLost from error


def _keys() -> MultiFernet:
    """The present key first; older ones still open what they sealed."""
    return MultiFernet([_key(secret) for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)])


def _key(secret: str) -> Fernet:
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=_PURPOSE).derive(secret.encode())
    return Fernet(base64.urlsafe_b64encode(derived))
