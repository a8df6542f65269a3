"""Long work a person asked for: a row with progress, so a page can be closed and opened again."""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _


class JobState(models.TextChoices):
    """Where a job stands."""

    WAITING = "waiting", _("Waiting")
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")
    CANCELLED = "cancelled", _("Cancelled")


class Job(models.Model):
    """One piece of long work, owned by the user who asked for it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    user_id = models.BigIntegerField()
    seat_id = models.BigIntegerField(null=True)
    firm_id = models.BigIntegerField(null=True)
    kind = models.CharField(max_length=40)
    arguments = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=JobState, default=JobState.WAITING)
    done = models.BigIntegerField(default=0)
    of = models.BigIntegerField(null=True)
    message = models.CharField(max_length=300, blank=True)
    result = models.JSONField(null=True)
    created_at = models.DateTimeField(db_default=models.functions.Now())
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    unscoped = models.Manager()

    class Meta:
        indexes = [
            models.Index(
                fields=["seat_id", "finished_at"], condition=models.Q(kind="export"), name="job_exports_of_seat"
            )
        ]
