"""Notes. What they say is sealed; whose they are, about which account and when is clear."""

from django.conf import settings
from django.db import models

from accounts.ground.tree.models import Account
from crm.vault.sealed import SealedRow


class Note(SealedRow):
    """One note about one account of the practice."""

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_constraint=False)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    title_sealed = models.BinaryField()
    body_sealed = models.BinaryField()
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    trashed_at = models.DateTimeField(null=True)

    sealed = ("title", "body")

    class Meta(SealedRow.Meta):
        indexes = [models.Index(fields=["account", "-created_at"], name="note_account")]
