"""The rows of the room, gathered for Django."""

from crm.contacts.models import Contact
from crm.notes.models import Note
from crm.vault.models import Deposit, Epoch, Grant, Member, PepperName, SealedFile, Unlocked, Vault

__all__ = ["Contact", "Deposit", "Epoch", "Grant", "Member", "Note", "PepperName", "SealedFile", "Unlocked", "Vault"]
