"""The room's pages of the back office, gathered for Django."""

from auth2fa.cards.admin import StockedCardAdmin
from auth2fa.devices.admin import DeviceAdmin, EndingAdmin

__all__ = ["DeviceAdmin", "EndingAdmin", "StockedCardAdmin"]
