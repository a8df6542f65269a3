"""What a person wants to be told, and how: one row a kind that was chosen otherwise than usual."""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.ground.access.managers import TenantModel
from accounts.ground.tree.models import Firm


class NewsKind(models.TextChoices):
    """What people are told of. The first three are news of the bell; the others are mails of their own."""

    CORPORATE_ACTION = "corporate_action", _("Corporate actions")
    STATEMENT = "statement", _("Held accounts and statements")
    MESSAGE = "message", _("News of the practice")
    CONVERSATION = "conversation", _("Messages and tickets")
    REPORT = "report", _("Reports that are ready")
    REMINDER = "reminder", _("Reminders of events")


class ByMail(models.TextChoices):
    """How a kind comes by mail."""

    NO = "no", _("No mail")
    EACH = "each", _("A mail each time")
    DAILY = "daily", _("In the mail of the morning")


class NewsChoice(TenantModel):
    """One person's choice for one kind, in one seat; mails were last owed at `told_until`."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    firm = models.ForeignKey(Firm, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    user_id = models.BigIntegerField()
    seat_id = models.BigIntegerField()
    kind = models.CharField(max_length=20, choices=NewsKind)
    is_counted = models.BooleanField(default=True)
    by_mail = models.CharField(max_length=5, choices=ByMail, default=ByMail.NO)
    since = models.DateTimeField(help_text=_("What came before is not mailed"))
    told_until = models.DateTimeField()

    class Meta(TenantModel.Meta):
        db_table = "portal_newschoice"
        constraints = [
            models.UniqueConstraint(fields=["user_id", "seat_id", "kind"], name="news_choice_once"),
            models.CheckConstraint(condition=models.Q(kind__in=NewsKind.values), name="news_kind_known"),
            models.CheckConstraint(condition=models.Q(by_mail__in=ByMail.values), name="news_mail_known"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.by_mail}"
