"""Money and positions in and out: what somebody asked the broker to move, where it goes, and the files that tell the
broker.

A request is closed by the broker alone: by its answer, or by the line of a later statement that shows the movement.
"""

import uuid
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.broker.activity.models import CashLine, PositionTransfer
from accounts.broker.feed.models import tenant_account, tenant_firm
from accounts.ground.access.managers import TenantModel
from accounts.ground.tree.models import Account, Practice

if TYPE_CHECKING:
    from accounts.ground.access.context import Who

LONGEST_BANK_NAME = 150
LONGEST_REASON = 256


class FundingKind(models.TextChoices):
    """What is asked for."""

    DEPOSIT = "deposit", _("Deposit")
    WITHDRAWAL = "withdrawal", _("Withdrawal")
    INTERNAL = "internal_cash", _("Internal cash transfer")
    BANK = "bank", _("Bank instruction")


class FundingMethod(models.TextChoices):
    """Which way money takes."""

    WIRE = "WIRE", _("Wire")
    ACH = "ACH", _("ACH")
    EFT = "EFT", _("EFT")
    SEPA = "SEPA", _("SEPA")
    CHECK = "CHECK", _("Check")
    BILLPAY = "BILLPAY", _("Bill pay")
    INTERNAL = "INTERNAL", _("Internal")


class PositionKind(models.TextChoices):
    """Which way positions are to go."""

    IN = "position_in", _("Inbound position transfer")
    OUT = "position_out", _("Outbound position transfer")
    INTERNAL = "position_inside", _("Internal position transfer")


class PositionMethod(models.TextChoices):
    """How brokers hand positions to each other."""

    ACATS = "ACATS", _("ACATS")
    ATON = "ATON", _("ATON")
    FOP = "FOP", _("FOP")
    DWAC = "DWAC", _("DWAC")
    BASIC_FOP = "BASICFOP", _("Basic FOP (complex)")


INTERNAL_KINDS = (FundingKind.INTERNAL.value, PositionKind.INTERNAL.value)
WITHOUT_AMOUNT = (FundingKind.BANK.value, *PositionKind.values)
NAMES_A_BANK = (FundingKind.BANK.value, PositionKind.IN.value, PositionKind.OUT.value)
KINDS = [*FundingKind.choices, *PositionKind.choices]
METHODS = [*FundingMethod.choices, *PositionMethod.choices]


class FundingStatus(models.TextChoices):
    """How far a request has got; `rules.NEXT` says what follows what."""

    PENDING_CONFIRMATION = "pending_confirmation", _("Pending Confirmation")
    PENDING_VERIFICATION = "pending_verification", _("Pending Verification")
    PENDING_ADVISOR = "pending_advisor", _("Pending Advisor")
    PENDING = "pending", _("Pending")
    APPROVED = "approved", _("Approved")
    PROCESSED = "processed", _("Processed")
    COMPLETED = "completed", _("Completed")
    REJECTED = "rejected", _("Rejected")
    CANCELLED = "cancelled", _("Cancelled")
    EXPIRED = "expired", _("Expired")


# What can still be taken back.
PENDING = (
    FundingStatus.PENDING_CONFIRMATION,
    FundingStatus.PENDING_VERIFICATION,
    FundingStatus.PENDING_ADVISOR,
    FundingStatus.PENDING,
)
UNDER_WAY = (*PENDING, FundingStatus.PROCESSED)
ENDED = tuple(one for one in FundingStatus if one not in UNDER_WAY)


def _practice() -> models.ForeignKey:
    return models.ForeignKey(Practice, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="+")


class OfOwnPractice(TenantModel):
    """Base of rows that an account's owner and its own advisor see, and no level above."""

    class Meta(TenantModel.Meta):
        abstract = True

    @classmethod
    def narrowed(cls, who: "Who", rows: "models.QuerySet[Any]") -> "models.QuerySet[Any]":
        """A top-level advisor reads of its second level's money in reports alone."""
        return rows.filter(practice_id=who.practice_id) if who.is_advisor else rows


