"""Brands: the name and banner under which a practice's clients see the portal, each version kept."""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.ground.access.managers import TenantModel
from accounts.ground.tree.models import Firm, Practice


class PictureKind(models.TextChoices):
    """How a banner is written."""

    PNG = "image/png", "PNG"
    JPEG = "image/jpeg", "JPEG"


class BrandVersion(TenantModel):
    """What a practice has asked for, and from when it holds. An empty name takes the brand back."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    firm = models.ForeignKey(Firm, on_delete=models.PROTECT, related_name="+", db_constraint=False)
    practice = models.ForeignKey(Practice, on_delete=models.PROTECT, related_name="+", db_constraint=False)
    brand_id = models.CharField(max_length=10)
    uses_sms = models.BooleanField(default=False)
    name = models.CharField(max_length=60, blank=True)
    banner = models.BinaryField(null=True)
    banner_kind = models.CharField(max_length=10, choices=PictureKind, blank=True)
    banner_sha256 = models.CharField(max_length=64, blank=True)
    colour = models.CharField(max_length=6, blank=True, default="", help_text=_("Six hexadecimal digits"))
    host = models.CharField(
        max_length=253, blank=True, default="", help_text=_("The host name whose sign-in page wears the brand")
    )
    saved_by = models.BigIntegerField()
    saved_at = models.DateTimeField()
    effective_at = models.DateTimeField(help_text=_("20:00 New York, the same day if saved before 17:00"))

    # Clients are shown a brand by a function of the database; the rows are their practice's own.
    scoped_by = {"firm": "firm_id", "practice": "practice_id"}

    class Meta(TenantModel.Meta):
        db_table = "desk_brandversion"
        constraints = [
            models.CheckConstraint(condition=models.Q(brand_id__regex=r"^[A-Za-z0-9_]{6,10}$"), name="brand_id_shape"),
            models.CheckConstraint(
                condition=models.Q(uses_sms=False) | models.Q(brand_id__regex=r"^.{6,7}$"), name="brand_id_fits_sms"
            ),
            models.CheckConstraint(
                condition=models.Q(colour="") | models.Q(colour__regex=r"^[0-9a-f]{6}$"), name="brand_colour_shape"
            ),
            models.CheckConstraint(
                condition=models.Q(host="") | models.Q(host__regex=r"^[a-z0-9-]+(\.[a-z0-9-]+)+$"),
                name="brand_host_shape",
            ),
            models.CheckConstraint(condition=models.Q(effective_at__gt=models.F("saved_at")), name="brand_holds_later"),
        ]
        indexes = [models.Index(fields=["practice", "-effective_at", "-saved_at"], name="brand_latest")]
