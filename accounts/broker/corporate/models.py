"""Corporate actions that ask for a choice: what was announced, and what each entitled account has chosen."""

import uuid
from datetime import datetime

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.broker.activity.models import broker_number
from accounts.broker.feed.models import AccountRow, tenant_account, tenant_firm

LEAST_OPTIONS, MOST_OPTIONS = 2, 6


class VoluntaryKind(models.TextChoices):
    """What an issuer, or somebody who wants the shares, offers."""

    TENDER = "TO", _("Tender offer")
    RIGHTS = "RI", _("Rights issue")
    DIVIDEND = "CD", _("Choice of dividend")
    MERGER = "TC", _("Merger with a choice")
    EXCHANGE = "EX", _("Exchange offer")


class VoluntaryAction(AccountRow):
    """One announcement. Who chooses nothing until the deadline gets the option at place `default` of the list."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    firm = tenant_firm()
    kind = models.CharField(max_length=2, choices=VoluntaryKind)
    symbol = models.CharField(max_length=60)
    conid = models.BigIntegerField(null=True)
    title = models.CharField(max_length=200)
    terms = models.TextField(help_text=_("What is offered, in the words of the announcement"))
    options = ArrayField(models.CharField(max_length=100))
    default = models.PositiveSmallIntegerField(default=0)
    held_on = models.DateField(help_text=_("The day of the statements by which accounts are entitled"))
    deadline = models.DateTimeField()
    announced_by = models.BigIntegerField()
    announced_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)

    # Seen by whoever sees an account that is entitled.
    scoped_by: dict[str, str] = {}

    class Meta(AccountRow.Meta):
        constraints = [
            models.UniqueConstraint(fields=["firm", "id"], name="voluntaryaction_firm_id"),
            models.UniqueConstraint(
                fields=["firm", "symbol", "title", "deadline"],
                condition=models.Q(withdrawn_at=None),
                name="voluntaryaction_once",
            ),
            models.CheckConstraint(
                condition=models.Q(options__len__gte=LEAST_OPTIONS, options__len__lte=MOST_OPTIONS)
                & models.Q(default__lt=models.F("options__len")),
                name="voluntaryaction_options",
            ),
        ]
        indexes = [models.Index(fields=["firm", "-deadline"], name="voluntaryaction_deadline")]

    def __str__(self) -> str:
        return f"{self.symbol}: {self.title}"

    def is_open(self, at: datetime) -> bool:
        """Whether choices still count; the database judges by its own clock."""
        return self.withdrawn_at is None and at < self.deadline

    @property
    def default_words(self) -> str:
        return self.options[self.default]


class Entitlement(AccountRow):
    """One entitled account: how much it held, and the place of its choice in the list of options."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    firm = tenant_firm()
    account = tenant_account()
    action = models.ForeignKey(
        VoluntaryAction, on_delete=models.PROTECT, db_constraint=False, related_name="entitlements"
    )
    quantity = broker_number(null=False)
    choice = models.PositiveSmallIntegerField(null=True)
    chosen_by = models.BigIntegerField(null=True)
    chosen_at = models.DateTimeField(null=True)

    class Meta(AccountRow.Meta):
        constraints = [
            models.UniqueConstraint(fields=["action", "account"], name="entitlement_once"),
            models.CheckConstraint(condition=models.Q(quantity__gt=0), name="entitlement_of_something"),
            models.CheckConstraint(
                condition=models.Q(choice=None, chosen_by=None, chosen_at=None)
                | models.Q(choice__isnull=False, chosen_by__isnull=False, chosen_at__isnull=False),
                name="entitlement_chosen_by_somebody",
            ),
        ]
        indexes = [models.Index(fields=["account"], name="entitlement_account")]

    def __str__(self) -> str:
        return f"{self.account_id} in {self.action_id}"

    @property
    def words(self) -> str:
        """What the account gets as it stands: its own choice, or the default."""
        return self.action.options[self.action.default if self.choice is None else self.choice]