class SavedBank(OfOwnPractice):
    """Where an account's money goes: a bank account under a name, or a payee of bills; or the broker its positions go
    to and come from. Whether it may be used says the request that added it.

    Of a payee `holder` is who is paid, `bank_name` the address, and `number` what the payee knows the payer by. Of a
    broker `bank_name` is its name, `code` its clearing number and `number` the account there.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    firm = tenant_firm()
    practice = _practice()
    account = tenant_account()
    name = models.CharField(max_length=LONGEST_BANK_NAME)
    method = models.CharField(max_length=10, choices=METHODS)
    bank_name = models.CharField(max_length=150)
    holder = models.CharField(max_length=150)
    code = models.CharField(max_length=11, blank=True, help_text=_("Routing number or BIC"))
    number = models.CharField(max_length=34, help_text=_("Account number or IBAN"))
    added_by = models.BigIntegerField()
    added_at = models.DateTimeField()
    deleted_by = models.BigIntegerField(null=True)
    deleted_at = models.DateTimeField(null=True)

    class Meta(OfOwnPractice.Meta):
        constraints = [
            models.UniqueConstraint(fields=["firm", "account", "id"], name="savedbank_of_account"),
            models.UniqueConstraint(
                fields=["account", "practice", "name"], condition=Q(deleted_at=None), name="savedbank_name_once"
            ),
            models.CheckConstraint(condition=~Q(name="") & ~Q(number=""), name="savedbank_says_where"),
            models.CheckConstraint(
                condition=Q(method__in=["WIRE", "ACH", "EFT", "SEPA", "BILLPAY", *PositionMethod.values]),
                name="savedbank_method",
            ),
            models.CheckConstraint(
                condition=Q(deleted_at=None, deleted_by=None) | Q(deleted_at__isnull=False, deleted_by__isnull=False),
                name="savedbank_deleted_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def narrowed(cls, who: "Who", rows: "models.QuerySet[Any]") -> "models.QuerySet[Any]":
        """And when the account has moved on, its former advisor reads no more of its banks."""
        rows = super().narrowed(who, rows)
        return rows.filter(account__practice_id=who.practice_id) if who.is_advisor else rows

    @property
    def is_broker(self) -> bool:
        """Whether positions go there, and no money."""
        return self.method in PositionMethod.values

    @property
    def ending(self) -> str:
        """What may be shown of the number."""
        return f"…{self.number[-4:]}"


class FundingFile(TenantModel):
    """One file of a firm's movements for the broker; its bytes stand in the message that delivers it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    firm = tenant_firm()
    day = models.DateField()
    name = models.CharField(max_length=100)
    rows = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    written_at = models.DateTimeField()

    scoped_by = {"firm": "firm_id"}

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["firm", "id"], name="funding_file_firm_id")]
        indexes = [models.Index(fields=["day"], name="funding_file_day")]

    def __str__(self) -> str:
        return self.name

    @property
    def natural_key(self) -> str:
        """The key of the message that delivers it."""
        return f"funding file {self.pk}"


