"""What a practice should know without being asked: corporate actions, holds, news of its accounts."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.ground.access.managers import TenantModel
from accounts.ground.people.models import User
from accounts.ground.tree.models import Account, Firm, Practice


class NotificationKind(models.TextChoices):
    """Group in the bell's menu."""

    CORPORATE_ACTION = "corporate_action", _("Corporate action")
    STATEMENT = "statement", _("Statement")
    MESSAGE = "message", _("Message")


class Notification(TenantModel):
    """One piece of news for a practice."""

    firm = models.ForeignKey(Firm, on_delete=models.PROTECT, related_name="notifications")
    practice = models.ForeignKey(Practice, on_delete=models.PROTECT, related_name="notifications")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="notifications")
    kind = models.CharField(max_length=20, choices=NotificationKind)
    title = models.CharField(max_length=200)
    body = models.TextField(blank=True)
    natural_key = models.CharField(max_length=200)
    day = models.DateField()
    created_at = models.DateTimeField(db_default=models.functions.Now())

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["practice", "natural_key"], name="notification_once")]
        indexes = [
            models.Index(fields=["practice", "-created_at"], name="notification_practice"),
            models.Index(fields=["firm", "-created_at"], name="notification_firm"),
        ]


class NotificationRead(models.Model):
    """That a user has opened a notification."""

    pk = models.CompositePrimaryKey("user_id", "notification_id")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    notification = models.ForeignKey(Notification, on_delete=models.CASCADE, related_name="reads")
    read_at = models.DateTimeField(db_default=models.functions.Now())
