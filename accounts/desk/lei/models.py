"""LEI elections: how an account that must report its derivatives gets its legal entity identifier."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.broker.restrictions.models import keyed_elsewhere
from accounts.ground.access.managers import TenantModel
from accounts.ground.tree.models import Account, Firm, Practice

LEI_PATTERN = r"^[A-Z0-9]{18}[0-9]{2}$"


class LeiChoice(models.TextChoices):
    """What was elected; the broker's answer to an application is written beside it."""

    HELD = "held", _("I have an LEI")
    APPLY = "apply", _("Apply for an LEI on my behalf")
    NONE = "none", _("I have none and want none, because I am not subject to the rules")
    ISSUED = "issued", _("Issued on application")


# What the owner elects, and what of it cannot be changed any more.
ELECTED = (LeiChoice.HELD, LeiChoice.APPLY, LeiChoice.NONE)
FINAL = (LeiChoice.HELD, LeiChoice.APPLY)


class LeiElection(TenantModel):
    """One election, or the answer to an application; the latest holds. Never changed, never deleted."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    firm = keyed_elsewhere(Firm)
    practice = keyed_elsewhere(Practice)
    account = models.ForeignKey(
        Account, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="+"
    )
    choice = models.CharField(max_length=6, choices=LeiChoice)
    lei = models.CharField(max_length=20, blank=True)
    elected_by = models.BigIntegerField()
    elected_at = models.DateTimeField()

    # Whoever sees the account sees what was elected for it, also after it has gone to another advisor.
    scoped_by = {"firm": "firm_id", "practice": "account__practice_id", "account": "account_id"}

    class Meta(TenantModel.Meta):
        constraints = [
            models.CheckConstraint(condition=Q(choice__in=LeiChoice.values), name="lei_choice_known"),
            models.CheckConstraint(
                condition=Q(choice__in=[LeiChoice.HELD, LeiChoice.ISSUED], lei__regex=LEI_PATTERN)
                | Q(choice__in=[LeiChoice.APPLY, LeiChoice.NONE], lei=""),
                name="lei_where_there_is_one",
            ),
            models.UniqueConstraint(fields=["account"], condition=Q(choice__in=FINAL), name="lei_elected_once"),
        ]
        indexes = [models.Index(fields=["account", "-elected_at"], name="lei_latest")]

    def __str__(self) -> str:
        return f"{self.account_id} {self.choice}"

    @property
    def is_final(self) -> bool:
        """Whether the owner can change nothing any more."""
        return self.choice != LeiChoice.NONE
