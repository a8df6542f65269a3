"""Feeds, and the copies of events that only the holder of an address can open."""

import uuid

from django.conf import settings
from django.db import models

from accounts.ground.people.models import Seat
from crm.calendar.models import Event
from crm.vault.models import Kept


class Feed(Kept):
    """One address. `wrapped` is the private half of its pair under the secret in the address, which is not stored."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    seat = models.ForeignKey(Seat, on_delete=models.PROTECT, related_name="+", db_constraint=False)
    is_full = models.BooleanField(default=False)
    is_open = models.BooleanField(default=False, help_text="Whether the user's IP restrictions do not count for it")
    mark = models.BinaryField(unique=True)
    public = models.BinaryField()
    wrapped = models.BinaryField()
    made_at = models.DateTimeField()
    used_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta(Kept.Meta):
        constraints = [models.UniqueConstraint(fields=["firm", "practice", "id"], name="feed_practice_id")]
        indexes = [models.Index(fields=["practice", "user"], condition=models.Q(ended_at=None), name="feed_of_user")]


class FeedCopy(Kept):
    """What an event says in one version, sealed to a feed."""

    feed = models.ForeignKey(Feed, on_delete=models.CASCADE, related_name="+", db_constraint=False)
    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="+", db_constraint=False)
    version = models.PositiveIntegerField()
    sealed = models.BinaryField()

    class Meta(Kept.Meta):
        constraints = [models.UniqueConstraint(fields=["feed", "event"], name="feed_copy_once")]
        indexes = [models.Index(fields=["event"], name="feed_copy_event")]
