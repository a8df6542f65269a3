"""Locks of contacts: one person changes a contact at a time."""

from django.conf import settings
from django.db import models

from crm.contacts.models import Contact
from crm.vault.models import Kept


class EditLock(Kept):
    """Who is changing a contact, and until when unless they go on; it ends with the sign-in session."""

    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, related_name="+", db_constraint=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    user_id: int
    sign_in = models.CharField(max_length=40)
    since = models.DateTimeField()
    until = models.DateTimeField()

    class Meta(Kept.Meta):
        constraints = [models.UniqueConstraint(fields=["contact"], name="one_lock_a_contact")]
