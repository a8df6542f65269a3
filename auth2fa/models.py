"""The rows of the room, gathered for Django."""

from auth2fa.cards.models import StockedCard
from auth2fa.challenge.models import Challenge, SentCode
from auth2fa.devices.models import Device, Ending, RememberedBrowser
from auth2fa.texts.models import FirmWithoutTexts

__all__ = ["Challenge", "Device", "Ending", "FirmWithoutTexts", "RememberedBrowser", "SentCode", "StockedCard"]
