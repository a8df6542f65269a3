"""What the broker is told to move: one instruction a movement of the ledger, in files that are never changed."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.broker.feed.models import tenant_firm
from accounts.ground.access.managers import TenantModel
from accounts.ground.ledger.models import Transfer
from accounts.ground.tree.models import Practice
from portal.lib.words import gettext_noop


class InstructionFile(TenantModel):
    """One file of a firm's night. Its bytes stand in the message that delivers it; `sha256` is theirs."""

    id = models.UUIDField(primary_key=True, editable=False)
    firm = tenant_firm()
    day = models.DateField()
    part = models.PositiveIntegerField()
    name = models.CharField(max_length=100)
    rows = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    run_id = models.BigIntegerField()

    scoped_by = {"firm": "firm_id"}

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["firm", "day", "part"], name="instruction_file_once"),
            models.UniqueConstraint(fields=["firm", "id"], name="instruction_file_firm_id"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def natural_key(self) -> str:
        """The key of the message that delivers it."""
        return f"instructions {self.pk}"


class Answer(models.TextChoices):
    """What the broker said of an instruction; nothing yet is empty."""

    NONE = "", _("Not answered")
    ACCEPTED = "accepted", _("Accepted")
    REJECTED = "rejected", _("Rejected")


class Standing(models.TextChoices):
    """How far an instruction has got, from its answer, the broker's statements and where it goes."""

    SENT = "sent", _("Sent, not answered")
    ACCEPTED = "accepted", _("Accepted, not booked yet")
    BOOKED = "booked", _("Booked by the broker")
    REJECTED = "rejected", _("Rejected by the broker")
    SENT_AGAIN = "again", _("Rejected, sent again")
    REVERSED = "reversed", _("Rejected, taken back")


REJECTED_TITLE = gettext_noop("The broker rejected a movement of money")


class Instruction(TenantModel):
    """One try to have one movement made. `payer` and `payee` are account numbers as the broker knows them."""

    id = models.UUIDField(primary_key=True, editable=False)
    firm = tenant_firm()
    account = models.ForeignKey(
        "accounts.Account", on_delete=models.PROTECT, null=True, db_constraint=False, db_index=False, related_name="+"
    )
    practice = models.ForeignKey(
        Practice, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="+"
    )
    transfer = models.ForeignKey(Transfer, on_delete=models.PROTECT, related_name="instructions", db_index=False)
    attempt = models.PositiveSmallIntegerField()
    file = models.ForeignKey(
        InstructionFile, on_delete=models.PROTECT, related_name="instructions", db_constraint=False
    )
    day = models.DateField()
    kind = models.CharField(max_length=10)
    payer = models.CharField(max_length=10)
    payee = models.CharField(max_length=10)
    amount = models.DecimalField(max_digits=20, decimal_places=2)
    currency = models.CharField(max_length=3)
    memo = models.CharField(max_length=300, blank=True)
    answer = models.CharField(max_length=10, choices=Answer, blank=True, default=Answer.NONE)
    answered_at = models.DateTimeField(null=True)
    answer_words = models.CharField(max_length=300, blank=True)
    again_asked_at = models.DateTimeField(null=True)
    reverse_asked_at = models.DateTimeField(null=True)
    reverse_asked_by = models.BigIntegerField(null=True)
    reverse_reason = models.CharField(max_length=300, blank=True, db_default="")

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["transfer", "attempt"], name="instruction_once_a_try"),
            models.CheckConstraint(condition=models.Q(amount__gt=0), name="instruction_positive"),
            models.CheckConstraint(
                condition=models.Q(answer=Answer.NONE, answered_at=None)
                | models.Q(answer__in=[Answer.ACCEPTED, Answer.REJECTED], answered_at__isnull=False),
                name="instruction_answer_has_time",
            ),
            models.CheckConstraint(
                condition=models.Q(again_asked_at=None) | models.Q(answer=Answer.REJECTED),
                name="instruction_again_if_rejected",
            ),
            models.CheckConstraint(
                condition=models.Q(reverse_asked_at=None)
                | models.Q(
                    ~models.Q(reverse_reason=""),
                    answer=Answer.REJECTED,
                    again_asked_at=None,
                    reverse_asked_by__isnull=False,
                    kind__in=("fee", "invoice", "mailbox"),
                ),
                name="instruction_reversed_if_rejected",
            ),
        ]
        indexes = [
            models.Index(fields=["firm", "-day"], name="instruction_firm_day"),
            models.Index(fields=["account", "-day"], name="instruction_account_day"),
            models.Index(fields=["answer"], condition=models.Q(answer__in=["", "rejected"]), name="instruction_open"),
        ]

    def __str__(self) -> str:
        return f"{self.payer} {self.payee} {self.amount} {self.currency}"
