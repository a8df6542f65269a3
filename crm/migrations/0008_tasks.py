"""Tasks of a practice: what they say is sealed, when and whose they are is clear, for order and reminders."""

import datetime
import uuid

import django.db.models.deletion
import django.db.models.functions.comparison
from django.conf import settings
from django.db import migrations, models

from accounts.ground.access import rls
from crm.vault.sql_setup import OURS

# A colleague is somebody who has, or had, a seat in the practice.
OURS_AND_A_COLLEAGUES = (
    f"({OURS} AND {rls.at_home('crm_task')} AND EXISTS (SELECT 1 FROM accounts_seat theirs"
    " WHERE theirs.user_id = crm_task.assignee_id AND theirs.practice_id = crm_task.practice_id))"
)

# The reminder of the morning counts by day and person; it reads nothing that is sealed.
COUNTED = """
CREATE POLICY worker_counts ON crm_task FOR SELECT TO portal_worker USING (true);
GRANT SELECT (firm_id, practice_id, assignee_id, state, due_on, trashed_at) ON crm_task TO portal_worker;
"""
NOT_COUNTED = """
REVOKE SELECT (firm_id, practice_id, assignee_id, state, due_on, trashed_at) ON crm_task FROM portal_worker;
DROP POLICY worker_counts ON crm_task;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0040_holders_and_entities"),
        ("crm", "0007_desk_of_the_book"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Task",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ("version", models.PositiveIntegerField(default=0)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("todo", "To do"),
                            ("doing", "Under way"),
                            ("waiting", "Waits for somebody"),
                            ("done", "Done"),
                        ],
                        default="todo",
                        max_length=10,
                    ),
                ),
                (
                    "priority",
                    models.PositiveSmallIntegerField(choices=[(1, "High"), (2, "Medium"), (3, "Low")], default=2),
                ),
                ("due_on", models.DateField(null=True)),
                (
                    "sort_day",
                    models.GeneratedField(
                        db_persist=True,
                        expression=django.db.models.functions.comparison.Coalesce(
                            "due_on", models.Value(datetime.date(9999, 12, 31))
                        ),
                        output_field=models.DateField(),
                    ),
                ),
                ("title_sealed", models.BinaryField()),
                ("notes_sealed", models.BinaryField()),
                ("created_at", models.DateTimeField()),
                ("changed_at", models.DateTimeField()),
                ("done_at", models.DateTimeField(null=True)),
                ("trashed_at", models.DateTimeField(null=True)),
                (
                    "account",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.account",
                    ),
                ),
                (
                    "assignee",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "author",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "contact",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="crm.contact",
                    ),
                ),
                (
                    "firm",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.firm",
                    ),
                ),
                (
                    "practice",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.practice",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "indexes": [
                    models.Index(fields=["practice", "sort_day", "priority", "id"], name="task_sorted"),
                    models.Index(fields=["contact"], name="task_contact"),
                    models.Index(
                        condition=models.Q(("state", "done"), _negated=True),
                        fields=["assignee", "sort_day"],
                        name="task_assignee",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["todo", "doing", "waiting", "done"])), name="task_state_known"
                    ),
                    models.CheckConstraint(condition=models.Q(("priority__in", [1, 2, 3])), name="task_priority_known"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("done_at__isnull", False), ("state", "done")),
                            models.Q(models.Q(("state", "done"), _negated=True), ("done_at__isnull", True)),
                            _connector="OR",
                        ),
                        name="task_done_has_moment",
                    ),
                    models.UniqueConstraint(fields=("firm", "practice", "id"), name="task_practice_id"),
                ],
            },
        ),
        rls.tie("crm_task", "firm_id, practice_id", "accounts_practice", "firm_id, id", "task_own_practice"),
        rls.tie("crm_task", "firm_id, account_id", "accounts_account", "firm_id, id", "task_own_account"),
        rls.tie(
            "crm_task",
            "firm_id, practice_id, contact_id",
            "crm_contact",
            "firm_id, practice_id, id",
            "task_own_contact",
        ),
        rls.secure(
            "crm_task", read=OURS, write=OURS_AND_A_COLLEAGUES, web="SELECT, INSERT, UPDATE", worker="", office=""
        ),
        rls.trailed(
            "crm_task",
            *(
                "contact_id",
                "account_id",
                "author_id",
                "assignee_id",
                "state",
                "priority",
                "due_on",
                "version",
                "trashed_at",
            ),
            secrets=("title_sealed", "notes_sealed"),
        ),
        migrations.RunSQL(COUNTED, reverse_sql=NOT_COUNTED),
    ]
