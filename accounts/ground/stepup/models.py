"""Step-up grants: a fresh proof of identity bound to one task's content, used once, in that task's transaction."""

import uuid

from django.db import models


class StepUpGrant(models.Model):
    """Permission to do exactly the task whose content hashes to `task`, for five minutes, once."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    user_id = models.BigIntegerField()
    session = models.CharField(max_length=64, help_text="SHA-256 of the session key, so the row alone opens nothing")
    task = models.CharField(max_length=64)
    factor = models.CharField(max_length=20)
    created_at = models.DateTimeField(db_default=models.functions.Now())
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    unscoped = models.Manager()

    class Meta:
        indexes = [models.Index(fields=["user_id", "task"], name="stepup_user_task")]
