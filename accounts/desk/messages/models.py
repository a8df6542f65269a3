"""Conversations between the owner of an account and the practice that looks after it."""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.ground.access.managers import TenantModel
from accounts.ground.people.models import User
from accounts.ground.tree.models import Account, Firm, Practice

LONGEST_SUBJECT = 150
LONGEST_BODY = 10_000


class Side(models.TextChoices):
    """Who of the two wrote."""

    OWNER = "owner", _("Client")
    PRACTICE = "practice", _("Advisor")


class Thread(TenantModel):
    """One conversation, about one account: its owners and its practice read it, nobody else.

    `practice` is the one that looked after the account when it began; after the account has moved on, that practice
    no longer reads it and nobody can write in it.
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
    opened_by = models.BigIntegerField()
    key = models.UUIDField(help_text=_("Of the form it came from: sent twice, it is one conversation"))
    last_at = models.DateTimeField()
    created_at = models.DateTimeField(db_default=models.functions.Now())

    class Meta(TenantModel.Meta):
        db_table = "desk_thread"
        constraints = [
            models.UniqueConstraint(fields=["opened_by", "key"], name="thread_once"),
            models.UniqueConstraint(fields=["id", "firm", "practice", "account"], name="thread_whose"),
        ]
        indexes = [
            models.Index(fields=["practice", "-last_at", "id"], name="thread_practice"),
            models.Index(fields=["account", "-last_at", "id"], name="thread_account"),
        ]

    def __str__(self) -> str:
        return self.subject


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


class ThreadRead(models.Model):
    """How far a person has read a conversation."""

    pk = models.CompositePrimaryKey("user_id", "thread_id")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    thread = models.ForeignKey(Thread, on_delete=models.CASCADE, related_name="reads", db_constraint=False)
    until = models.DateTimeField()

    class Meta:
        db_table = "desk_threadread"
