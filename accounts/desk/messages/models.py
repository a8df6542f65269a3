"""Conversations about an account: between its owners and the practice that looks after it, and with the back office."""

import uuid
from typing import TYPE_CHECKING, Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.ground.access.managers import TenantModel
from accounts.ground.people.models import User
from accounts.ground.tree.models import Account, Firm, Practice

if TYPE_CHECKING:
    from accounts.ground.access.context import Who

LONGEST_SUBJECT = 150
LONGEST_BODY = 10_000


class Side(models.TextChoices):
    """Who wrote, or who is asked."""

    OWNER = "owner", _("Client")
    PRACTICE = "practice", _("Advisor")
    OFFICE = "office", _("Back office")


class ThreadKind(models.TextChoices):
    """What a conversation is for."""

    TALK = "talk", _("Conversation")
    TICKET = "ticket", _("Ticket")
    INQUIRY = "inquiry", _("Inquiry")


class ThreadState(models.TextChoices):
    """Where a ticket or an inquiry stands; a plain conversation stands nowhere."""

    NEW = "new", pgettext_lazy("ticket", "New")
    OPEN = "open", _("With the back office")
    WAITING = "waiting", _("Waits for an answer")
    CLOSED = "closed", pgettext_lazy("ticket", "Closed")


class Category(models.TextChoices):
    """What a ticket is about."""

    ACCOUNT = "account", _("Account and personal data")
    FEES = "fees", _("Fees and invoices")
    FUNDING = "funding", _("Deposits and withdrawals")
    STATEMENTS = "statements", _("Statements and reports")
    TRADING = "trading", _("Trading and allocation")
    ACCESS = "access", _("Sign-in and devices")
    COMPLAINT = "complaint", _("Complaint")
    OTHER = "other", _("Something else")


class Thread(TenantModel):
    """One conversation, about one account: its owners and its practice read it; the back office only if it is with it.

    `practice` is the one that looked after the account when it began; after the account has moved on, that practice
    no longer reads it, and owners go on only with the back office. A ticket or an inquiry of the back office may be
    kept from the side that neither opened it nor is asked.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    firm = models.ForeignKey(Firm, on_delete=models.PROTECT, related_name="+", db_constraint=False)
    practice = models.ForeignKey(Practice, on_delete=models.PROTECT, related_name="+", db_constraint=False)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="threads", db_constraint=False)
    subject = models.CharField(max_length=LONGEST_SUBJECT)
    topic = models.CharField(
        max_length=20, blank=True, help_text=_("Kind of the thing it is about, beside the account")
    )
    topic_id = models.UUIDField(null=True)
    kind = models.CharField(max_length=10, choices=ThreadKind, default=ThreadKind.TALK, db_default=ThreadKind.TALK)
    with_office = models.BooleanField(default=False, db_default=False)
    owners_read = models.BooleanField(default=True, db_default=True)
    practice_reads = models.BooleanField(default=True, db_default=True)
    # What people call a ticket or an inquiry by.
    number = models.BigIntegerField(null=True, unique=True)
    category = models.CharField(max_length=20, choices=Category, blank=True, default="", db_default="")
    state = models.CharField(max_length=10, choices=ThreadState, blank=True, default="", db_default="")
    state_at = models.DateTimeField(null=True)
    asks = models.CharField(
        max_length=10, choices=Side, blank=True, default="", db_default="", help_text=_("Whose answer it waits for")
    )
    # Other accounts that it concerns; they are shown to who sees them anyway.
    concerns = ArrayField(models.BigIntegerField(), default=list, db_default=[])
    assigned_to = models.BigIntegerField(null=True)
    opened_by = models.BigIntegerField()
    key = models.UUIDField(help_text=_("Of the form it came from: sent twice, it is one conversation"))
    last_at = models.DateTimeField()
    created_at = models.DateTimeField(db_default=models.functions.Now())

    @classmethod
    def narrowed(cls, who: "Who", rows: "models.QuerySet[Any]") -> "models.QuerySet[Any]":
        """Without what is kept from the person's side."""
        return rows.filter(owners_read=True) if who.is_owner else rows.filter(practice_reads=True)

    class Meta(TenantModel.Meta):
        db_table = "desk_thread"
        constraints = [
            models.UniqueConstraint(fields=["opened_by", "key"], name="thread_once"),
            models.UniqueConstraint(fields=["id", "firm", "practice", "account"], name="thread_whose"),
            models.CheckConstraint(
                condition=models.Q(
                    kind=ThreadKind.TALK,
                    with_office=False,
                    number=None,
                    state="",
                    state_at=None,
                    asks="",
                    category="",
                    assigned_to=None,
                )
                | models.Q(kind=ThreadKind.TICKET, with_office=True, category__in=Category.values)
                & models.Q(number__isnull=False, state__in=ThreadState.values, state_at__isnull=False)
                & models.Q(asks__in=[Side.OWNER, Side.PRACTICE])
                | models.Q(kind=ThreadKind.INQUIRY, category="", number__isnull=False, state_at__isnull=False)
                & models.Q(state__in=[ThreadState.OPEN, ThreadState.WAITING, ThreadState.CLOSED])
                & models.Q(asks__in=[Side.OWNER, Side.PRACTICE]),
                name="thread_kind_fits",
            ),
            models.CheckConstraint(
                condition=models.Q(with_office=True) & (models.Q(owners_read=True) | models.Q(practice_reads=True))
                | models.Q(with_office=False, owners_read=True, practice_reads=True),
                name="thread_has_readers",
            ),
        ]
        indexes = [
            models.Index(fields=["practice", "-last_at", "id"], name="thread_practice"),
            models.Index(fields=["account", "-last_at", "id"], name="thread_account"),
            models.Index(
                fields=["state", "state_at", "id"], condition=models.Q(with_office=True), name="thread_of_office"
            ),
            # Every page asks what waits for the person.
            models.Index(
                fields=["practice", "account"], condition=models.Q(state=ThreadState.WAITING), name="thread_waits"
            ),
        ]

    def __str__(self) -> str:
        return self.subject

    @property
    def name(self) -> str:
        """What people call it by."""
        return f"{'Q' if self.kind == ThreadKind.INQUIRY else 'T'}-{self.number}" if self.number else ""

    @property
    def state_words(self) -> str:
        """Where it stands, in words; an inquiry of an advisor is over once it is answered."""
        if self.state == ThreadState.CLOSED and self.kind == ThreadKind.INQUIRY and not self.with_office:
            return str(_("Answered or withdrawn"))
        return self.get_state_display() if self.state else ""


