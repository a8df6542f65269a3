"""Corrections of exchange rates by the back office, with what stood there before."""

from django.db import models
from django.db.models import Q


class RateCorrection(models.Model):
    """One rate that was wrong: old, new, why, by whom. Written once; nights that are sealed keep what they used."""

    day = models.DateField()
    from_currency = models.CharField(max_length=3)
    to_currency = models.CharField(max_length=3)
    old = models.DecimalField(max_digits=20, decimal_places=10)
    new = models.DecimalField(max_digits=20, decimal_places=10)
    reason = models.CharField(max_length=300)
    user_id = models.BigIntegerField()
    at = models.DateTimeField()

    unscoped = models.Manager()

    class Meta:
        db_table = "broker_ratecorrection"
        constraints = [
            models.CheckConstraint(condition=Q(old__gt=0, new__gt=0), name="ratecorrection_positive"),
            models.CheckConstraint(condition=~Q(old=models.F("new")), name="ratecorrection_changes"),
            models.CheckConstraint(condition=~Q(reason=""), name="ratecorrection_has_reason"),
        ]
        indexes = [models.Index(fields=["-at"], name="ratecorrection_latest")]
