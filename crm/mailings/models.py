"""Mail to several contacts: what was written and for whom is sealed, how many and how each message stands is clear."""

import uuid
from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q

from crm.vault.models import Kept
from crm.vault.sealed import SealedRow


class Mailing(SealedRow):
    """One mail to several contacts, a message each; `report` says of each contact what has become of it.

    It goes out through the portal's own sender, or `by_mailbox`, from the mailbox of whoever wrote it.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    queued = models.PositiveIntegerField()
    skipped = models.PositiveIntegerField()
    by_mailbox = models.BooleanField(default=False, db_default=False)
    subject_sealed = models.BinaryField()
    body_sealed = models.BinaryField()
    report_sealed = models.BinaryField()

    sealed = ("subject", "body", "report")

    class Meta(SealedRow.Meta):
        indexes = [models.Index(fields=["practice", "-at"], name="mailing_youngest")]


# How a message stands that goes by one's own mailbox. Before the server is told it is written down as not known.
WAITING, UNSURE, LEFT, FAILED = "waiting", "unsure", "left", "failed"
NO_EMAIL, OPTED_OUT, NO_ACCOUNT, TRASHED = "no_email", "opted_out", "no_account", "trashed"
# So long after its request began a message may still be with the server; longer than any request lasts.
STILL_GOING = timedelta(minutes=5)
STATES = (WAITING, UNSURE, LEFT, FAILED, NO_EMAIL, OPTED_OUT, NO_ACCOUNT, TRASHED)


class Handover(Kept):
    """One message of a mail that goes by one's own mailbox, and how it stands; neither its address nor its text."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    mailing = models.ForeignKey(Mailing, on_delete=models.PROTECT, related_name="+", db_constraint=False)
    contact = models.UUIDField(help_text="Who gets it, as the report of the mail names them")
    turn = models.PositiveSmallIntegerField(default=1)
    state = models.CharField(max_length=10, default=WAITING)
    tried_at = models.DateTimeField(null=True)

    class Meta(Kept.Meta):
        constraints = [
            models.UniqueConstraint(fields=["mailing", "contact", "turn"], name="handover_once_a_turn"),
            models.CheckConstraint(condition=Q(state__in=STATES), name="handover_state"),
            models.CheckConstraint(condition=Q(turn__gte=1), name="handover_turn"),
        ]
