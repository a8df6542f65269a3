"""Workflows, their stages and templates: what they say is sealed, when and whose they are is clear."""

import datetime
import uuid

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from accounts.ground.access import rls
from crm.vault.sql_setup import OURS
from crm.workflows.sql_setup import FOUND, FOUND_WITH, REMINDED, REMINDED_BACK, STAGE_WRITTEN


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0043_commodity_registered"),
        ("crm", "0012_events"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Workflow",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ("version", models.PositiveIntegerField(default=0)),
                (
                    "people",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), default=list, size=None
                    ),
                ),
                (
                    "visibility",
                    models.CharField(
                        choices=[
                            ("practice", "Everybody of the practice"),
                            ("private", "Its owner and who has a stage"),
                        ],
                        default="practice",
                        max_length=10,
                    ),
                ),
                ("due_on", models.DateField(default=datetime.date(9999, 12, 31))),
                (
                    "priority",
                    models.PositiveSmallIntegerField(choices=[(1, "High"), (2, "Medium"), (3, "Low")], default=2),
                ),
                ("title_sealed", models.BinaryField()),
                ("created_at", models.DateTimeField()),
                ("changed_at", models.DateTimeField()),
                ("closed_at", models.DateTimeField(null=True)),
                ("trashed_at", models.DateTimeField(null=True)),
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
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
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
            },
        ),
        migrations.CreateModel(
            name="Stage",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ("version", models.PositiveIntegerField(default=0)),
                ("number", models.PositiveSmallIntegerField()),
                (
                    "state",
                    models.CharField(
                        choices=[("todo", "To do"), ("active", "Active"), ("done", "Done"), ("skipped", "Skipped")],
                        default="todo",
                        max_length=10,
                    ),
                ),
                (
                    "priority",
                    models.PositiveSmallIntegerField(choices=[(1, "High"), (2, "Medium"), (3, "Low")], default=2),
                ),
                ("due_on", models.DateField()),
                ("title_sealed", models.BinaryField()),
                ("notes_sealed", models.BinaryField()),
                ("done_at", models.DateTimeField(null=True)),
                (
                    "assignee",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
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
                (
                    "workflow",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="stages",
                        to="crm.workflow",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="WorkflowContact",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "contact",
                    models.ForeignKey(
                        db_constraint=False,
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
                (
                    "workflow",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="about",
                        to="crm.workflow",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Pattern",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ("version", models.PositiveIntegerField(default=0)),
                ("content_sealed", models.BinaryField()),
                ("created_at", models.DateTimeField()),
                ("trashed_at", models.DateTimeField(null=True)),
                (
                    "author",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
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
                "db_table": "crm_workflowpattern",
                "abstract": False,
                "indexes": [models.Index(fields=["practice", "created_at"], name="pattern_of_practice")],
            },
        ),
        migrations.AddIndex(
            model_name="workflow",
            index=models.Index(fields=["practice", "due_on", "priority", "id"], name="workflow_sorted"),
        ),
        migrations.AddConstraint(
            model_name="workflow",
            constraint=models.CheckConstraint(
                condition=models.Q(("visibility__in", ["practice", "private"])), name="workflow_visibility_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="workflow",
            constraint=models.CheckConstraint(
                condition=models.Q(("priority__in", [1, 2, 3])), name="workflow_priority_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="workflow",
            constraint=models.UniqueConstraint(fields=("firm", "practice", "id"), name="workflow_practice_id"),
        ),
        migrations.AddIndex(
            model_name="stage",
            index=models.Index(fields=["workflow", "number"], name="stage_in_order"),
        ),
        migrations.AddIndex(
            model_name="stage",
            index=models.Index(
                condition=models.Q(("state", "active")), fields=["assignee", "due_on"], name="stage_assignee"
            ),
        ),
        migrations.AddConstraint(
            model_name="stage",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["todo", "active", "done", "skipped"])), name="stage_state_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="stage",
            constraint=models.CheckConstraint(
                condition=models.Q(("priority__in", [1, 2, 3])), name="stage_priority_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="stage",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("done_at__isnull", False), ("state__in", ("done", "skipped"))),
                    models.Q(models.Q(("state__in", ("done", "skipped")), _negated=True), ("done_at__isnull", True)),
                    _connector="OR",
                ),
                name="stage_over_has_moment",
            ),
        ),
        migrations.AddConstraint(
            model_name="stage",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "active")), fields=("workflow",), name="stage_one_is_active"
            ),
        ),
        migrations.AddIndex(
            model_name="workflowcontact",
            index=models.Index(fields=["contact"], name="workflow_contact"),
        ),
        migrations.AddConstraint(
            model_name="workflowcontact",
            constraint=models.UniqueConstraint(fields=("workflow", "contact"), name="workflow_contact_once"),
        ),
        rls.tie("crm_workflow", "firm_id, practice_id", "accounts_practice", "firm_id, id", "workflow_own_practice"),
        rls.secure("crm_workflow", read=FOUND, write=FOUND, web="SELECT, INSERT, UPDATE, DELETE", worker="", office=""),
        rls.trailed(
            "crm_workflow",
            *("owner_id", "visibility", "closed_at", "version", "trashed_at"),
            # With whom a private workflow is, and until when, is not for everybody who reads the trail.
            secrets=("people", "due_on", "priority", "title_sealed"),
        ),
        *(
            rls.tie(
                table,
                "firm_id, practice_id, workflow_id",
                "crm_workflow",
                "firm_id, practice_id, id",
                f"{name}_own_workflow",
            )
            for table, name in (("crm_stage", "stage"), ("crm_workflowcontact", "workflow_contact"))
        ),
        rls.tie(
            "crm_workflowcontact",
            "firm_id, practice_id, contact_id",
            "crm_contact",
            "firm_id, practice_id, id",
            "workflow_contact_own_contact",
        ),
        *(
            rls.secure(table, read=FOUND_WITH, write=write, web="SELECT, INSERT, UPDATE, DELETE", worker="", office="")
            for table, write in (("crm_stage", STAGE_WRITTEN), ("crm_workflowcontact", FOUND_WITH))
        ),
        rls.trailed(
            "crm_stage",
            *("workflow_id", "number", "state", "version"),
            secrets=("assignee_id", "due_on", "priority", "title_sealed", "notes_sealed"),
        ),
        rls.trailed("crm_workflowcontact", "workflow_id", "contact_id"),
        rls.tie(
            "crm_workflowpattern",
            "firm_id, practice_id",
            "accounts_practice",
            "firm_id, id",
            "pattern_own_practice",
        ),
        rls.secure("crm_workflowpattern", read=OURS, write=OURS, web="SELECT, INSERT, UPDATE", worker="", office=""),
        rls.trailed("crm_workflowpattern", "author_id", "version", "trashed_at", secrets=("content_sealed",)),
        migrations.RunSQL(REMINDED, reverse_sql=REMINDED_BACK),
    ]
