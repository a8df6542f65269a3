"""What a client is told of a fee that was charged: the document as it was written that night, and who asked for it."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.ground.access.managers import TenantModel
from accounts.ground.tree.models import Account, Firm, Practice
from fees.posting.models import Charge


class Mode(models.TextChoices):
    """How an advisor's clients hear of their fees."""

    NONE = "none", _("No notices")
    MAIL = "mail", _("By e-mail")
    BOTH = "both", _("By e-mail and in the message center")


class NoticeSetting(TenantModel):
    """What one practice has chosen for all its clients; without a row the usual applies."""

    practice = models.OneToOneField(
        Practice, on_delete=models.PROTECT, primary_key=True, related_name="+", db_constraint=False
    )
    firm = models.ForeignKey(Firm, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    mode = models.CharField(max_length=5, choices=Mode)
    changed_at = models.DateTimeField()
    changed_by = models.BigIntegerField()

    scoped_by = {"firm": "firm_id", "practice": "practice_id"}

    class Meta(TenantModel.Meta):
        constraints = [models.CheckConstraint(condition=models.Q(mode__in=Mode.values), name="notice_mode_known")]


class Notice(TenantModel):
    """The invoice document of one posted fee, in the client's language and under the brand of that night.

    `document` is a title, labelled facts, the calculation in sentences, and a table; it never changes.
    """

    charge = models.OneToOneField(
        Charge, on_delete=models.PROTECT, primary_key=True, related_name="notice", db_constraint=False
    )
    firm = models.ForeignKey(Firm, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    account = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="notices", db_constraint=False, db_index=False
    )
    practice = models.ForeignKey(
        Practice, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    day = models.DateField()
    mode = models.CharField(max_length=5, choices=Mode)
    language = models.CharField(max_length=10)
    brand = models.CharField(max_length=200)
    amount = models.DecimalField(max_digits=20, decimal_places=2)
    currency = models.CharField(max_length=3)
    document = models.JSONField()
    sha256 = models.CharField(max_length=64)
    run_id = models.BigIntegerField()

    class Meta(TenantModel.Meta):
        indexes = [
            models.Index(fields=["account", "-day"], name="notice_account_day"),
            models.Index(fields=["practice", "-day"], name="notice_practice_day"),
            models.Index(fields=["firm", "-day"], name="notice_firm_day"),
        ]

    def __str__(self) -> str:
        return f"notice of {self.amount} {self.currency} to account {self.account_id}"
