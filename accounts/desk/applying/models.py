"""Client applications: whom a practice has asked to apply, how far they are, and what is still to be done."""

import uuid
from datetime import datetime

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.desk.applying.kinds import CHOICES
from accounts.ground.access.managers import TenantModel
from accounts.ground.invitations.models import ON_THE_WAY, InvitationState
from accounts.ground.people.models import Party
from accounts.ground.tree.models import Account, Firm, Practice


class Method(models.TextChoices):
    """Who fills the application in."""

    ELECTRONIC = "electronic", _("Fully electronic")
    SEMI = "semi", _("Semi-electronic")
    MASS = "mass", _("Mass upload")


class TaskOwner(models.TextChoices):
    """Whose turn a task is."""

    CLIENT = "client", _("Client")
    BROKER = "broker", _("Broker")


class TaskStanding(models.TextChoices):
    """Where a task stands."""

    OPEN = "open", _("To do")
    REVIEW = "review", _("With the back office")
    DONE = "done", _("Done")
    REJECTED = "rejected", _("Rejected")


# States in which a link opens something.
WITH_LINK = (*ON_THE_WAY, InvitationState.SUBMITTED)


class Application(TenantModel):
    """One application for one account. What the client has answered is sealed; of links only hashes are kept."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    firm = models.ForeignKey(Firm, on_delete=models.PROTECT, related_name="+", db_constraint=False)
    practice = models.ForeignKey(Practice, on_delete=models.PROTECT, related_name="+", db_constraint=False)
    account = models.OneToOneField(Account, on_delete=models.PROTECT, related_name="application", db_constraint=False)
    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="+", db_constraint=False)
    method = models.CharField(_("method"), max_length=12, choices=Method, default=Method.ELECTRONIC)
    kind = models.CharField(_("kind of account"), max_length=20, choices=CHOICES)
    country = models.CharField(_("country of residence"), max_length=3)
    tax_country = models.CharField(_("country of tax residence"), max_length=3)
    name = models.CharField(_("client"), max_length=200)
    email = models.EmailField(_("e-mail"))
    username = models.CharField(_("user name"), max_length=20, blank=True, default="")
    language = models.CharField(max_length=10, default="en")
    tells_opening = models.BooleanField(_("tell the client when the account is open"), default=True)
    state = models.CharField(_("state"), max_length=10, choices=InvitationState, default=InvitationState.DRAFT)
    link_hash = models.CharField(max_length=64, null=True, unique=True, help_text="SHA-256 of the link's secret")
    past_hashes = ArrayField(models.CharField(max_length=64), default=list)
    times_sent = models.PositiveSmallIntegerField(default=0)
    invited_by = models.BigIntegerField()
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(_("sent"), null=True)
    expires_at = models.DateTimeField(_("ends"), null=True)
    submitted_at = models.DateTimeField(_("submitted"), null=True)
    answers = models.TextField(default="", help_text="Sealed")
    steps_done = models.PositiveSmallIntegerField(default=0)
    attempted_at = models.DateTimeField(_("last client login attempt"), null=True)
    attempt_worked = models.BooleanField(default=False)
    document = models.TextField(default="", help_text="Sealed: the text that was signed")
    document_hash = models.CharField(max_length=64, blank=True)
    signed_name = models.CharField(_("signed by"), max_length=200, blank=True)
    signed_address = models.CharField(max_length=45, blank=True)
    paper = models.TextField(default="", help_text="Sealed: the text that was to be signed by hand, as it was printed")
    paper_hash = models.CharField(max_length=64, blank=True, default="")

    class Meta(TenantModel.Meta):
        db_table = "desk_application"
        constraints = [
            models.UniqueConstraint(fields=["id", "firm", "practice", "account"], name="application_whose"),
            models.UniqueConstraint(
                fields=["username"], condition=~models.Q(username=""), name="application_username_once"
            ),
            models.CheckConstraint(
                condition=models.Q(link_hash=None) | models.Q(state__in=WITH_LINK, link_hash__regex="^[0-9a-f]{64}$"),
                name="application_link_is_hash",
            ),
            models.CheckConstraint(
                condition=models.Q(submitted_at=None, document_hash="", signed_name="")
                | models.Q(submitted_at__isnull=False) & ~models.Q(document_hash="") & ~models.Q(signed_name=""),
                name="application_submitted_is_signed",
            ),
            models.CheckConstraint(
                condition=~models.Q(state=InvitationState.SUBMITTED) | models.Q(submitted_at__isnull=False),
                name="application_submitted_has_time",
            ),
            models.CheckConstraint(
                condition=models.Q(paper="", paper_hash="")
                | models.Q(method=Method.SEMI) & ~models.Q(paper="") & ~models.Q(paper_hash=""),
                name="application_paper_is_semi",
            ),
        ]
        indexes = [
            models.Index(fields=["practice", "-created_at", "id"], name="application_practice"),
            GinIndex(fields=["past_hashes"], name="application_past_links"),
        ]

    def __str__(self) -> str:
        return self.name

    def state_at(self, at: datetime) -> str:
        """The state with the passing of time in it: a link that nobody used in time is expired."""
        is_late = self.state in ON_THE_WAY and self.expires_at is not None and self.expires_at <= at
        return InvitationState.EXPIRED if is_late else self.state


class ApplicationTask(TenantModel):
    """One thing that has to be done before the account opens, or before it trades."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="tasks", db_constraint=False)
    firm = models.ForeignKey(Firm, on_delete=models.PROTECT, related_name="+", db_constraint=False)
    practice = models.ForeignKey(Practice, on_delete=models.PROTECT, related_name="+", db_constraint=False)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_constraint=False)
    place = models.PositiveSmallIntegerField()
    key = models.CharField(max_length=20)
    form_number = models.CharField(_("form number"), max_length=20, blank=True)
    owner = models.CharField(_("owner"), max_length=10, choices=TaskOwner)
    standing = models.CharField(_("state"), max_length=10, choices=TaskStanding, default=TaskStanding.OPEN)
    for_approval = models.BooleanField(_("required for approval"), default=True)
    for_trading = models.BooleanField(_("required for trading"), default=True)
    takes_file = models.BooleanField(default=False)
    reject_reason = models.CharField(_("reason for rejecting"), max_length=300, blank=True)
    started_on = models.DateField(_("started"))
    completed_at = models.DateTimeField(_("completed"), null=True)

    class Meta(TenantModel.Meta):
        db_table = "desk_applicationtask"
        constraints = [
            models.UniqueConstraint(fields=["application", "key"], name="application_task_once"),
            models.UniqueConstraint(
                fields=["id", "application", "firm", "practice", "account"], name="application_task_whose"
            ),
            models.CheckConstraint(
                condition=models.Q(standing=TaskStanding.DONE, completed_at__isnull=False)
                | (~models.Q(standing=TaskStanding.DONE) & models.Q(completed_at=None)),
                name="application_task_done_has_time",
            ),
            models.CheckConstraint(
                condition=~models.Q(standing=TaskStanding.REJECTED) | ~models.Q(reject_reason=""),
                name="application_task_rejected_says_why",
            ),
        ]

    def __str__(self) -> str:
        from accounts.desk.applying.tasklist import words_of

        return str(words_of(self.key))


class ApplicationFile(TenantModel):
    """A document that was handed in for a task. Its content lies in the storage, below a name that says nothing."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    task = models.ForeignKey(ApplicationTask, on_delete=models.PROTECT, related_name="files", db_constraint=False)
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="+", db_constraint=False)
    firm = models.ForeignKey(Firm, on_delete=models.PROTECT, related_name="+", db_constraint=False)
    practice = models.ForeignKey(Practice, on_delete=models.PROTECT, related_name="+", db_constraint=False)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_constraint=False)
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=100)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    sent_by = models.BigIntegerField(null=True, help_text=_("Nobody: the client, by the link"))
    at = models.DateTimeField()

    class Meta(TenantModel.Meta):
        db_table = "desk_applicationfile"
        constraints = [
            models.CheckConstraint(condition=~models.Q(name=""), name="application_file_has_name"),
            models.CheckConstraint(condition=models.Q(size__gt=0), name="application_file_not_empty"),
        ]
        indexes = [models.Index(fields=["task", "-at"], name="application_file_task")]

    def __str__(self) -> str:
        return self.name

    @property
    def place(self) -> str:
        """Where its content lies in the storage."""
        return f"applications/{self.pk}"
