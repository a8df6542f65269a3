"""Documents and their editions. What they are and say is sealed; about whom, when and whether scanned is clear."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from crm.contacts.models import Contact
from crm.vault.models import SealedFile
from crm.vault.sealed import SealedRow


class Scan(models.TextChoices):
    """What a scanner for malware said when the file came; what it refuses is never kept."""

    NONE = "none", _("Not scanned")
    CLEAN = "clean", _("Scanned, nothing found")


class Document(SealedRow):
    """One document, about a contact or the practice; its label is that of the newest edition."""

    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, null=True, related_name="+", db_constraint=False)
    uploader = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    editions = models.PositiveIntegerField(default=1)
    label_sealed = models.BinaryField()
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    trashed_at = models.DateTimeField(null=True)

    sealed = ("label",)

    class Meta(SealedRow.Meta):
        constraints = [models.UniqueConstraint(fields=["firm", "practice", "id"], name="document_practice_id")]
        indexes = [
            models.Index(fields=["practice", "-changed_at", "-id"], name="document_newest"),
            models.Index(fields=["contact"], name="document_contact"),
        ]


class Edition(SealedRow):
    """One file of a document, under its own key in the store."""

    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="+", db_constraint=False)
    number = models.PositiveIntegerField()
    file = models.OneToOneField(SealedFile, on_delete=models.PROTECT, related_name="+", db_constraint=False)
    uploader = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    scan = models.CharField(max_length=10, choices=Scan, default=Scan.NONE)
    label_sealed = models.BinaryField()
    uploaded_at = models.DateTimeField()

    sealed = ("label",)

    class Meta(SealedRow.Meta):
        constraints = [
            models.CheckConstraint(condition=Q(scan__in=Scan.values), name="edition_scan_known"),
            models.UniqueConstraint(fields=["document", "number"], name="edition_once"),
        ]
