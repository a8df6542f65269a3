"""What a firm says of itself on the Investors' Marketplace, and where its listing stands."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.broker.restrictions.models import keyed_elsewhere
from accounts.ground.access.managers import TenantModel
from accounts.ground.tree.models import Firm, Practice
from portal.lib.money import CURRENCIES

LONGEST_NAME, LONGEST_TEXT, LONGEST_FEES = 120, 3000, 500


class ListingCategory(models.TextChoices):
    """What a firm offers; hedge funds have a programme of their own."""

    MONEY_MANAGER = "money_manager", _("Money managers")
    RESEARCH = "research", _("Research")
    TECHNOLOGY = "technology", _("Technology")
    ADMINISTRATOR = "administrator", _("Administrators")


class ListingState(models.TextChoices):
    """Where a listing stands; only an approved one is seen by others."""

    DRAFT = "draft", _("Draft")
    SUBMITTED = "submitted", _("Waits for the back office")
    APPROVED = "approved", _("Approved")
    DECLINED = "declined", _("Declined")
    WITHDRAWN = "withdrawn", _("Withdrawn")


# What the firm says; the back office reads exactly this and approves it or not.
SAID = ("name", "text", "website", "contact", "region", "minimum", "currency", "fees")


class Listing(TenantModel):
    """One offer of one practice. A changed one is a draft again, so what others read was approved word by word."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    firm = keyed_elsewhere(Firm)
    practice = keyed_elsewhere(Practice)
    category = models.CharField(max_length=15, choices=ListingCategory)
    name = models.CharField(max_length=LONGEST_NAME)
    text = models.TextField(max_length=LONGEST_TEXT)
    website = models.CharField(max_length=200, blank=True)
    contact = models.CharField(max_length=200)
    region = models.CharField(max_length=80)
    minimum = models.DecimalField(max_digits=14, decimal_places=2, null=True)
    currency = models.CharField(max_length=3, default="USD")
    fees = models.CharField(max_length=LONGEST_FEES, blank=True)
    state = models.CharField(max_length=9, choices=ListingState, default=ListingState.DRAFT)
    written_by = models.BigIntegerField()
    written_at = models.DateTimeField()
    decided_by = models.BigIntegerField(null=True)
    decided_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=500, blank=True, help_text=_("Why it was declined; the firm reads it"))

    # By practice alone: the level above a practice does not list it.
    scoped_by = {"practice": "practice_id"}

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["practice", "category"], name="listing_one_a_category"),
            models.CheckConstraint(condition=~Q(name="") & ~Q(text="") & ~Q(contact=""), name="listing_says_something"),
            models.CheckConstraint(condition=Q(minimum=None) | Q(minimum__gte=0), name="listing_minimum"),
            models.CheckConstraint(condition=Q(currency__in=CURRENCIES), name="listing_currency_known"),
            models.CheckConstraint(
                condition=Q(website="") | Q(website__startswith="https://"), name="listing_website_is_safe"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=(ListingState.APPROVED, ListingState.DECLINED))
                | Q(decided_by__isnull=False, decided_at__isnull=False),
                name="listing_decided_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(state=ListingState.DECLINED) | ~Q(reason=""), name="listing_declined_with_reason"
            ),
        ]
        indexes = [
            models.Index(
                fields=["category", "name"], condition=Q(state=ListingState.APPROVED), name="listing_by_category"
            )
        ]

    def __str__(self) -> str:
        return self.name
