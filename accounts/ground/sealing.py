"""Text at rest: sealed under a key made of the portal's secret keys, so that a copied table opens nothing.

Each use names its purpose, and what was sealed for one purpose does not open for another.
"""

import base64
import hashlib
import hmac

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings


class Lost(Exception):
    """What is stored cannot be opened: the portal's secret key is another one now."""


def seal(text: str, purpose: bytes) -> str:
    """The text as it is stored."""
    return _keys(purpose).encrypt(text.encode()).decode("ascii")


def unseal(sealed: str, purpose: bytes) -> str:
    """The text as it was. Raises Lost."""
    try:
        return _keys(purpose).decrypt(sealed.encode("ascii")).decode()
    except (InvalidToken, UnicodeEncodeError) as error:
        raise Lost from error


def digest(text: str, purpose: bytes) -> str:
    """What tells the text from another, and from which nobody without the key can guess it."""
    key = HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose + b" digest").derive(settings.SECRET_KEY.encode())
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


def _keys(purpose: bytes) -> MultiFernet:
    """The present key first; older ones still open what they sealed."""
    secrets = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    return MultiFernet([_key(secret, purpose) for secret in secrets])


def _key(secret: str, purpose: bytes) -> Fernet:
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose).derive(secret.encode())
    return Fernet(base64.urlsafe_b64encode(derived))
