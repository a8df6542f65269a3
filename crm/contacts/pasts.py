"""What a contact said before somebody changed it."""

from django.conf import settings
from django.db import models

from crm.contacts.intakes import Intake
from crm.contacts.models import Contact
from crm.vault.sealed import SealedRow


class Past(SealedRow):
    """One change of a contact: each field with what stood there and what was written, sealed; who and when is clear.

    It goes with its contact. `intake` is the file that wrote it, as long as the import can take it back.
    """

    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="+", db_constraint=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    intake = models.ForeignKey(Intake, on_delete=models.PROTECT, null=True, related_name="+", db_constraint=False)
    at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True)
    fields_sealed = models.BinaryField()

    sealed = ("fields",)

    class Meta(SealedRow.Meta):
        indexes = [
            models.Index(fields=["contact", "-at", "id"], name="past_of_contact"),
            models.Index(fields=["intake", "id"], name="past_of_intake"),
        ]
