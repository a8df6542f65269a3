"""Acts that need the approval of others: rules, who may approve, what waits, and who said what."""

import uuid
from datetime import datetime

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.ground.access.managers import TenantModel
from accounts.ground.people.models import Seat
from accounts.ground.tree.models import Account, Firm, Practice


class AuthorizationState(models.TextChoices):
    """Where an act that needs approval stands."""

    REQUESTED = "requested", _("Requested")
    PARTLY = "partly", _("Partly approved")
    APPROVED = "approved", _("Approved")
    REJECTED = "rejected", _("Rejected")
    EXPIRED = "expired", _("Expired")


OPEN = (AuthorizationState.REQUESTED, AuthorizationState.PARTLY)


class AuthorizationRule(TenantModel):
    """Some kinds of acts of one institution need so many approvals by users other than the one who asks."""

    firm = models.ForeignKey(Firm, on_delete=models.PROTECT, related_name="+")
    practice = models.ForeignKey(Practice, on_delete=models.PROTECT, null=True, related_name="+")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+")
    kinds = ArrayField(models.CharField(max_length=40))
    approvals = models.PositiveSmallIntegerField()
    created_at = models.DateTimeField(db_default=models.functions.Now())

    scoped_by = {"firm": "firm_id", "practice": "practice_id", "account": "account_id"}

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["firm", "id"], name="authorization_rule_firm_id"),
            models.CheckConstraint(condition=models.Q(approvals__gte=1), name="authorization_rule_approvals"),
        ]


class Authorizer(TenantModel):
    """A user who may approve under a rule."""

    firm = models.ForeignKey(Firm, on_delete=models.PROTECT, related_name="+")
    rule = models.ForeignKey(AuthorizationRule, on_delete=models.CASCADE, related_name="authorizers")
    seat = models.ForeignKey(Seat, on_delete=models.PROTECT, related_name="duties")

    scoped_by = {"firm": "firm_id", "practice": "rule__practice_id", "account": "rule__account_id"}

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["rule", "seat"], name="authorizer_once")]


class Authorization(TenantModel):
    """One act that waits, or waited, for approval. Without a rule any other manager may approve it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    firm = models.ForeignKey(Firm, on_delete=models.PROTECT, related_name="+")
    practice = models.ForeignKey(Practice, on_delete=models.PROTECT, null=True, related_name="+")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+")
    rule = models.ForeignKey(AuthorizationRule, on_delete=models.SET_NULL, null=True, related_name="+")
    kind = models.CharField(max_length=40)
    title = models.CharField(max_length=200)
    detail = models.JSONField(default=dict)
    requested_by = models.ForeignKey(Seat, on_delete=models.PROTECT, related_name="authorizations_asked")
    subject = models.ForeignKey(Seat, on_delete=models.PROTECT, null=True, related_name="+")
    needed = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=10, choices=AuthorizationState, default=AuthorizationState.REQUESTED)
    asked_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    scoped_by = {"firm": "firm_id", "practice": "practice_id", "account": "account_id"}

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["firm", "id"], name="authorization_firm_id"),
            models.CheckConstraint(
                condition=models.Q(state__in=OPEN, finished_at__isnull=True)
                | (~models.Q(state__in=OPEN) & models.Q(finished_at__isnull=False)),
                name="authorization_finished_has_time",
            ),
        ]
        indexes = [models.Index(fields=["firm", "-asked_at"], name="authorization_latest")]

    def state_at(self, at: datetime) -> str:
        """The state with the passing of time in it."""
        is_late = self.state in OPEN and self.expires_at <= at
        return AuthorizationState.EXPIRED if is_late else self.state


class Vote(TenantModel):
    """What one authorizer said, once."""

    firm = models.ForeignKey(Firm, on_delete=models.PROTECT, related_name="+")
    authorization = models.ForeignKey(Authorization, on_delete=models.PROTECT, related_name="votes")
    seat = models.ForeignKey(Seat, on_delete=models.PROTECT, related_name="+")
    approves = models.BooleanField()
    reason = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField()

    scoped_by = {"firm": "firm_id", "practice": "authorization__practice_id"}

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["authorization", "seat"], name="one_vote_a_user")]
