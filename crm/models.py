"""The rows of the room, gathered for Django."""

from crm.vault.models import Vault

__all__ = [
    *("Contact", "Deposit", "Epoch", "Grant", "Intake", "Member", "Note", "PepperName", "SealedFile", "Unlocked"),
    "Vault",
]
