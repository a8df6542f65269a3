"""What an advisor proposes that a client should pay, and what the client signed.  What was sent is never edited."""

import uuid
from datetime import date
from typing import TYPE_CHECKING, Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.ground.access.managers import TenantModel
from accounts.ground.tree.models import Account, Firm, Practice
from fees.invoicing.models import CAP_KINDS, InvoiceCap
from fees.schedules.models import Schedule, Strategy
from portal.lib.words import gettext_noop

if TYPE_CHECKING:
    from accounts.ground.access.context import Who


class ProposalState(models.TextChoices):
    """Where a proposal stands; the last five end it."""

    DRAFT = "draft", _("Draft")
    PROPOSED = "proposed", _("Waits for the client")
    APPROVED = "approved", _("Approved")
    DECLINED = "declined", _("Declined")
    SUPERSEDED = "superseded", _("Replaced by a newer one")
    CANCELLED = "cancelled", _("Cancelled")
    EXPIRED = "expired", _("Expired")


OPEN = (ProposalState.DRAFT, ProposalState.PROPOSED)
# What the payee reads under its bell; a trigger of the table writes it there.
NEWS = (
    gettext_noop("A client has signed your fee proposal"),
    gettext_noop("A client has declined your fee proposal"),
    gettext_noop("A fee proposal has expired"),
)


class Proposal(TenantModel):
    """One version of what `account` would pay `practice`; `components` are figures as text, because JSON has no
    decimals.

    `document` is the exact text that the client is shown and signs. A proposal that costs the client no more needs no
    signature and is approved as it is sent.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    firm = models.ForeignKey(Firm, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    account = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="proposals", db_constraint=False, db_index=False
    )
    practice = models.ForeignKey(
        Practice, on_delete=models.PROTECT, related_name="+", db_constraint=False, verbose_name=_("payee")
    )
    version = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=10, choices=ProposalState, default=ProposalState.DRAFT)
    strategy = models.CharField(max_length=10, choices=Strategy)
    components = models.JSONField(default=list)
    commissions_to_master = models.BooleanField(default=False)
    other_fees_to_master = models.BooleanField(default=False)
    cap_kind = models.CharField(max_length=30, choices=CAP_KINDS, blank=True)
    cap_rate = models.DecimalField(max_digits=9, decimal_places=6, null=True)
    asked_start = models.DateField(null=True, help_text=_("Not before this day"))
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(
        "accounts.User", on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    proposed_at = models.DateTimeField(null=True)
    proposed_by = models.ForeignKey(
        "accounts.User", on_delete=models.PROTECT, null=True, related_name="+", db_constraint=False, db_index=False
    )
    needs_signature = models.BooleanField(default=True)
    expires_on = models.DateField(null=True, help_text=_("The last day on which it can be signed"))
    language = models.CharField(max_length=10, default="en")
    document = models.TextField(blank=True)
    document_hash = models.CharField(max_length=64, blank=True)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.BigIntegerField(null=True)
    reason = models.CharField(max_length=500, blank=True)
    starts = models.DateField(null=True, help_text=_("First day on which what was agreed applies"))
    schedule = models.ForeignKey(Schedule, on_delete=models.PROTECT, null=True, related_name="+", db_constraint=False)
    cap = models.ForeignKey(InvoiceCap, on_delete=models.PROTECT, null=True, related_name="+", db_constraint=False)
    template_id = models.UUIDField(null=True, help_text=_("The fee template the terms came from"))
    template_version = models.PositiveIntegerField(null=True)

    class Meta(TenantModel.Meta):
        ordering = ["account", "practice", "version"]
        constraints = [
            models.UniqueConstraint(fields=["account", "practice", "version"], name="proposal_version_once"),
            models.UniqueConstraint(
                fields=["account", "practice"],
                condition=models.Q(state=ProposalState.PROPOSED),
                name="proposal_one_waits",
            ),
            models.UniqueConstraint(
                fields=["account", "practice"],
                condition=models.Q(state=ProposalState.DRAFT),
                name="proposal_one_draft",
            ),
            models.CheckConstraint(condition=models.Q(state__in=ProposalState.values), name="proposal_state_known"),
            models.CheckConstraint(
                condition=models.Q(state__in=[ProposalState.DRAFT, ProposalState.CANCELLED])
                | models.Q(proposed_at__isnull=False, expires_on__isnull=False, document_hash__regex="^[0-9a-f]{64}$"),
                name="proposal_sent_has_document",
            ),
            models.CheckConstraint(
                condition=~models.Q(state=ProposalState.APPROVED) | models.Q(starts__isnull=False),
                name="proposal_approved_starts",
            ),
        ]
        indexes = [
            models.Index(fields=["practice", "-created_at"], name="proposal_practice"),
            models.Index(
                fields=["expires_on"], condition=models.Q(state=ProposalState.PROPOSED), name="proposal_expires"
            ),
        ]

    @classmethod
    def narrowed(cls, who: "Who", rows: "models.QuerySet[Any]") -> "models.QuerySet[Any]":
        """An owner is shown what was sent, never what is still being thought about."""
        return rows.exclude(proposed_at=None) if who.is_owner else rows

    @property
    def applies_from(self) -> date | None:
        """First day on which what was agreed applies; None before, and while the account is not open."""
        opened_on = self.account.opened_on
        return max(self.starts, opened_on) if self.starts and opened_on else None

    @property
    def never_applies(self) -> bool:
        """Whether what was agreed was replaced, or its application given up, before it began."""
        return self.schedule is not None and self.schedule.ends == self.schedule.starts

    def __str__(self) -> str:
        return f"proposal {self.version} of account {self.account_id}"


class SignatureKind(models.TextChoices):
    """How a name was put under a document."""

    TYPED = "typed", _("Typed name")
    DRAWN = "drawn", _("Drawn signature")
    PAPER = "paper", _("Signed on paper")


class Signature(TenantModel):
    """A client's signature under one proposal, with its circumstances; written once, by who signs, and kept.

    Of one on paper, by who of the back office accepted it: `at` is when, and the paper says when it was signed.
    """

    proposal = models.OneToOneField(
        Proposal, on_delete=models.PROTECT, primary_key=True, related_name="signature", db_constraint=False
    )
    firm = models.ForeignKey(Firm, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_constraint=False)
    practice = models.ForeignKey(
        Practice, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    kind = models.CharField(max_length=10, choices=SignatureKind)
    name = models.CharField(max_length=200)
    drawing = models.BinaryField(null=True, help_text=_("PNG as drawn"))
    document_hash = models.CharField(max_length=64)
    at = models.DateTimeField()
    user_id = models.BigIntegerField()
    username = models.CharField(max_length=150)
    address = models.CharField(max_length=45, blank=True)
    agent = models.CharField(max_length=400, blank=True)
    session = models.CharField(max_length=64, blank=True, help_text=_("SHA-256 of the session key"))

    class Meta(TenantModel.Meta):
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(name="") & models.Q(document_hash__regex="^[0-9a-f]{64}$"),
                name="signature_names_document",
            ),
        ]

    def __str__(self) -> str:
        return f"signature under {self.proposal_id}"
