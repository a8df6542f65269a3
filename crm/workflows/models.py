"""Workflows, their stages and templates. What they say is sealed; days, states and whose they are is clear."""

from datetime import date
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from crm.contacts.models import Contact
from crm.tasks.models import NO_DAY, Priority
from crm.vault.models import Kept
from crm.vault.sealed import SealedRow

if TYPE_CHECKING:
    from accounts.ground.access.context import Who


class StageState(models.TextChoices):
    """How far a stage has come."""

    TODO = "todo", _("To do")
    ACTIVE = "active", _("Active")
    DONE = "done", _("Done")
    SKIPPED = "skipped", _("Skipped")


OVER = (StageState.DONE, StageState.SKIPPED)


class Audience(models.TextChoices):
    """Who of the practice finds a workflow."""

    PRACTICE = "practice", _("Everybody of the practice")
    PRIVATE = "private", _("Its owner and who has a stage")


class Workflow(SealedRow):
    """Work about contacts, stage by stage. Day and priority are those of the active stage, `people` have stages."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    people = ArrayField(models.BigIntegerField(), default=list)
    visibility = models.CharField(max_length=10, choices=Audience, default=Audience.PRACTICE)
    due_on = models.DateField(default=NO_DAY)
    priority = models.PositiveSmallIntegerField(choices=Priority, default=Priority.MEDIUM)
    title_sealed = models.BinaryField()
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    trashed_at = models.DateTimeField(null=True)

    sealed = ("title",)

    class Meta(SealedRow.Meta):
        constraints = [
            models.CheckConstraint(condition=Q(visibility__in=Audience.values), name="workflow_visibility_known"),
            models.CheckConstraint(condition=Q(priority__in=Priority.values), name="workflow_priority_known"),
            models.UniqueConstraint(fields=["firm", "practice", "id"], name="workflow_practice_id"),
        ]
        indexes = [models.Index(fields=["practice", "due_on", "priority", "id"], name="workflow_sorted")]

    @classmethod
    def narrowed(cls, who: "Who", rows: "models.QuerySet[Any]") -> "models.QuerySet[Any]":
        """Of one's own practice; private ones of others only if one has a stage."""
        own = Q(visibility=Audience.PRACTICE) | Q(owner_id=who.user_id) | Q(people__contains=[who.user_id])
        return super().narrowed(who, rows).filter(own)


class Stage(SealedRow):
    """One thing to be done in a workflow, by somebody, until a day."""

    workflow = models.ForeignKey(Workflow, on_delete=models.CASCADE, related_name="stages", db_constraint=False)
    number = models.PositiveSmallIntegerField()
    assignee = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=StageState, default=StageState.TODO)
    priority = models.PositiveSmallIntegerField(choices=Priority, default=Priority.MEDIUM)
    due_on = models.DateField()
    title_sealed = models.BinaryField()
    notes_sealed = models.BinaryField()
    done_at = models.DateTimeField(null=True)

    sealed = ("title", "notes")

    class Meta(SealedRow.Meta):
        constraints = [
            models.CheckConstraint(condition=Q(state__in=StageState.values), name="stage_state_known"),
            models.CheckConstraint(condition=Q(priority__in=Priority.values), name="stage_priority_known"),
            models.CheckConstraint(
                condition=Q(state__in=OVER, done_at__isnull=False) | (~Q(state__in=OVER) & Q(done_at__isnull=True)),
                name="stage_over_has_moment",
            ),
            models.UniqueConstraint(fields=["workflow"], condition=Q(state="active"), name="stage_one_is_active"),
        ]
        indexes = [
            models.Index(fields=["workflow", "number"], name="stage_in_order"),
            models.Index(fields=["assignee", "due_on"], condition=Q(state="active"), name="stage_assignee"),
        ]

    @property
    def is_over(self) -> bool:
        """Whether nothing is left to do."""
        return self.state in OVER

    def is_late(self, today: date) -> bool:
        """Whether it should have been done."""
        return not self.is_over and self.due_on < today


class WorkflowContact(Kept):
    """A contact whom a workflow is about."""

    workflow = models.ForeignKey(Workflow, on_delete=models.CASCADE, related_name="about", db_constraint=False)
    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, related_name="+", db_constraint=False)

    class Meta(Kept.Meta):
        constraints = [models.UniqueConstraint(fields=["workflow", "contact"], name="workflow_contact_once")]
        indexes = [models.Index(fields=["contact"], name="workflow_contact")]


class Pattern(SealedRow):
    """A template: stages with the days after the beginning on which they are due; all of it is sealed."""

    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    content_sealed = models.BinaryField()
    created_at = models.DateTimeField()
    trashed_at = models.DateTimeField(null=True)

    sealed = ("content",)

    class Meta(SealedRow.Meta):
        db_table = "crm_workflowpattern"
        indexes = [models.Index(fields=["practice", "created_at"], name="pattern_of_practice")]
