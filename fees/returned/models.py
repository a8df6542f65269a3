"""Fee proposals that came back signed on paper: the scan as it was handed in, and what the back office made of it."""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.ground.access.managers import TenantModel
from accounts.ground.tree.models import Account, Firm, Practice
from fees.proposals.models import Proposal


class PaperState(models.TextChoices):
    """Where a paper stands; the last two end it."""

    REVIEW = "review", _("With the back office")
    ACCEPTED = "accepted", _("Accepted")
    REJECTED = "rejected", _("Rejected")


class ReturnedPaper(TenantModel):
    """One scan of a signed proposal.  Its content lies in the storage, below a name that says nothing.

    `document_hash` is of the text that the paper was printed from.  What was handed in is never edited; the back office
    decides it once.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, related_name="papers", db_constraint=False)
    firm = models.ForeignKey(Firm, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    account = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    practice = models.ForeignKey(
        Practice,
        on_delete=models.PROTECT,
        related_name="+",
        db_constraint=False,
        db_index=False,
        verbose_name=_("payee"),
    )
    state = models.CharField(max_length=10, choices=PaperState, default=PaperState.REVIEW)
    signed_name = models.CharField(max_length=200)
    signed_on = models.DateField(help_text=_("Day written on the paper"))
    document_hash = models.CharField(max_length=64)
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=100)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    sent_by = models.ForeignKey(
        "accounts.User", on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    sent_at = models.DateTimeField()
    decided_by = models.ForeignKey(
        "accounts.User", on_delete=models.PROTECT, null=True, related_name="+", db_constraint=False, db_index=False
    )
    decided_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=300, blank=True)

    class Meta(TenantModel.Meta):
        db_table = "fees_returnedpaper"
        ordering = ["-sent_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["proposal"], condition=models.Q(state=PaperState.REVIEW), name="paper_one_in_review"
            ),
            models.UniqueConstraint(
                fields=["proposal"], condition=models.Q(state=PaperState.ACCEPTED), name="paper_one_accepted"
            ),
            models.CheckConstraint(condition=models.Q(state__in=PaperState.values), name="paper_state_known"),
            models.CheckConstraint(
                condition=~models.Q(signed_name="") & ~models.Q(name="") & models.Q(size__gt=0),
                name="paper_says_who_signed",
            ),
            models.CheckConstraint(
                condition=models.Q(state=PaperState.REVIEW, decided_at__isnull=True)
                | ~models.Q(state=PaperState.REVIEW) & models.Q(decided_at__isnull=False, decided_by__isnull=False),
                name="paper_decided_by_somebody",
            ),
        ]

    @property
    def place(self) -> str:
        """Where its content lies in the storage."""
        return f"fee-papers/{self.pk}"

    def __str__(self) -> str:
        return self.name
