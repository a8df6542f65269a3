"""Which client account trades with which money manager: asked by its advisor, accepted by the money manager."""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.ground.access.managers import TenantModel
from accounts.ground.tree.models import Account, Firm, Practice


class AssignmentState(models.TextChoices):
    """Where an assignment stands; the first two are alive."""

    ASKED = "asked", _("Waits for the money manager")
    ACCEPTED = "accepted", _("Accepted")
    DECLINED = "declined", _("Declined")
    CANCELLED = "cancelled", _("Cancelled")
    ENDED = "ended", _("Ended")


ALIVE = (AssignmentState.ASKED, AssignmentState.ACCEPTED)


def _key(model: type[models.Model], name: str = "+") -> models.ForeignKey:
    return models.ForeignKey(  # type: ignore[arg-type]
        model, on_delete=models.PROTECT, related_name=name, db_constraint=False, db_index=False
    )


class Assignment(TenantModel):
    """One account and one money manager. What the money manager must know before it accepts stands in the row itself:
    it sees the account no sooner."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    firm = _key(Firm)
    practice = _key(Practice)
    account = _key(Account, "assignments")
    manager = _key(Account, "managed")
    number = models.CharField(max_length=10)
    title = models.CharField(max_length=200)
    advisor = models.CharField(max_length=200)
    state = models.CharField(max_length=10, choices=AssignmentState, default=AssignmentState.ASKED)
    asked_at = models.DateTimeField()
    asked_by = models.BigIntegerField()
    decided_at = models.DateTimeField(null=True)
    decided_by = models.BigIntegerField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.BigIntegerField(null=True)

    scoped_by = {**TenantModel.scoped_by, "assigned": "manager_id"}

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["account"], condition=models.Q(state__in=ALIVE), name="assignment_one_an_account"
            ),
            models.CheckConstraint(
                condition=models.Q(state=AssignmentState.ASKED, decided_at=None)
                | (~models.Q(state=AssignmentState.ASKED) & models.Q(decided_at__isnull=False)),
                name="assignment_decided_has_time",
            ),
            models.CheckConstraint(
                condition=models.Q(state=AssignmentState.ENDED, ended_at__isnull=False)
                | (~models.Q(state=AssignmentState.ENDED) & models.Q(ended_at=None)),
                name="assignment_ended_has_time",
            ),
        ]
        indexes = [
            models.Index(fields=["manager", "-asked_at"], name="assignment_manager"),
            models.Index(fields=["practice", "-asked_at"], name="assignment_practice"),
        ]

    def __str__(self) -> str:
        return f"{self.number} for money manager {self.manager_id}"
