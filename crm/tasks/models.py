"""Tasks. What they say is sealed; day, priority, state, who does them and about whom is clear."""

from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import Q, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from accounts.ground.tree.models import Account
from crm.contacts.models import Contact
from crm.vault.sealed import SealedRow

# Where a task without a day stands in order: after all that have one.
NO_DAY = date(9999, 12, 31)


class TaskState(models.TextChoices):
    """How far a task has come."""

    TODO = "todo", _("To do")
    DOING = "doing", _("Under way")
    WAITING = "waiting", _("Waits for somebody")
    DONE = "done", _("Done")


class Priority(models.IntegerChoices):
    """What comes first on a day."""

    HIGH = 1, _("High")
    MEDIUM = 2, _("Medium")
    LOW = 3, _("Low")


class Task(SealedRow):
    """One thing that somebody of the practice has to do, about a contact, an account or neither."""

    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, null=True, related_name="+", db_constraint=False)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+", db_constraint=False)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    assignee = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=TaskState, default=TaskState.TODO)
    priority = models.PositiveSmallIntegerField(choices=Priority, default=Priority.MEDIUM)
    due_on = models.DateField(null=True)
    sort_day = models.GeneratedField(
        expression=Coalesce("due_on", Value(NO_DAY)), output_field=models.DateField(), db_persist=True
    )
    title_sealed = models.BinaryField()
    notes_sealed = models.BinaryField()
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    trashed_at = models.DateTimeField(null=True)

    sealed = ("title", "notes")

    class Meta(SealedRow.Meta):
        constraints = [
            models.CheckConstraint(condition=Q(state__in=TaskState.values), name="task_state_known"),
            models.CheckConstraint(condition=Q(priority__in=Priority.values), name="task_priority_known"),
            models.CheckConstraint(
                condition=Q(state=TaskState.DONE, done_at__isnull=False)
                | (~Q(state=TaskState.DONE) & Q(done_at__isnull=True)),
                name="task_done_has_moment",
            ),
            models.UniqueConstraint(fields=["firm", "practice", "id"], name="task_practice_id"),
        ]
        indexes = [
            models.Index(fields=["practice", "sort_day", "priority", "id"], name="task_sorted"),
            models.Index(fields=["contact"], name="task_contact"),
            models.Index(fields=["assignee", "sort_day"], condition=~Q(state="done"), name="task_assignee"),
        ]

    @property
    def is_done(self) -> bool:
        """Whether nothing is left to do."""
        return self.state == TaskState.DONE
