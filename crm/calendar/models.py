"""Events. What they say is sealed; when, how often, whose and about whom is clear."""

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from crm.contacts.models import Contact
from crm.vault.models import Kept
from crm.vault.sealed import SealedRow

if TYPE_CHECKING:
    from accounts.ground.access.context import Who

ONE_DAY = timedelta(days=1)


class Visibility(models.TextChoices):
    """Who of the practice finds an event."""

    PRACTICE = "practice", _("Everybody of the practice")
    PRIVATE = "private", _("Its owner and who takes part")


class Event(SealedRow):
    """One event, or a series of them; a moved day of a series is an event of its own that names the series.

    Of whole days, `begins_at` and `ends_at` are midnight in UTC of the first day and of the day after the last: they
    stand for days and are never turned into anybody's clock.
    """

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    people = ArrayField(models.BigIntegerField(), default=list)
    visibility = models.CharField(max_length=10, choices=Visibility, default=Visibility.PRACTICE)
    is_free = models.BooleanField(default=False)
    is_all_day = models.BooleanField(default=False)
    begins_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    zone = models.CharField(max_length=64)
    rule = models.CharField(max_length=300, blank=True, default="")
    added = ArrayField(models.CharField(max_length=16), default=list)
    left_out = ArrayField(models.CharField(max_length=16), default=list)
    over_at = models.DateTimeField(null=True)
    series = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+", db_constraint=False)
    replaces = models.CharField(max_length=16, blank=True, default="")
    remind_minutes = models.PositiveIntegerField(null=True)
    remind_at = models.DateTimeField(null=True)
    title_sealed = models.BinaryField()
    words_sealed = models.BinaryField()
    before_sealed = models.BinaryField()
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    trashed_at = models.DateTimeField(null=True)

    sealed = ("title", "words", "before")

    class Meta(SealedRow.Meta):
        constraints = [
            models.CheckConstraint(condition=Q(visibility__in=Visibility.values), name="event_visibility_known"),
            models.CheckConstraint(condition=Q(ends_at__gte=F("begins_at")), name="event_ends_after_it_begins"),
            models.CheckConstraint(condition=Q(series=None) | ~Q(replaces=""), name="event_moved_names_day"),
            models.UniqueConstraint(fields=["firm", "practice", "id"], name="event_practice_id"),
        ]
        indexes = [
            models.Index(fields=["practice", "begins_at"], name="event_begins"),
            models.Index(fields=["practice", "over_at"], name="event_over"),
            models.Index(fields=["remind_at"], condition=Q(remind_at__isnull=False), name="event_reminds"),
            models.Index(fields=["series"], condition=Q(series__isnull=False), name="event_series"),
        ]

    @classmethod
    def narrowed(cls, who: "Who", rows: "models.QuerySet[Any]") -> "models.QuerySet[Any]":
        """Of one's own practice; private ones of others only if one takes part."""
        own = Q(visibility=Visibility.PRACTICE) | Q(owner_id=who.user_id) | Q(people__contains=[who.user_id])
        return super().narrowed(who, rows).filter(own)

    @property
    def starts(self) -> datetime | date:
        """When it begins: a moment on the clock of its own zone, or a day."""
        return self.begins_at.date() if self.is_all_day else self.begins_at.astimezone(ZoneInfo(self.zone))

    @property
    def ends(self) -> datetime | date:
        """When it is over; of whole days, the day after the last."""
        return self.ends_at.date() if self.is_all_day else self.ends_at.astimezone(ZoneInfo(self.zone))

    @property
    def repeats(self) -> bool:
        """Whether it stands for several days, each of which can be moved or left out."""
        return bool(self.rule or self.added)


class EventContact(Kept):
    """A contact whom an event is about."""

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="about", db_constraint=False)
    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, related_name="+", db_constraint=False)

    class Meta(Kept.Meta):
        constraints = [models.UniqueConstraint(fields=["event", "contact"], name="event_contact_once")]
        indexes = [models.Index(fields=["contact"], name="event_contact")]
