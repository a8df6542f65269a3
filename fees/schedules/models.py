"""What a client agreed to pay an advisor: dated versions with their components. Agreed rows are never edited."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeBoundary, RangeOperators
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.ground.access.managers import TenantModel
from accounts.ground.tree.models import Account, Firm, Practice
from fees.engine.profit import MAX_SHARE
from fees.engine.registry import FIRST_APART, FUND_CODES, PROFIT_CODES, TRADE_CODES
from fees.engine.types import MARGINAL, WHOLE_BALANCE


class Strategy(models.TextChoices):
    """How an account is charged; exactly one at a time."""

    NONE = "none", _("No fee")
    DIRECT = "direct", _("Billed directly by the advisor")
    AUTOMATIC = "automatic", _("Charged automatically")


class DateRange(models.Func):
    """`starts` up to, not including, `ends`; an absent end is open."""

    function = "DATERANGE"
    output_field = DateRangeField()


class Schedule(TenantModel):
    """One version of what an account pays one payee, in force from `starts` until `ends` (not included).

    A version that was replaced before its first day keeps its row with an empty period.
    """

    firm = models.ForeignKey(Firm, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    account = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="schedules", db_constraint=False, db_index=False
    )
    practice = models.ForeignKey(
        Practice, on_delete=models.PROTECT, related_name="schedules", db_constraint=False, verbose_name=_("payee")
    )
    version = models.PositiveSmallIntegerField()
    strategy = models.CharField(max_length=10, choices=Strategy)
    starts = models.DateField()
    ends = models.DateField(null=True, help_text=_("First day on which it no longer applies"))
    signed_name = models.CharField(max_length=200, blank=True)
    signed_at = models.DateTimeField(null=True)
    document_hash = models.CharField(max_length=64, blank=True, help_text=_("SHA-256 of what the client signed"))
    agreed_at = models.DateTimeField()
    agreed_by = models.ForeignKey(
        "accounts.User", on_delete=models.PROTECT, null=True, related_name="+", db_constraint=False, db_index=False
    )
    commissions_to_master = models.BooleanField(db_default=False)
    other_fees_to_master = models.BooleanField(db_default=False)

    scoped_by = {**TenantModel.scoped_by, "payee": "practice_id"}

    class Meta(TenantModel.Meta):
        ordering = ["account", "practice", "version"]
        constraints = [
            ExclusionConstraint(
                name="schedule_one_in_force",
                expressions=[
                    ("account", RangeOperators.EQUAL),
                    ("practice", RangeOperators.EQUAL),
                    (DateRange("starts", "ends", RangeBoundary()), RangeOperators.OVERLAPS),
                ],
            ),
            models.UniqueConstraint(fields=["account", "practice", "version"], name="schedule_version_once"),
            models.CheckConstraint(
                condition=models.Q(ends__isnull=True) | models.Q(ends__gte=models.F("starts")),
                name="schedule_ends_after_start",
            ),
            models.CheckConstraint(condition=models.Q(strategy__in=Strategy.values), name="schedule_strategy_known"),
            # Nothing is charged automatically without the client's signed authorization.
            models.CheckConstraint(
                condition=~models.Q(strategy=Strategy.AUTOMATIC)
                | (
                    models.Q(signed_at__isnull=False)
                    & ~models.Q(signed_name="")
                    & models.Q(document_hash__regex="^[0-9a-f]{64}$")
                ),
                name="schedule_automatic_is_signed",
            ),
        ]

    def __str__(self) -> str:
        return f"schedule {self.pk} version {self.version} of account {self.account_id}"


class Component(TenantModel):
    """One method of a schedule with its figures, as agreed: `tiers` are ranges {low, high, rate} in text.

    `terms` are what the method asks for beyond these columns, as `fees.engine.asked` describes it.
    """

    id = models.AutoField(primary_key=True)
    schedule = models.ForeignKey(Schedule, on_delete=models.PROTECT, related_name="components", db_index=False)
    method = models.PositiveSmallIntegerField(help_text=_("Code of the engine's registry"))
    rate = models.DecimalField(max_digits=9, decimal_places=6, null=True)
    flat = models.DecimalField(max_digits=20, decimal_places=4, null=True)
    tiers = models.JSONField(default=list)
    mode = models.CharField(
        max_length=16,
        choices=[(MARGINAL, _("Each range at its own rate")), (WHOLE_BALANCE, _("Everything at the rate reached"))],
        default=MARGINAL,
    )
    terms = models.JSONField(default=dict, db_default=models.Value({}, output_field=models.JSONField()))

    scoped_by = {
        "firm": "schedule__firm_id",
        "practice": "schedule__practice_id",
        "account": "schedule__account_id",
        "payee": "schedule__practice_id",
    }

    class Meta(TenantModel.Meta):
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["schedule", "method"], name="component_method_once"),
            # Codes of fees on a value end at 29; their terms are columns.
            models.CheckConstraint(
                condition=models.Q(method__gte=FIRST_APART) | models.Q(terms={}), name="component_terms_of_its_method"
            ),
            models.CheckConstraint(
                condition=~models.Q(method__in=PROFIT_CODES)
                | models.Q(rate__isnull=False, rate__gt=0, rate__lte=MAX_SHARE, flat__isnull=True),
                name="component_profit_share",
            ),
            models.CheckConstraint(
                condition=~models.Q(method__in=TRADE_CODES) | models.Q(terms__has_key="schedules", rate__isnull=True),
                name="component_trade_schedules",
            ),
            models.CheckConstraint(
                condition=~models.Q(method__in=FUND_CODES) | models.Q(terms__has_key="funds", rate__isnull=True),
                name="component_funds",
            ),
        ]

    def __str__(self) -> str:
        return f"component {self.pk} method {self.method}"


def _bound() -> models.DecimalField:
    return models.DecimalField(max_digits=20, decimal_places=4, null=True)


def _rate() -> models.DecimalField:
    return models.DecimalField(max_digits=9, decimal_places=6, null=True)


def _fee_at_bound() -> models.DecimalField:
    return models.DecimalField(max_digits=30, decimal_places=10, null=True)


class RunSchedule(models.Model):
    """A component flattened to the one row that every night joins, written when it is agreed.

    Components never change, so a copy for each run would say nothing new: a line names its component, and this row is
    what was applied. Only edges move, by trigger: `ends` when a later version closes the schedule, `open_from` and
    `open_until` with the account, whose wide row the night then need not read.
    """

    component = models.OneToOneField(
        Component, on_delete=models.PROTECT, primary_key=True, related_name="flattened", db_constraint=False
    )
    schedule = models.ForeignKey(Schedule, on_delete=models.PROTECT, related_name="+", db_constraint=False)
    account_id = models.BigIntegerField()
    practice_id = models.BigIntegerField()
    method = models.PositiveSmallIntegerField()
    starts = models.DateField()
    ends = models.DateField(null=True)
    open_from = models.DateField(null=True)
    open_until = models.DateField(null=True)
    rate = _rate()
    flat = _bound()
    b1, b2, b3, b4 = _bound(), _bound(), _bound(), _bound()
    r1, r2, r3, r4, r5 = _rate(), _rate(), _rate(), _rate(), _rate()
    c1, c2, c3, c4 = _fee_at_bound(), _fee_at_bound(), _fee_at_bound(), _fee_at_bound()

    unscoped = models.Manager()

    class Meta:
        indexes = [models.Index(fields=["account_id"], name="runschedule_account")]

    def __str__(self) -> str:
        return f"component {self.component_id} of account {self.account_id}"