class Message(TenantModel):
    """One message: written once, never changed, never taken back. The author's name is as it was that day."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    firm = models.ForeignKey(Firm, on_delete=models.PROTECT, related_name="+", db_constraint=False)
    practice = models.ForeignKey(Practice, on_delete=models.PROTECT, related_name="+", db_constraint=False)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_constraint=False)
    thread = models.ForeignKey(Thread, on_delete=models.PROTECT, related_name="messages", db_constraint=False)
    side = models.CharField(max_length=10, choices=Side)
    author_id = models.BigIntegerField()
    author_name = models.CharField(max_length=200)
    body = models.TextField(max_length=LONGEST_BODY)
    # Written by the top level that the practice has brought in.
    from_above = models.BooleanField(default=False, db_default=False)
    key = models.UUIDField()
    at = models.DateTimeField()

    class Meta(TenantModel.Meta):
        db_table = "desk_message"
        constraints = [
            models.UniqueConstraint(fields=["author_id", "key"], name="message_once"),
            models.UniqueConstraint(fields=["id", "thread", "firm", "practice", "account"], name="message_whose"),
            models.CheckConstraint(condition=models.Q(side__in=Side.values), name="message_side_known"),
            models.CheckConstraint(condition=~models.Q(body=""), name="message_says_something"),
        ]
        indexes = [models.Index(fields=["thread", "at", "id"], name="message_thread")]


class ThreadShare(TenantModel):
    """A second-level advisor has brought the top level into a conversation: once, for good, and the owners are told."""

    thread = models.OneToOneField(
        Thread, on_delete=models.PROTECT, primary_key=True, related_name="+", db_constraint=False
    )
    firm = models.ForeignKey(Firm, on_delete=models.PROTECT, related_name="+", db_constraint=False)
    practice = models.ForeignKey(Practice, on_delete=models.PROTECT, related_name="+", db_constraint=False)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_constraint=False)
    shared_by = models.BigIntegerField()
    shared_by_name = models.CharField(max_length=200)
    at = models.DateTimeField()

    class Meta(TenantModel.Meta):
        db_table = "desk_threadshare"


class Attachment(TenantModel):
    """A file that came with a message. What is in it lies in the storage, below a name that says nothing."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    firm = models.ForeignKey(Firm, on_delete=models.PROTECT, related_name="+", db_constraint=False)
    practice = models.ForeignKey(Practice, on_delete=models.PROTECT, related_name="+", db_constraint=False)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_constraint=False)
    thread = models.ForeignKey(Thread, on_delete=models.PROTECT, related_name="+", db_constraint=False)
    message = models.ForeignKey(Message, on_delete=models.PROTECT, related_name="files", db_constraint=False)
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=100)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)

    class Meta(TenantModel.Meta):
        db_table = "desk_attachment"
        constraints = [
            models.CheckConstraint(condition=~models.Q(name=""), name="attachment_has_name"),
            models.CheckConstraint(condition=models.Q(size__gt=0), name="attachment_not_empty"),
        ]
        indexes = [models.Index(fields=["message"], name="attachment_message")]

    def __str__(self) -> str:
        return self.name

    @property
    def place(self) -> str:
        """Where its content lies in the storage."""
        return f"messages/{self.pk}"


class OfficeNote(TenantModel):
    """What the back office tells itself about a ticket. No login but its own has any right on the table."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    thread = models.ForeignKey(Thread, on_delete=models.PROTECT, related_name="+")
    author_id = models.BigIntegerField()
    author_name = models.CharField(max_length=200)
    body = models.TextField(max_length=LONGEST_BODY)
    key = models.UUIDField()
    at = models.DateTimeField()

    # Nobody's rows but the back office's, which reads through `unscoped`.
    scoped_by: dict[str, str] = {}

    class Meta(TenantModel.Meta):
        db_table = "desk_officenote"
        constraints = [
            models.UniqueConstraint(fields=["author_id", "key"], name="officenote_once"),
            models.CheckConstraint(condition=~models.Q(body=""), name="officenote_says_something"),
        ]
        indexes = [models.Index(fields=["thread", "at", "id"], name="officenote_thread")]


class ThreadRead(models.Model):
    """How far a person has read a conversation."""

    pk = models.CompositePrimaryKey("user_id", "thread_id")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    thread = models.ForeignKey(Thread, on_delete=models.CASCADE, related_name="reads", db_constraint=False)
    until = models.DateTimeField()

    class Meta:
        db_table = "desk_threadread"
