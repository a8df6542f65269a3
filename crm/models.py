"""The rows of the room, gathered for Django."""

from crm.notes.models import Note
from crm.vault.models import Deposit, Epoch, Grant, Member, PepperName, SealedFile, Unlocked, Vault

__all__ = ["Deposit", "Epoch", "Grant", "Member", "Note", "PepperName", "SealedFile", "Unlocked", "Vault"]
