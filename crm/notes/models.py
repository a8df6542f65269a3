"""Notes. What they say is sealed; whose they are, about whom and when is clear."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse

from accounts.ground.tree.models import Account
from crm.contacts.models import Contact
from crm.vault.sealed import SealedRow


class Note(SealedRow):
    """One note, about one account of the practice or about somebody in its client book."""

    account = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+", db_constraint=False)
    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, null=True, related_name="+", db_constraint=False)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    title_sealed = models.BinaryField()
    body_sealed = models.BinaryField()
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    pinned_at = models.DateTimeField(null=True)
    trashed_at = models.DateTimeField(null=True)

    sealed = ("title", "body")

    class Meta(SealedRow.Meta):
        constraints = [
            models.CheckConstraint(
                condition=Q(account__isnull=False, contact=None) | Q(account=None, contact__isnull=False),
                name="note_about_one",
            ),
        ]
        indexes = [
            models.Index(fields=["account", "-created_at"], name="note_account"),
            models.Index(fields=["contact", "-created_at"], name="note_contact"),
        ]

    def get_absolute_url(self) -> str:
        """Where it is read and changed; what becomes of it has addresses below."""
        if self.account is not None:
            return reverse("notes:note", args=[self.account.number, self.pk])
        return reverse("notes:contact_note", args=[self.contact_id, self.pk])

    @property
    def about(self) -> str:
        """Whose account it is about, or whom."""
        subject = self.account if self.account is not None else self.contact
        return subject.title if subject is not None else ""
