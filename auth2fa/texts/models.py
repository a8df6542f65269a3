"""Firms that take no codes by text or call, and from which day on."""

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.ground.tree.models import Firm


class FirmWithoutTexts(models.Model):
    """One decision of a firm; it is taken back, never rewritten."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    firm = models.ForeignKey(Firm, on_delete=models.PROTECT, related_name="+", db_constraint=False)
    from_day = models.DateField(_("From"), help_text=_("The first day on which no code leaves by text or call"))
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    unscoped = models.Manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["firm"], condition=models.Q(ended_at=None), name="firm_without_texts_once")
        ]

    def __str__(self) -> str:
        return f"{self.firm_id} {self.from_day}"
