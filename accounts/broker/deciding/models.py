"""Movements that no line ends by itself: what the back office found out about one, and who agreed."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.broker.activity.models import CashLine, PositionTransfer
from accounts.broker.feed.models import tenant_firm
from accounts.broker.funding.models import FundingRequest
from accounts.ground.access.managers import TenantModel

LONGEST_REASON = 300


class Outcome(models.TextChoices):
    """What became of a movement."""

    SHOWN = "shown", _("A line of a statement shows it")
    NOT_DONE = "not_done", _("The broker has not done it, and will not")


class DecisionState(models.TextChoices):
    """How far a decision has got."""

    PROPOSED = "proposed", _("Waits for a second person")
    AGREED = "agreed", _("Agreed")
    DECLINED = "declined", _("Declined")


class FundingDecision(TenantModel):
    """What one person of the back office proposes about a movement that is on its way, and a second one decides.

    A movement that is done is shown by a line all the same, though by one that our own comparison does not take.
    """

    id = models.BigAutoField(primary_key=True)
    firm = tenant_firm()
    request = models.ForeignKey(FundingRequest, on_delete=models.PROTECT, db_constraint=False, related_name="decisions")
    outcome = models.CharField(max_length=10, choices=Outcome)
    line = models.ForeignKey(
        CashLine, on_delete=models.PROTECT, null=True, db_constraint=False, db_index=False, related_name="+"
    )
    moved = models.ForeignKey(
        PositionTransfer, on_delete=models.PROTECT, null=True, db_constraint=False, db_index=False, related_name="+"
    )
    reason = models.CharField(max_length=LONGEST_REASON)
    state = models.CharField(max_length=10, choices=DecisionState, default=DecisionState.PROPOSED)
    proposed_by = models.BigIntegerField()
    proposed_at = models.DateTimeField()
    decided_by = models.BigIntegerField(null=True)
    decided_at = models.DateTimeField(null=True)

    scoped_by = {"firm": "firm_id"}

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["request"], condition=Q(state="proposed"), name="fundingdecision_one_at_a_time"
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="fundingdecision_says_why"),
            models.CheckConstraint(
                condition=Q(outcome="not_done", line=None, moved=None)
                | Q(outcome="shown", line__isnull=False, moved=None)
                | Q(outcome="shown", line=None, moved__isnull=False),
                name="fundingdecision_names_a_line",
            ),
            models.CheckConstraint(
                condition=Q(state="proposed", decided_by=None, decided_at=None)
                | Q(~Q(state="proposed"), decided_by__isnull=False, decided_at__isnull=False),
                name="fundingdecision_has_a_second",
            ),
            models.CheckConstraint(
                condition=~Q(state="agreed") | ~Q(decided_by=models.F("proposed_by")),
                name="fundingdecision_by_two_people",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.request_id} {self.outcome}"
