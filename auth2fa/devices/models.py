"""What people prove with beside their password, one row a device whatever its kind; and remembered browsers."""

import uuid

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _


class Kind(models.TextChoices):
    """What a device is. The order is that in which they are offered: the strongest first."""

    PASSKEY = "passkey", _("Passkey")
    PHONE = "phone", _("Phone key")
    CARD = "card", _("Security card")
    APP = "app", _("Authenticator app")
    TEXT = "text", _("Text message")
    CODES = "codes", _("Recovery codes")


class Device(models.Model):
    """One device of one sign-in. Secrets are sealed under a key outside the database (auth2fa.factors.sealing)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="devices")
    kind = models.CharField(max_length=10, choices=Kind)
    name = models.CharField(max_length=60)
    secret = models.BinaryField(default=bytes, help_text="The key of a phone, card or app, sealed")
    pin = models.BinaryField(default=bytes, help_text="The hash of the PIN, sealed")
    share = models.BinaryField(
        default=bytes, db_default=b"", help_text="Half of what opens a phone's own copy of its key, sealed"
    )
    suite = models.CharField(max_length=60, blank=True)
    counter = models.BigIntegerField(default=0, help_text="The next count of a card, the last step of an app")
    seen_at_count = models.BigIntegerField(
        null=True, help_text="Where a card would be that gave the last answer, too far ahead to be taken alone"
    )
    credential = models.BinaryField(default=bytes, help_text="A passkey's id and public key")
    hashes = ArrayField(models.CharField(max_length=64), default=list, help_text="Recovery codes that are left")
    number = models.CharField(max_length=16, blank=True)
    line = models.CharField(
        max_length=10, blank=True, default="", db_default="", help_text="Mobile or fixed, where it is known"
    )
    serial = models.CharField(max_length=40, blank=True)
    claim = models.CharField(max_length=64, blank=True, help_text="Hash of what lets a phone fetch its key, once")
    created_at = models.DateTimeField()
    activate_by = models.DateTimeField(null=True)
    confirmed_at = models.DateTimeField(null=True)
    trusted_at = models.DateTimeField(null=True, help_text="From when it may confirm sensitive tasks")
    last_used_at = models.DateTimeField(null=True)
    wrong = models.PositiveSmallIntegerField(default=0, help_text="Wrong answers in a row")
    locked_until = models.DateTimeField(null=True)
    disabled_at = models.DateTimeField(null=True)
    by_firm = models.BooleanField(
        default=False, db_default=False, help_text="Switched off because a firm takes no codes by text"
    )
    revoked_at = models.DateTimeField(null=True)
    reminded_at = models.DateTimeField(null=True, help_text="When its owner was last told that texts are weak")

    unscoped = models.Manager()

    class Meta:
        indexes = [models.Index(fields=["user"], name="device_user")]
        constraints = [
            models.CheckConstraint(condition=models.Q(kind__in=Kind.values), name="device_kind"),
            models.CheckConstraint(
                condition=models.Q(confirmed_at=None)
                | (models.Q(kind__in=[Kind.PHONE, Kind.CARD, Kind.APP]) & ~models.Q(secret=b""))
                | (models.Q(kind=Kind.PASSKEY) & ~models.Q(credential=b""))
                | (models.Q(kind=Kind.TEXT) & ~models.Q(number=""))
                | models.Q(kind=Kind.CODES),
                name="device_confirmed_is_whole",
            ),
            models.UniqueConstraint(
                fields=["user", "kind"],
                condition=models.Q(revoked_at=None, confirmed_at__isnull=False)
                & models.Q(kind__in=[Kind.TEXT, Kind.CODES, Kind.CARD]),
                name="device_one_of_a_kind",
            ),
            models.UniqueConstraint(fields=["user", "id"], name="device_user_id"),
        ]

    def __str__(self) -> str:
        return self.name


class RememberedBrowser(models.Model):
    """A browser that is not asked for a second proof until a day; it is never enough for a sensitive task."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    token_hash = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=300, help_text="What the browser said of itself")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    unscoped = models.Manager()

    class Meta:
        indexes = [models.Index(fields=["user"], name="remembered_user")]


class Ending(models.Model):
    """Somebody's last device, which one person of the back office asks to end and another ends or leaves."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    device = models.ForeignKey(Device, on_delete=models.PROTECT, related_name="+", db_constraint=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    is_ended = models.BooleanField(default=False)

    unscoped = models.Manager()

    class Meta:
        indexes = [models.Index(fields=["user"], name="ending_user")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(is_ended=False)
                | (models.Q(decided_at__isnull=False) & ~models.Q(decided_by=models.F("asked_by"))),
                name="ending_by_two",
            ),
            models.CheckConstraint(
                condition=models.Q(decided_at=None, decided_by=None)
                | models.Q(decided_at__isnull=False, decided_by__isnull=False),
                name="ending_decided_by_somebody",
            ),
            models.UniqueConstraint(fields=["device"], condition=models.Q(decided_at=None), name="ending_waits_once"),
        ]

    def __str__(self) -> str:
        return self.device.name
