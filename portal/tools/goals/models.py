"""Goals of clients and what a simulation has said of them; its seed is kept, so that the number can be had again."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.broker.feed.models import AccountRow, tenant_account, tenant_firm
from portal.tools.goals.rules import Kind

KINDS = [
    (Kind.VACATION.value, _("Vacation")),
    (Kind.MEDICAL.value, _("Medical")),
    (Kind.HOUSE.value, _("House down payment")),
    (Kind.OTHER.value, _("Other spending")),
    (Kind.COLLEGE.value, _("College")),
    (Kind.RETIREMENT.value, _("Retirement")),
]


def _amount(**more: object) -> models.DecimalField:
    return models.DecimalField(max_digits=20, decimal_places=2, **more)  # type: ignore[arg-type]


class Goal(AccountRow):
    """What somebody saves for, and how likely the account gets there. An empty `start` is the account's own value."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    firm = tenant_firm()
    account = tenant_account()
    name = models.CharField(max_length=60)
    kind = models.CharField(max_length=12, choices=KINDS)
    amount = _amount()
    starts_on = models.DateField()
    years = models.PositiveSmallIntegerField(default=0)
    contribution = _amount(default=0)
    social_security = _amount(default=0)
    start = _amount(null=True, blank=True)
    mean = models.DecimalField(max_digits=6, decimal_places=4)
    volatility = models.DecimalField(max_digits=6, decimal_places=4)
    seed = models.BigIntegerField()
    ran_on = models.DateField()
    ran_from = _amount()
    value_day = models.DateField(null=True)
    probability = models.DecimalField(max_digits=6, decimal_places=5)
    outcome = models.JSONField()
    saved_by = models.BigIntegerField()
    saved_at = models.DateTimeField()

    class Meta(AccountRow.Meta):
        db_table = "tools_goal"
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=[one.value for one in Kind]), name="goal_kind_known"),
            models.CheckConstraint(condition=Q(probability__gte=0, probability__lte=1), name="goal_probability"),
            models.CheckConstraint(condition=Q(amount__gt=0, volatility__gte=0), name="goal_amounts"),
        ]
        indexes = [models.Index(fields=["account", "starts_on"], name="goal_of_account")]

    def __str__(self) -> str:
        return self.name
