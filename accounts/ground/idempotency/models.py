"""Idempotency keys: the same money-moving request sent twice gives the first answer, never a second movement."""

from django.db import models


class IdempotencyKey(models.Model):
    """One caller's key with the fingerprint of its request and the stored answer; kept for ever."""

    user_id = models.BigIntegerField()
    key = models.CharField(max_length=200)
    route = models.CharField(max_length=200)
    fingerprint = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)
    answer = models.JSONField(null=True)
    created_at = models.DateTimeField(db_default=models.functions.Now())

    unscoped = models.Manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user_id", "key"], name="key_once_a_user")]
