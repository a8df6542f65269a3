"""A wish to be linked to another advisor: who asks, whom, and when it takes effect."""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.ground.access.managers import TenantModel
from accounts.ground.tree.models import Account, Firm, Practice


class LinkState(models.TextChoices):
    """Where a wish stands; the first two are alive."""

    ASKED = "asked", _("Waits for the advisor")
    ACCEPTED = "accepted", _("Accepted")
    REJECTED = "rejected", _("Rejected")
    EXPIRED = "expired", _("Expired unanswered")
    CANCELLED = "cancelled", _("Cancelled")
    DONE = "done", _("Carried out")
    FAILED = "failed", _("Could not be carried out")


ALIVE = (LinkState.ASKED, LinkState.ACCEPTED)


def _key(model: type[models.Model], **more: object) -> models.ForeignKey:
    return models.ForeignKey(model, on_delete=models.PROTECT, related_name="+", db_constraint=False, **more)  # type: ignore[arg-type]


class Linkage(TenantModel):
    """One wish. What the asked advisor must know of a stranger's account stands in the row itself; it sees no more."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    firm = _key(Firm)
    practice = _key(Practice)
    account = _key(Account)
    to_firm = _key(Firm)
    to_practice = _key(Practice)
    to_master = _key(Account)
    number = models.CharField(max_length=10)
    title = models.CharField(max_length=200)
    holder = models.CharField(max_length=60, blank=True)
    state = models.CharField(max_length=10, choices=LinkState, default=LinkState.ASKED)
    asked_at = models.DateTimeField()
    asked_by = models.BigIntegerField()
    decided_at = models.DateTimeField(null=True)
    decided_by = models.BigIntegerField(null=True)
    effective_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    problem = models.CharField(max_length=200, blank=True)

    scoped_by = {"firm": "firm_id", "practice": "practice_id", "account": "account_id"}

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["account"], condition=models.Q(state__in=ALIVE), name="one_living_link_an_account"
            ),
            models.CheckConstraint(
                condition=~models.Q(state=LinkState.ACCEPTED) | models.Q(effective_at__isnull=False),
                name="link_accepted_has_time",
            ),
        ]
        indexes = [
            models.Index(fields=["effective_at"], condition=models.Q(state=LinkState.ACCEPTED), name="link_due"),
            models.Index(fields=["to_practice", "asked_at"], name="link_to_practice"),
            models.Index(fields=["practice", "asked_at"], name="link_practice"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.state}"


class AskedLinkage(Linkage):
    """The same rows, seen from the advisor that is asked."""

    scoped_by = {"firm": "to_firm_id", "practice": "to_practice_id", "account": "to_master_id"}

    class Meta(TenantModel.Meta):
        proxy = True
