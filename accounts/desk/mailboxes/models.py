"""Mailboxes of a practice on a domain of its own, what they were charged, and the prices in force."""

import uuid
from decimal import Decimal

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.broker.restrictions.models import keyed_elsewhere
from accounts.desk.mailboxes.rules import CURRENCY, ENDED, LONGEST_NAME, Due, Item, State
from accounts.ground.access.managers import TenantModel
from accounts.ground.tree.models import Account, Firm, Practice

OF_PRACTICE = {"firm": "firm_id", "practice": "practice_id"}
# An address that mail can reach belongs to one practice of the whole installation.
REACHED = (State.PROVISIONING, State.AWAITING_MX, State.ACTIVE)


class MailboxRate(models.Model):
    """What an item costs a month from a day on, for everybody. Another price is another row with a later day."""

    item = models.CharField(max_length=7, choices=Item)
    starts = models.DateField(verbose_name=_("from"))
    amount = models.DecimalField(max_digits=10, decimal_places=2, verbose_name=_("a month"))

    unscoped = models.Manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["item", "starts"], name="mailboxrate_once_a_day"),
            models.CheckConstraint(condition=Q(item__in=Item.values), name="mailboxrate_item_known"),
            models.CheckConstraint(condition=Q(amount__gte=0), name="mailboxrate_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.item} {self.starts}"


class Mailbox(TenantModel):
    """One address on a domain of the practice, from its request to its end."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    firm = keyed_elsewhere(Firm)
    practice = keyed_elsewhere(Practice)
    account = keyed_elsewhere(Account)
    batch = models.UUIDField(help_text=_("Those that were asked for together"))
    address = models.CharField(max_length=254)
    key = models.CharField(max_length=320, help_text=_("What the address is compared by"))
    domain = models.CharField(max_length=253)
    name = models.CharField(max_length=LONGEST_NAME)
    is_archived = models.BooleanField(default=False)
    state = models.CharField(max_length=12, choices=State, default=State.REQUESTED)
    state_at = models.DateTimeField()
    reason = models.CharField(max_length=300, blank=True, db_default="", default="")
    requested_by = models.BigIntegerField()
    requested_at = models.DateTimeField()

    scoped_by = OF_PRACTICE

    class Meta(TenantModel.Meta):
        constraints = [
            models.CheckConstraint(condition=Q(state__in=State.values), name="mailbox_state_known"),
            models.CheckConstraint(condition=~Q(name="") & ~Q(key=""), name="mailbox_named"),
            models.UniqueConstraint(fields=["practice", "key"], condition=~Q(state__in=ENDED), name="mailbox_once"),
            models.UniqueConstraint(fields=["key"], condition=Q(state__in=REACHED), name="mailbox_of_one_practice"),
            models.UniqueConstraint(fields=["firm", "practice", "account", "id"], name="mailbox_of_practice"),
        ]
        indexes = [models.Index(fields=["state", "requested_at"], name="mailbox_waiting")]

    def __str__(self) -> str:
        return self.address

    @property
    def is_live(self) -> bool:
        """Whether it has not ended."""
        return self.state not in ENDED

    @property
    def is_at_provider(self) -> bool:
        """Whether the provider makes it or has made it, and must hear of what is changed."""
        return self.state in REACHED

    @property
    def is_active(self) -> bool:
        """Whether mail can be read and sent."""
        return self.state == State.ACTIVE


class MailboxCharge(TenantModel):
    """One item of one of the provider's years, charged to the practice's master account; never changed. What is given
    back for a refused request, or written off because the broker rejected it, is a row of its own."""

    id = models.UUIDField(primary_key=True, editable=False)
    firm = keyed_elsewhere(Firm)
    practice = keyed_elsewhere(Practice)
    account = keyed_elsewhere(Account)
    mailbox = models.ForeignKey(Mailbox, on_delete=models.PROTECT, related_name="charges", db_constraint=False)
    reverses = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, related_name="reversal", db_constraint=False
    )
    item = models.CharField(max_length=7, choices=Item)
    year_starts = models.DateField()
    months = models.PositiveSmallIntegerField()
    rate = models.DecimalField(max_digits=10, decimal_places=2)
    amount = models.DecimalField(max_digits=20, decimal_places=2)
    currency = models.CharField(max_length=3, default=CURRENCY)
    charged_on = models.DateField()
    charged_at = models.DateTimeField()
    moved_on = models.DateField(null=True)
    run_id = models.BigIntegerField(null=True)
    is_written_off = models.BooleanField(
        _("written off"),
        default=False,
        db_default=False,
        help_text=_("The broker never took it, and is told of nothing"),
    )

    scoped_by = OF_PRACTICE

    class Meta(TenantModel.Meta):
        constraints = [
            models.CheckConstraint(condition=Q(item__in=Item.values), name="mailboxcharge_item_known"),
            models.CheckConstraint(condition=Q(months__gte=1, months__lte=12), name="mailboxcharge_months"),
            models.CheckConstraint(condition=Q(amount=F("rate") * F("months")), name="mailboxcharge_sums"),
            models.CheckConstraint(condition=Q(amount__gt=0, currency=CURRENCY), name="mailboxcharge_payable"),
            models.UniqueConstraint(
                fields=["mailbox", "item", "year_starts"], condition=Q(reverses=None), name="mailboxcharge_once_a_year"
            ),
            models.UniqueConstraint(fields=["firm", "mailbox", "id"], name="mailboxcharge_of_mailbox"),
            models.CheckConstraint(
                condition=Q(is_written_off=False) | Q(reverses__isnull=False),
                name="mailboxcharge_written_off",
            ),
        ]
        indexes = [
            models.Index(fields=["charged_on"], condition=Q(moved_on=None), name="mailboxcharge_to_move"),
            models.Index(fields=["moved_on"], name="mailboxcharge_moved"),
        ]

    def __str__(self) -> str:
        return f"{self.item} {self.year_starts} {self.amount}"

    @property
    def charged(self) -> Decimal:
        """What it costs the practice, below zero where it was given back or written off."""
        return self.amount if self.reverses_id is None else -self.amount

    @property
    def words(self) -> str:
        """How the amount follows."""
        return Due(self.item, self.year_starts, self.months, self.rate).words
