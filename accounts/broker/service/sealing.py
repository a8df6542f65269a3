"""Tokens of the Flex web service at rest."""

from django.utils.translation import gettext_lazy as _

from accounts.ground import sealing

_PURPOSE = b"portal: token of the Flex web service"


class TokenLost(Exception):
    """The stored token cannot be opened: the portal's secret key is another one now."""

    def __init__(self) -> None:
        super().__init__(str(_("The stored token cannot be opened with the portal's present key; enter it again.")))


def seal(token: str) -> str:
    """The token as it is stored."""
    return sealing.seal(token, _PURPOSE)


def unseal(sealed: str) -> str:
    """The token as the broker gave it."""
    try:
        return sealing.unseal(sealed, _PURPOSE)
    except sealing.Lost as lost:
        raise TokenLost from lost