class FundingRequest(OfOwnPractice):
    """One thing that somebody asked for. `usd` is what leaves counts against the limits of its `factor`; `available` is
    what the account had free when it was asked for. What is to move of positions stands in MovedPosition; positions
    that come without a list are a whole account."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    firm = tenant_firm()
    practice = _practice()
    account = tenant_account()
    kind = models.CharField(max_length=16, choices=KINDS)
    method = models.CharField(max_length=10, choices=METHODS, blank=True)
    amount = models.DecimalField(max_digits=20, decimal_places=2, null=True)
    currency = models.CharField(max_length=3)
    usd = models.DecimalField(max_digits=20, decimal_places=2, null=True)
    available = models.DecimalField(max_digits=20, decimal_places=2, null=True)
    counter = models.ForeignKey(
        Account, on_delete=models.PROTECT, null=True, db_constraint=False, db_index=False, related_name="+"
    )
    bank = models.ForeignKey(
        SavedBank, on_delete=models.PROTECT, null=True, db_constraint=False, related_name="requests"
    )
    status = models.CharField(max_length=20, choices=FundingStatus)
    is_by_advisor = models.BooleanField()
    factor = models.CharField(max_length=20, blank=True)
    key = models.UUIDField()
    asked_by = models.BigIntegerField()
    asked_at = models.DateTimeField()
    requested_on = models.DateField()
    counts_on = models.DateField(null=True, help_text=_("The business day on whose limits it counts"))
    wrong_numbers = models.PositiveSmallIntegerField(default=0)
    numbered_at = models.DateTimeField(null=True, help_text=_("From when the mailed number counts"))
    hold_until = models.DateTimeField(null=True)
    verified_by = models.BigIntegerField(null=True)
    consented_by = models.BigIntegerField(null=True)
    released_at = models.DateTimeField(null=True)
    file = models.ForeignKey(
        FundingFile, on_delete=models.PROTECT, null=True, db_constraint=False, db_index=False, related_name="requests"
    )
    sent_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    arrived_on = models.DateField(null=True)
    credited_on = models.DateField(null=True)
    available_on = models.DateField(null=True)
    line = models.OneToOneField(
        CashLine, on_delete=models.PROTECT, null=True, db_constraint=False, related_name="funding"
    )
    moved = models.OneToOneField(
        PositionTransfer, on_delete=models.PROTECT, null=True, db_constraint=False, related_name="funding"
    )
    ended_by = models.BigIntegerField(null=True)
    ended_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=300, blank=True)

    class Meta(OfOwnPractice.Meta):
        constraints = [
            models.UniqueConstraint(fields=["asked_by", "key"], name="funding_asked_once"),
            models.UniqueConstraint(fields=["firm", "practice", "account", "id"], name="funding_of_account"),
            models.CheckConstraint(
                condition=Q(kind__in=WITHOUT_AMOUNT, amount=None)
                | Q(~Q(kind__in=WITHOUT_AMOUNT), amount__gt=Decimal(0)),
                name="funding_amount",
            ),
            models.CheckConstraint(
                condition=~Q(kind__in=NAMES_A_BANK) | Q(bank__isnull=False), name="funding_names_its_bank"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=INTERNAL_KINDS, counter__isnull=False, method="INTERNAL")
                | Q(~Q(kind__in=INTERNAL_KINDS), ~Q(method="INTERNAL"), counter=None),
                name="funding_counter",
            ),
            models.CheckConstraint(
                condition=~Q(kind="position_out")
                | Q(usd__gt=Decimal(0), counts_on__isnull=False)
                | Q(status__in=["pending_confirmation", "cancelled", "expired"]),
                name="funding_positions_count",
            ),
            models.CheckConstraint(condition=~Q(counter=models.F("account")), name="funding_two_accounts"),
            models.CheckConstraint(
                condition=~Q(kind="withdrawal") | Q(usd__gt=Decimal(0)) & (Q(method="CHECK") | Q(bank__isnull=False)),
                name="funding_withdrawal_counts",
            ),
            models.CheckConstraint(
                condition=~Q(kind="withdrawal")
                | Q(counts_on__gte=models.F("requested_on"))
                | Q(counts_on=None, status__in=["pending_confirmation", "cancelled", "expired"]),
                name="funding_counts_on_a_day",
            ),
            models.CheckConstraint(
                condition=~Q(kind="withdrawal", currency="USD") | Q(usd=models.F("amount")),
                name="funding_dollars_are_dollars",
            ),
            models.CheckConstraint(
                condition=~Q(status="pending_advisor") | Q(kind="withdrawal", hold_until__isnull=False),
                name="funding_hold_ends",
            ),
            models.CheckConstraint(
                condition=~Q(status="pending_confirmation") | Q(numbered_at__isnull=False), name="funding_has_number"
            ),
            models.CheckConstraint(
                condition=Q(status__in=UNDER_WAY, ended_at=None) | Q(status__in=ENDED, ended_at__isnull=False),
                name="funding_end_has_time",
            ),
            models.CheckConstraint(
                condition=~Q(status="completed") | Q(line__isnull=False) | Q(moved__isnull=False),
                name="funding_completed_by_line",
            ),
            models.CheckConstraint(
                condition=~Q(status="processed") | Q(file__isnull=False, sent_at__isnull=False),
                name="funding_processed_was_sent",
            ),
            models.CheckConstraint(condition=~Q(status="cancelled") | ~Q(reason=""), name="funding_cancel_says_why"),
        ]
        indexes = [
            models.Index(fields=["firm", "practice", "-requested_on"], name="funding_practice"),
            models.Index(fields=["account", "-requested_on"], name="funding_account"),
            models.Index(fields=["asked_by", "requested_on"], name="funding_asker"),
            models.Index(fields=["status"], condition=Q(status__in=UNDER_WAY), name="funding_under_way"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.account_id} {self.amount} {self.currency}"

    @property
    def shown(self) -> Decimal | None:
        """How much the statement shows of it; None where it shows nothing yet."""
        if self.amount is None:
            return None
        if self.line is not None:
            return abs(self.line.amount)
        return abs(self.moved.cash or Decimal(0)) if self.moved is not None else None

    @property
    def difference(self) -> Decimal:
        """What the statement shows above what was asked for; below nothing where less has moved."""
        return Decimal(0) if self.shown is None or self.amount is None else self.shown - self.amount

    @property
    def moves_positions(self) -> bool:
        """Whether it is about positions and not about money."""
        return self.kind in PositionKind.values

    @property
    def is_pending(self) -> bool:
        """Whether it can still be taken back."""
        return self.status in PENDING
