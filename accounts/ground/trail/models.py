"""What happened: business events written by actions, and row history written below the ORM by triggers."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.ground.access.managers import TenantModel
from accounts.ground.tree.models import Account, Firm, Practice


class Event(TenantModel):
    """One business event, such as a deposit or an opened account; what other parts and Recent Activity read."""

    firm = models.ForeignKey(Firm, on_delete=models.PROTECT, related_name="events")
    practice = models.ForeignKey(Practice, on_delete=models.PROTECT, related_name="events")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="events")
    kind = models.CharField(max_length=30)
    title = models.CharField(max_length=200)
    status = models.CharField(max_length=40, blank=True)
    data = models.JSONField(default=dict)
    natural_key = models.CharField(max_length=200, null=True)
    day = models.DateField()
    at = models.DateTimeField(db_default=models.functions.Now())
    user_id = models.BigIntegerField(null=True)

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["firm", "natural_key"], name="event_once")]
        indexes = [
            models.Index(fields=["firm", "-day"], name="event_firm_day"),
            models.Index(fields=["practice", "-day"], name="event_practice_day"),
            models.Index(fields=["account", "-day"], name="event_account_day"),
        ]


class TrailEntry(models.Model):
    """One change of one row, written by a database trigger: who, when, from where, old and new values."""

    at = models.DateTimeField(db_default=models.functions.Now())
    table = models.CharField(max_length=63)
    row = models.CharField(max_length=80)
    operation = models.CharField(max_length=6)
    firm_id = models.BigIntegerField(null=True)
    practice_id = models.BigIntegerField(null=True)
    account_id = models.BigIntegerField(null=True)
    user_id = models.BigIntegerField(null=True)
    role = models.CharField(max_length=63, help_text=_("Database role that made the change"))
    address = models.CharField(max_length=45, blank=True)
    old = models.JSONField(null=True)
    new = models.JSONField(null=True)

    scoped_by = {"firm": "firm_id", "practice": "practice_id", "account": "account_id"}
    unscoped = models.Manager()

    class Meta:
        verbose_name_plural = _("trail entries")
        indexes = [
            models.Index(fields=["table", "row", "at"], name="trail_row"),
            models.Index(fields=["firm_id", "-at"], name="trail_firm"),
        ]
