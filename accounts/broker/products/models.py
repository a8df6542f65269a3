"""Trading permissions: which products of which countries an account is approved for, and who gave and took them."""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.broker.instruments.rules import ALL_COUNTRIES, COUNTRY_PATTERN, PROGRAMS, Product
from accounts.broker.restrictions.models import MASTERS, keyed_elsewhere
from accounts.ground.access.managers import TenantModel
from accounts.ground.tree.models import Account, Firm, Kind, Practice


class Removal(models.TextChoices):
    """Why an approval ended."""

    WITHDRAWN = "withdrawn", _("Withdrawn")
    ABOVE = "above", _("Withdrawn from the level above")
    MOVED = "moved", _("Not approved for the advisor the account moved to")


class ProductApproval(TenantModel):
    """One product in one country (or in all) for one node of the tree. Triggers hold it inside the level above."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    firm = keyed_elsewhere(Firm)
    account = keyed_elsewhere(Account)
    node_kind = models.CharField(max_length=16, choices=Kind)
    practice = keyed_elsewhere(Practice, null=True)
    product = models.CharField(max_length=24, choices=Product)
    country = models.CharField(max_length=3, default=ALL_COUNTRIES)
    granted_by = keyed_elsewhere("accounts.User", null=True)
    granted_at = models.DateTimeField()
    removed_by = keyed_elsewhere("accounts.User", null=True)
    removed_at = models.DateTimeField(null=True)
    removal = models.CharField(max_length=10, choices=Removal, blank=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["account", "product", "country"],
                condition=models.Q(removed_at__isnull=True),
                name="product_approved_once",
            ),
            models.CheckConstraint(condition=models.Q(product__in=Product.values), name="product_known"),
            models.CheckConstraint(
                condition=models.Q(country=ALL_COUNTRIES) | models.Q(country__regex=COUNTRY_PATTERN),
                name="product_country_shape",
            ),
            models.CheckConstraint(
                condition=models.Q(country=ALL_COUNTRIES) | ~models.Q(product__in=PROGRAMS),
                name="program_of_no_country",
            ),
            models.CheckConstraint(
                condition=models.Q(removed_at__isnull=True, removal="")
                | (models.Q(removed_at__isnull=False) & ~models.Q(removal="")),
                name="product_removal_has_reason",
            ),
            models.CheckConstraint(
                condition=models.Q(node_kind__in=MASTERS, practice__isnull=False)
                | (~models.Q(node_kind__in=MASTERS) & models.Q(practice__isnull=True)),
                name="product_practice_of_master",
            ),
        ]
        indexes = [models.Index(fields=["firm", "product"], name="product_firm")]

    def __str__(self) -> str:
        return f"{self.product} {self.country} for {self.account_id}"
