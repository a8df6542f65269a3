"""The room's pages of the back office, gathered for Django."""

from auth2fa.cards.admin import StockedCardAdmin
from auth2fa.devices.admin import DeviceAdmin, EndingAdmin
from auth2fa.texts.admin import FirmWithoutTextsAdmin

__all__ = ["DeviceAdmin", "EndingAdmin", "FirmWithoutTextsAdmin", "StockedCardAdmin"]
