"""Mailboxes, and mails kept with contacts. Where a server stands and when a mail was written is clear, the rest is
sealed."""

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models
from django.db.models import Q

from crm.contacts.models import Contact
from crm.vault.sealed import SealedRow

if TYPE_CHECKING:
    from accounts.ground.access.context import Who


class Mailbox(SealedRow):
    """The mailbox of one person of a practice; nobody else opens it, colleagues of the same client book included."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    imap_host = models.CharField(max_length=255)
    imap_port = models.PositiveIntegerField()
    smtp_host = models.CharField(max_length=255)
    smtp_port = models.PositiveIntegerField()
    address_sealed = models.BinaryField()
    name_sealed = models.BinaryField()
    username_sealed = models.BinaryField()
    password_sealed = models.BinaryField()
    connected_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    sealed = ("address", "name", "username", "password")

    class Meta(SealedRow.Meta):
        constraints = [
            models.UniqueConstraint(fields=["practice", "user"], name="mailbox_one_a_person"),
            models.CheckConstraint(
                condition=Q(imap_port__range=(1, 65535), smtp_port__range=(1, 65535)), name="mailbox_ports"
            ),
        ]

    @classmethod
    def narrowed(cls, who: "Who", rows: "models.QuerySet[Any]") -> "models.QuerySet[Any]":
        """One's own."""
        return super().narrowed(who, rows).filter(user_id=who.user_id)


class KeptMail(SealedRow):
    """A copy of a mail to or from somebody in the client book; `user` is whose mailbox it was seen in.

    `said_at` is when it was written, by its own words. Everybody who reads the book reads it.
    """

    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="+", db_constraint=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    is_out = models.BooleanField()
    said_at = models.DateTimeField()
    kept_at = models.DateTimeField()
    subject_sealed = models.BinaryField()
    body_sealed = models.BinaryField()
    heads_sealed = models.BinaryField()
    trashed_at = models.DateTimeField(null=True)

    sealed = ("subject", "body", "heads")

    class Meta(SealedRow.Meta):
        indexes = [models.Index(fields=["contact", "-said_at"], name="kept_mail_contact")]


class NotKept(SealedRow):
    """A mail of which the practice wants no copy with this contact any more, by the mark of the copy that it forgot.

    It has that copy's key, and outlives it in the trash; `user` is who forgot it.
    """

    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="+", db_constraint=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    said_at = models.DateTimeField()
    forgotten_at = models.DateTimeField()
    mark_sealed = models.BinaryField()

    sealed = ("mark",)

    class Meta(SealedRow.Meta):
        indexes = [models.Index(fields=["contact", "said_at"], name="mail_not_kept")]
