"""The rows of the room, gathered for Django."""

from crm.calendar.models import Event, EventContact
from crm.changes.models import Change
from crm.contacts.intakes import Intake, Placing
from crm.contacts.models import Contact
from crm.contacts.pasts import Past
from crm.contacts.segments import SearchPart
from crm.custom.models import CustomField
from crm.documents.models import Document, Edition
from crm.feeds.models import Feed, FeedCopy
from crm.groups.models import Group, GroupMember
from crm.locks.models import EditLock
from crm.mail.models import KeptMail, Mailbox, NotKept
from crm.mailings.models import Handover, Mailing
from crm.notes.models import Note
from crm.tasks.models import Task
from crm.vault.models import Deposit, Epoch, Grant, Member, PepperName, SealedFile, Unlocked, Vault
from crm.workflows.models import Pattern, Stage, Workflow, WorkflowContact

__all__ = [
    "Change",
    "Contact",
    "CustomField",
    "Deposit",
    "Document",
    "EditLock",
    "Edition",
    "Epoch",
    "Event",
    "EventContact",
    "Feed",
    "FeedCopy",
    "Grant",
    "Group",
    "GroupMember",
    "Handover",
    "Intake",
    "KeptMail",
    "Mailbox",
    "Mailing",
    "Member",
    "NotKept",
    "Note",
    "Past",
    "Pattern",
    "PepperName",
    "Placing",
    "SealedFile",
    "SearchPart",
    "Stage",
    "Task",
    "Unlocked",
    "Vault",
    "Workflow",
    "WorkflowContact",
]
