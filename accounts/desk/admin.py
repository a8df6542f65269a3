"""Registers the desk's pages of the back office; Django looks for them here."""

from accounts.desk.approving.admin import ApplicationAdmin, ApplicationTaskAdmin
from accounts.desk.lei.admin import LeiElectionAdmin

__all__ = ["ApplicationAdmin", "ApplicationTaskAdmin", "LeiElectionAdmin"]
