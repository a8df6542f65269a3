"""The night as rows: run, stage, chunk, hold and seal. A job is a row first; the broker only wakes workers."""

from datetime import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.ground.access.managers import TenantModel
from accounts.ground.runs.words import stage_words
from accounts.ground.tree.models import Account, Firm, Practice


class RunState(models.TextChoices):
    """Where a run, stage or chunk stands."""

    WAITING = "waiting", _("Waiting")
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    HELD = "held", _("Held")


class Run(models.Model):
    """One night for one business day; there is never a second one for the same day."""

    day = models.DateField(unique=True)
    state = models.CharField(max_length=10, choices=RunState, default=RunState.WAITING)
    asked_at = models.DateTimeField(db_default=models.functions.Now())
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    problem = models.TextField(blank=True)
    paused_at = models.DateTimeField(null=True, help_text=_("Nothing of it is taken up until somebody lets it go on"))

    unscoped = models.Manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["id", "day"], name="run_id_day")]

    def __str__(self) -> str:
        return f"night of {self.day}"

    @property
    def at(self) -> datetime:
        """The instant that what the run does bears: when it began, the same for all its workers and tries."""
        return self.started_at or self.asked_at

    @property
    def is_paused(self) -> bool:
        """Whether somebody has stopped it and nobody let it go on."""
        return self.paused_at is not None and self.state != RunState.DONE


class RunStage(models.Model):
    """One numbered stage of a run, with its counts and sums."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="stages")
    ordinal = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=20)
    state = models.CharField(max_length=10, choices=RunState, default=RunState.WAITING)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    rows = models.BigIntegerField(default=0)
    figures = models.JSONField(default=dict)

    unscoped = models.Manager()

    class Meta:
        ordering = ["ordinal"]
        constraints = [models.UniqueConstraint(fields=["run", "name"], name="stage_once_a_run")]

    def __str__(self) -> str:
        return stage_words(self.name)


class RunChunk(models.Model):
    """A range of accounts [lo, hi) of one stage; its transaction writes results and marks it done."""

    stage = models.ForeignKey(RunStage, on_delete=models.CASCADE, related_name="chunks")
    lo = models.BigIntegerField()
    hi = models.BigIntegerField()
    state = models.CharField(max_length=10, choices=RunState, default=RunState.WAITING)
    rows = models.BigIntegerField(default=0)
    total = models.DecimalField(max_digits=24, decimal_places=8, default=0)
    digest = models.CharField(max_length=64, blank=True)
    done_at = models.DateTimeField(null=True)

    unscoped = models.Manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["stage", "lo"], name="chunk_once_a_stage")]
        indexes = [models.Index(fields=["stage", "state"], name="chunk_stage_state")]


class Hold(TenantModel):
    """An account kept out of a stage of a day, with the reason; the rest of the night goes on."""

    firm = models.ForeignKey(Firm, on_delete=models.PROTECT, related_name="holds")
    practice = models.ForeignKey(Practice, on_delete=models.PROTECT, related_name="holds")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="holds")
    day = models.DateField()
    stage = models.CharField(max_length=20)
    reason = models.CharField(max_length=40)
    detail = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField(db_default=models.functions.Now())
    retry_asked_at = models.DateTimeField(null=True)
    resolved_at = models.DateTimeField(null=True)
    resolution = models.CharField(max_length=200, blank=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["account", "day", "stage", "reason"], name="hold_once"),
        ]
        indexes = [
            models.Index(fields=["day"], name="hold_day"),
            models.Index(
                fields=["account"], condition=models.Q(reason="by_office", resolved_at=None), name="hold_by_office"
            ),
        ]


class DecisionKind(models.TextChoices):
    """What the back office may decide about a night."""

    PAUSE = "pause", _("Paused")
    RESUME = "resume", _("Went on")
    CARRY = "carry", _("Value of the day before used")
    HOLD = "hold", _("Account held back")
    RELEASE = "release", _("Account let in")


class NightDecision(TenantModel):
    """What somebody of the back office decided about a night, and why; written once, and part of a seal.

    `day` is the night it is about, `night` the one whose seal shows it: a later one where that of `day` had gone by.
    A decision about a whole night has no firm.
    """

    firm = models.ForeignKey(Firm, on_delete=models.PROTECT, null=True, related_name="+", db_constraint=False)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+", db_constraint=False)
    day = models.DateField()
    night = models.DateField()
    kind = models.CharField(max_length=10, choices=DecisionKind)
    reason = models.CharField(max_length=300)
    value = models.DecimalField(max_digits=20, decimal_places=4, null=True)
    value_of = models.DateField(null=True)
    user_id = models.BigIntegerField()
    at = models.DateTimeField()

    class Meta(TenantModel.Meta):
        db_table = "accounts_nightdecision"
        constraints = [
            models.CheckConstraint(condition=~models.Q(reason=""), name="decision_has_reason"),
            models.CheckConstraint(
                condition=models.Q(kind__in=("pause", "resume"), firm=None, account=None)
                | models.Q(~models.Q(kind__in=("pause", "resume")), firm__isnull=False, account__isnull=False),
                name="decision_about_one_account_or_all",
            ),
            models.CheckConstraint(
                condition=models.Q(kind="carry", value__isnull=False, value_of__isnull=False)
                | models.Q(~models.Q(kind="carry"), value=None, value_of=None),
                name="decision_names_the_value",
            ),
        ]
        indexes = [
            models.Index(fields=["night"], name="decision_night"),
            models.Index(fields=["account", "day"], name="decision_account_day"),
        ]


class NightWatch(models.Model):
    """Who is told at once when a night stops; the newest row counts, and one without a user means nobody."""

    user_id = models.BigIntegerField(null=True)
    by_id = models.BigIntegerField()
    at = models.DateTimeField()

    unscoped = models.Manager()


class Seal(TenantModel):
    """A firm's closed day: the digest of everything posted, chained to the day before."""

    firm = models.ForeignKey(Firm, on_delete=models.PROTECT, related_name="seals")
    day = models.DateField()
    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="seals")
    previous = models.CharField(max_length=64, blank=True)
    digest = models.CharField(max_length=64)
    billable = models.BigIntegerField()
    billed = models.BigIntegerField()
    zero = models.BigIntegerField()
    held = models.BigIntegerField()
    figures = models.JSONField(default=dict)
    sealed_at = models.DateTimeField(db_default=models.functions.Now())

    scoped_by = {"firm": "firm_id"}  # below the top level only the sealed day is known (SQL function app_sealed_day)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["firm", "day"], name="seal_once_a_firm_and_day"),
            models.CheckConstraint(
                condition=models.Q(billable=models.F("billed") + models.F("zero") + models.F("held")),
                name="seal_counts_add_up",
            ),
        ]
