"""Questions put to a device, each for one purpose, answered once; and the texts and calls that left because of them."""

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from auth2fa.devices.models import Device


class Purpose(models.TextChoices):
    """What a right answer is good for."""

    SIGN_IN = "sign_in"
    TASK = "task"
    ENROL = "enrol"


class Challenge(models.Model):
    """One question. The id is random and the code of a text is worked out from it, so no row holds a code."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    device = models.ForeignKey(Device, on_delete=models.PROTECT, related_name="+")
    purpose = models.CharField(max_length=10, choices=Purpose)
    task = models.CharField(max_length=64, blank=True)
    session = models.CharField(max_length=64, blank=True, help_text="Hash of the session's key")
    question = models.CharField(max_length=100, blank=True)
    told = models.CharField(
        max_length=140, blank=True, default="", db_default="", help_text="What a scanned challenge says of its task"
    )
    asked_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    wrong = models.PositiveSmallIntegerField(default=0)
    used_at = models.DateTimeField(null=True)
    voided_at = models.DateTimeField(null=True)

    unscoped = models.Manager()

    class Meta:
        indexes = [
            models.Index(fields=["user", "asked_at"], name="challenge_user"),
            models.Index(fields=["asked_at"], name="challenge_asked"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["device", "question"], condition=~models.Q(question=""), name="challenge_asked_once"
            ),
            models.CheckConstraint(condition=models.Q(purpose__in=Purpose.values), name="challenge_purpose"),
        ]


class Delivery(models.TextChoices):
    """How far a text or call has come, as the service that carries it tells."""

    ORDERED = "ordered", _("Ordered")
    SENT = "sent", _("Sent")
    DELIVERED = "delivered", _("Delivered")
    FAILED = "failed", _("Not delivered")


class SentCode(models.Model):
    """A text or call that was ordered; what limits and budgets count. One without a challenge is a notice, no code.

    A notice to somebody who does not sign in has no user.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True)
    challenge = models.ForeignKey(Challenge, on_delete=models.CASCADE, related_name="sent", null=True)
    channel = models.CharField(max_length=10)
    number_hash = models.CharField(max_length=64)
    place_hash = models.CharField(max_length=64, help_text="Hash of the network that asked")
    firm_id = models.BigIntegerField(null=True)
    country = models.CharField(max_length=2, blank=True, default="", db_default="")
    cost = models.DecimalField(max_digits=8, decimal_places=4, default=0, db_default=0, help_text="US dollars")
    sent_at = models.DateTimeField()
    right_at = models.DateTimeField(null=True)
    state = models.CharField(max_length=10, choices=Delivery, default=Delivery.ORDERED, db_default=Delivery.ORDERED)
    state_at = models.DateTimeField(null=True)
    service_id = models.CharField(
        max_length=100, blank=True, default="", db_default="", help_text="The service's own id"
    )

    unscoped = models.Manager()

    class Meta:
        indexes = [models.Index(fields=["sent_at"], name="sent_code_at")]
        constraints = [
            models.CheckConstraint(condition=models.Q(state__in=Delivery.values), name="sent_code_state"),
            models.CheckConstraint(condition=models.Q(cost__gte=0), name="sent_code_costs"),
        ]
