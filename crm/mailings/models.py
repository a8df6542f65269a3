"""Mail to several contacts: what was written and what has become of it for each is sealed, how many is clear."""

from django.conf import settings
from django.db import models

from crm.vault.sealed import SealedRow


class Mailing(SealedRow):
    """One mail to several contacts, a message each; `report` says of each contact what has become of it."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    queued = models.PositiveIntegerField()
    skipped = models.PositiveIntegerField()
    subject_sealed = models.BinaryField()
    body_sealed = models.BinaryField()
    report_sealed = models.BinaryField()

    sealed = ("subject", "body", "report")

    class Meta(SealedRow.Meta):
        indexes = [models.Index(fields=["practice", "-at"], name="mailing_youngest")]
