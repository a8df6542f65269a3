"""Messages owed: written in the transaction that owes them, delivered later by a task, safe to deliver twice."""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

# The beginning of a message's natural key where one mail was written to many people.
TO_MANY = "mailing "


class Channel(models.TextChoices):
    """How a message leaves the building."""

    MAIL = "mail", _("E-mail")
    FILE = "file", _("File")
    SMS = "sms", _("Text message")
    VOICE = "voice", _("Call")


class OutboxMessage(models.Model):
    """One message owed. What comes from the client book, as a mail to several, stands in it sealed (`sealed.py`)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    firm_id = models.BigIntegerField(null=True)
    person_id = models.BigIntegerField(null=True, help_text=_("The user it is for, whose brand it wears"))
    channel = models.CharField(max_length=10, choices=Channel)
    recipient = models.CharField(max_length=320)
    subject = models.CharField(max_length=200, blank=True)
    body = models.TextField(blank=True)
    is_secret = models.BooleanField(
        db_default=False, help_text=_("Its text is shown nowhere and forgotten on delivery")
    )
    natural_key = models.CharField(max_length=200, unique=True)
    due_at = models.DateTimeField(db_default=models.functions.Now())
    ends_at = models.DateTimeField(null=True, help_text=_("Afterwards it is worth nothing, and is not sent"))
    attempts = models.PositiveSmallIntegerField(default=0)
    delivered_at = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField(db_default=models.functions.Now())

    unscoped = models.Manager()

    class Meta:
        indexes = [
            models.Index(
                fields=["due_at"], condition=models.Q(delivered_at=None, failed_at=None), name="outbox_waiting"
            )
        ]
