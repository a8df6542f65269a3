"""Securities class action recovery: who takes part, and what each recovered amount came to after the fee."""

import uuid
from decimal import Decimal

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.broker.activity.models import CashLine
from accounts.broker.restrictions.models import keyed_elsewhere
from accounts.ground.access.managers import TenantModel
from accounts.ground.tree.models import Account, Firm, Practice
from portal.lib.money import CURRENCIES

# Whoever sees the account sees these, also after it has gone to another advisor.
OF_ACCOUNT = {"firm": "firm_id", "practice": "account__practice_id", "account": "account_id"}


class RecoveryElection(TenantModel):
    """One step of an account: enrolled with the text that was signed, or unsubscribed. The latest holds; none ever
    changes."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    firm = keyed_elsewhere(Firm)
    practice = keyed_elsewhere(Practice)
    account = keyed_elsewhere(Account)
    is_enrolled = models.BooleanField()
    elected_by = models.BigIntegerField()
    elected_at = models.DateTimeField()
    language = models.CharField(max_length=10, blank=True)
    document = models.TextField(blank=True, help_text=_("The terms as they were shown"))
    document_hash = models.CharField(max_length=64, blank=True)
    signed_name = models.CharField(max_length=200, blank=True)
    signed_address = models.CharField(max_length=45, blank=True)
    signed_agent = models.CharField(max_length=400, blank=True)
    signed_session = models.CharField(max_length=64, blank=True, help_text=_("SHA-256 of the session key"))

    scoped_by = OF_ACCOUNT

    class Meta(TenantModel.Meta):
        constraints = [
            models.CheckConstraint(
                condition=Q(is_enrolled=True, document_hash__regex="^[0-9a-f]{64}$") & ~Q(signed_name="")
                | Q(is_enrolled=False, document="", document_hash="", signed_name=""),
                name="recovery_enrolled_by_signature",
            )
        ]
        indexes = [models.Index(fields=["account", "-elected_at"], name="recoveryelection_latest")]

    def __str__(self) -> str:
        return f"{self.account_id} {'enrolled' if self.is_enrolled else 'unsubscribed'}"


class RecoveryKind(models.TextChoices):
    """Whether it was recovered, or written down by mistake and taken back."""

    RECOVERY = "recovery", _("Recovery")
    REVERSAL = "reversal", _("Taken back")


class Recovery(TenantModel):
    """One posting: `gross` was recovered, `fee` stays with the service, `net` goes to the account. A mistake is posted
    the other way round, never changed."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    firm = keyed_elsewhere(Firm)
    practice = keyed_elsewhere(Practice)
    account = keyed_elsewhere(Account)
    kind = models.CharField(max_length=8, choices=RecoveryKind, default=RecoveryKind.RECOVERY)
    reverses = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, related_name="reversal", db_constraint=False
    )
    case = models.CharField(max_length=200)
    reference = models.CharField(max_length=60, help_text=_("The administrator's number of the claim"))
    currency = models.CharField(max_length=3)
    gross = models.DecimalField(max_digits=20, decimal_places=2)
    fee = models.DecimalField(max_digits=20, decimal_places=2)
    net = models.DecimalField(max_digits=20, decimal_places=2)
    data_sent_on = models.DateField(help_text=_("When the account's activity was sent to the administrator"))
    paid_on = models.DateField()
    written_by = models.BigIntegerField()
    written_at = models.DateTimeField()

    scoped_by = OF_ACCOUNT

    class Meta(TenantModel.Meta):
        constraints = [
            models.CheckConstraint(condition=Q(gross__gt=0, fee__gte=0, net__gt=0), name="recovery_positive"),
            models.CheckConstraint(condition=Q(gross=F("fee") + F("net")), name="recovery_sums"),
            models.CheckConstraint(condition=Q(currency__in=CURRENCIES), name="recovery_currency_known"),
            models.CheckConstraint(condition=Q(paid_on__gte=F("data_sent_on")), name="recovery_paid_after_claim"),
            models.CheckConstraint(
                condition=Q(kind=RecoveryKind.RECOVERY, reverses=None)
                | Q(kind=RecoveryKind.REVERSAL, reverses__isnull=False),
                name="recovery_reverses_one",
            ),
            models.UniqueConstraint(fields=["firm", "account", "id"], name="recovery_of_account"),
        ]
        indexes = [models.Index(fields=["account", "-paid_on"], name="recovery_latest")]

    def __str__(self) -> str:
        return f"{self.reference} {self.kind}"

    @property
    def sign(self) -> int:
        """Which way the money goes."""
        return 1 if self.kind == RecoveryKind.RECOVERY else -1

    @property
    def moved(self) -> Decimal:
        """What the account's cash gains, or loses where it was taken back."""
        return self.sign * self.net


class RecoveryLine(TenantModel):
    """The line of the broker's statement that shows a posting; tied once and never changed."""

    recovery = models.OneToOneField(
        Recovery, on_delete=models.PROTECT, primary_key=True, related_name="tie", db_constraint=False
    )
    firm = keyed_elsewhere(Firm)
    account = keyed_elsewhere(Account)
    line = models.OneToOneField(CashLine, on_delete=models.PROTECT, related_name="recovery_tie", db_constraint=False)
    tied_at = models.DateTimeField()

    scoped_by = OF_ACCOUNT

    class Meta(TenantModel.Meta):
        pass

    def __str__(self) -> str:
        return f"{self.recovery_id} {self.line_id}"


class LineOfClaim(CashLine):
    """A line of the broker's that speaks of a class action, whether or not a posting is tied to it."""

    class Meta:
        proxy = True
