"""Money that moves again and again: what is to be asked for, how often, and what became of each time."""

import uuid
from decimal import Decimal

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.broker.feed.models import tenant_account, tenant_firm
from accounts.broker.funding.models import FundingKind, FundingMethod, FundingRequest, OfOwnPractice, SavedBank
from accounts.ground.tree.models import Account, Practice

LONGEST_NAME = 64


class Every(models.TextChoices):
    """How often."""

    MONTH = "month", _("Every month")
    QUARTER = "quarter", _("Every quarter")
    YEAR = "year", _("Every year")


class State(models.TextChoices):
    """Whether it goes on."""

    ACTIVE = "active", _("Active")
    PAUSED = "paused", _("Paused")
    ENDED = "ended", _("Ended")


class RecurringInstruction(OfOwnPractice):
    """A movement that is asked for on one day of each month, quarter or year. `next_on` is the day that it is due by
    the instruction's own count; where that is no business day it is asked for on the one before."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    firm = tenant_firm()
    practice = models.ForeignKey(
        Practice, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="+"
    )
    account = tenant_account()
    name = models.CharField(max_length=LONGEST_NAME)
    kind = models.CharField(max_length=16, choices=FundingKind)
    method = models.CharField(max_length=10, choices=FundingMethod)
    amount = models.DecimalField(max_digits=20, decimal_places=2)
    currency = models.CharField(max_length=3)
    counter = models.ForeignKey(
        Account, on_delete=models.PROTECT, null=True, db_constraint=False, db_index=False, related_name="+"
    )
    bank = models.ForeignKey(
        SavedBank, on_delete=models.PROTECT, null=True, db_constraint=False, db_index=False, related_name="+"
    )
    every = models.CharField(max_length=10, choices=Every)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True)
    next_on = models.DateField()
    state = models.CharField(max_length=10, choices=State, default=State.ACTIVE)
    is_by_advisor = models.BooleanField()
    factor = models.CharField(max_length=20, blank=True)
    key = models.UUIDField()
    asked_by = models.BigIntegerField()
    seat = models.BigIntegerField()
    asked_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=300, blank=True)

    class Meta(OfOwnPractice.Meta):
        constraints = [
            models.UniqueConstraint(fields=["firm", "account", "id"], name="recurring_of_account"),
            models.UniqueConstraint(fields=["asked_by", "key"], name="recurring_asked_once"),
            models.CheckConstraint(condition=~Q(name="") & Q(amount__gt=Decimal(0)), name="recurring_says_what"),
            models.CheckConstraint(
                condition=Q(kind="internal_cash", counter__isnull=False, method="INTERNAL", bank=None)
                | Q(kind="deposit", counter=None, bank=None) & ~Q(method="INTERNAL")
                | Q(kind="withdrawal", counter=None) & (Q(method="CHECK", bank=None) | Q(bank__isnull=False)),
                name="recurring_says_where",
            ),
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=models.F("starts_on")), name="recurring_ends_after_start"
            ),
            models.CheckConstraint(condition=Q(next_on__gte=models.F("starts_on")), name="recurring_next_after_start"),
            models.CheckConstraint(
                condition=Q(state="ended", ended_at__isnull=False) | ~Q(state="ended") & Q(ended_at=None),
                name="recurring_end_has_time",
            ),
        ]
        indexes = [
            models.Index(fields=["next_on"], condition=Q(state="active"), name="recurring_due"),
            models.Index(fields=["firm", "practice"], name="recurring_practice"),
            models.Index(fields=["account"], name="recurring_account"),
        ]

    def __str__(self) -> str:
        return self.name


class RecurringTurn(OfOwnPractice):
    """One time that an instruction was due: the request that was asked for, or why none was."""

    id = models.BigAutoField(primary_key=True)
    firm = tenant_firm()
    practice = models.ForeignKey(
        Practice, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="+"
    )
    account = tenant_account()
    instruction = models.ForeignKey(
        RecurringInstruction, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="turns"
    )
    due_on = models.DateField()
    asked_on = models.DateField()
    request = models.OneToOneField(
        FundingRequest, on_delete=models.PROTECT, null=True, db_constraint=False, related_name="turn"
    )
    problem = models.CharField(max_length=300, blank=True)
    said = models.JSONField(default=dict)

    class Meta(OfOwnPractice.Meta):
        constraints = [
            models.UniqueConstraint(fields=["instruction", "due_on"], name="recurring_turn_once"),
            models.CheckConstraint(
                condition=Q(request__isnull=False, problem="") | Q(request=None) & ~Q(problem=""),
                name="recurring_turn_has_outcome",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.instruction_id} {self.due_on}"
