"""Client applications: who was invited, what is to be done, what was handed in, and the walls around them."""

import uuid

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
from django.db import migrations, models

from accounts.desk.applying import sql_setup
from accounts.ground.access import rls

HEADS, TASKS, FILES = "desk_application", "desk_applicationtask", "desk_applicationfile"
OF_APPLICATION = "application_id, firm_id, practice_id, account_id"
WHOSE = "id, firm_id, practice_id, account_id"

WALLS = [
    *[
        tie
        for table in (HEADS, TASKS, FILES)
        for tie in (
            rls.tie(table, "firm_id, practice_id", "accounts_practice", "firm_id, id", f"{table}_practice"),
            rls.tie(table, "firm_id, account_id", "accounts_account", "firm_id, id", f"{table}_account"),
        )
    ],
    rls.tie(HEADS, "firm_id, party_id", "accounts_party", "firm_id, id", "application_party"),
    rls.tie(TASKS, OF_APPLICATION, HEADS, WHOSE, "application_task_of"),
    rls.tie(FILES, f"task_id, {OF_APPLICATION}", TASKS, f"id, {OF_APPLICATION}", "application_file_of"),
    rls.secure(
        HEADS,
        read=sql_setup.OWN,
        worker="",
        office="SELECT, UPDATE (state, link_hash, tells_opening)",
    ),
    rls.secure(
        TASKS,
        read=sql_setup.OWN,
        worker="",
        office="SELECT, UPDATE (standing, reject_reason, completed_at)",
    ),
    rls.secure(FILES, read=sql_setup.OWN, worker="", office="SELECT"),
    *[migrations.RunSQL(step, reverse_sql=migrations.RunSQL.noop) for step in sql_setup.STEPS],
    rls.trailed(
        HEADS,
        *("account_id", "party_id", "method", "kind", "name", "email", "state", "times_sent", "expires_at"),
        *("submitted_at", "document_hash", "signed_name", "tells_opening", "paper_hash"),
        secrets=("link_hash", "answers"),
    ),
    rls.trailed(TASKS, "key", "standing", "reject_reason", "completed_at"),
    rls.trailed(FILES, "task_id", "name", "size", "sha256", "sent_by"),
    rls.append_only(FILES),
]


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0048_draws"),
        ("desk", "0014_tickets_in_the_trail"),
    ]

    operations = [
        migrations.CreateModel(
            name="Application",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                (
                    "method",
                    models.CharField(
                        choices=[
                            ("electronic", "Fully electronic"),
                            ("semi", "Semi-electronic"),
                            ("mass", "Mass upload"),
                        ],
                        default="electronic",
                        max_length=12,
                        verbose_name="method",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("individual", "Individual"),
                            ("joint_survivors", "Joint tenants with rights of survivorship"),
                            ("joint_common", "Tenants in common"),
                            ("joint_community", "Community property"),
                            ("joint_entirety", "Tenancy by the entirety"),
                            ("joint_australia", "Joint, Australia"),
                            ("ira_traditional", "Traditional IRA"),
                            ("ira_rollover", "Rollover IRA"),
                            ("ira_roth", "Roth IRA"),
                            ("ira_sep", "SEP IRA"),
                            ("ira_education", "Education IRA"),
                            ("ira_inherited", "Inherited traditional IRA"),
                            ("ira_inherited_roth", "Inherited Roth IRA"),
                            ("ira_inherited_sep", "Inherited SEP IRA"),
                            ("rrsp", "RRSP"),
                            ("rrsp_spousal", "Spousal RRSP"),
                            ("tfsa", "TFSA"),
                            ("isa", "ISA"),
                            ("trust_revocable", "Revocable trust"),
                            ("trust_irrevocable", "Irrevocable trust"),
                            ("trust_testamentary", "Testamentary trust"),
                            ("trust_retirement", "Retirement trust (ERISA)"),
                            ("trust_smsf", "Self-managed super fund (SMSF)"),
                            ("trust_other", "Other trust"),
                            ("ugma", "UGMA/UTMA"),
                            ("jisa", "Junior ISA"),
                            ("corporation", "Corporation"),
                            ("llc", "Limited liability company"),
                            ("partnership", "Partnership"),
                            ("business", "Unincorporated business"),
                        ],
                        max_length=20,
                        verbose_name="kind of account",
                    ),
                ),
                ("country", models.CharField(max_length=3, verbose_name="country of residence")),
                ("tax_country", models.CharField(max_length=3, verbose_name="country of tax residence")),
                ("name", models.CharField(max_length=200, verbose_name="client")),
                ("email", models.EmailField(max_length=254, verbose_name="e-mail")),
                ("username", models.CharField(blank=True, default="", max_length=20, verbose_name="user name")),
                ("language", models.CharField(default="en", max_length=10)),
                (
                    "tells_opening",
                    models.BooleanField(default=True, verbose_name="tell the client when the account is open"),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "Draft"),
                            ("sent", "Sent"),
                            ("opened", "Opened"),
                            ("started", "Started"),
                            ("submitted", "Submitted"),
                            ("cancelled", "Cancelled"),
                            ("expired", "Expired"),
                        ],
                        default="draft",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                (
                    "link_hash",
                    models.CharField(help_text="SHA-256 of the link's secret", max_length=64, null=True, unique=True),
                ),
                (
                    "past_hashes",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=64), default=list, size=None
                    ),
                ),
                ("times_sent", models.PositiveSmallIntegerField(default=0)),
                ("invited_by", models.BigIntegerField()),
                ("created_at", models.DateTimeField()),
                ("sent_at", models.DateTimeField(null=True, verbose_name="sent")),
                ("expires_at", models.DateTimeField(null=True, verbose_name="ends")),
                ("submitted_at", models.DateTimeField(null=True, verbose_name="submitted")),
                ("answers", models.TextField(default="", help_text="Sealed")),
                ("steps_done", models.PositiveSmallIntegerField(default=0)),
                ("attempted_at", models.DateTimeField(null=True, verbose_name="last client login attempt")),
                ("attempt_worked", models.BooleanField(default=False)),
                ("document", models.TextField(default="", help_text="Sealed: the text that was signed")),
                ("document_hash", models.CharField(blank=True, max_length=64)),
                ("signed_name", models.CharField(blank=True, max_length=200, verbose_name="signed by")),
                ("signed_address", models.CharField(blank=True, max_length=45)),
                (
                    "paper",
                    models.TextField(
                        default="", help_text="Sealed: the text that was to be signed by hand, as it was printed"
                    ),
                ),
                ("paper_hash", models.CharField(blank=True, default="", max_length=64)),
                (
                    "account",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="application",
                        to="accounts.account",
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
                    "party",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.party",
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
                "db_table": "desk_application",
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="ApplicationTask",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ("place", models.PositiveSmallIntegerField()),
                ("key", models.CharField(max_length=20)),
                ("form_number", models.CharField(blank=True, max_length=20, verbose_name="form number")),
                (
                    "owner",
                    models.CharField(
                        choices=[("client", "Client"), ("broker", "Broker")], max_length=10, verbose_name="owner"
                    ),
                ),
                (
                    "standing",
                    models.CharField(
                        choices=[
                            ("open", "To do"),
                            ("review", "With the back office"),
                            ("done", "Done"),
                            ("rejected", "Rejected"),
                        ],
                        default="open",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("for_approval", models.BooleanField(default=True, verbose_name="required for approval")),
                ("for_trading", models.BooleanField(default=True, verbose_name="required for trading")),
                ("takes_file", models.BooleanField(default=False)),
                ("reject_reason", models.CharField(blank=True, max_length=300, verbose_name="reason for rejecting")),
                ("started_on", models.DateField(verbose_name="started")),
                ("completed_at", models.DateTimeField(null=True, verbose_name="completed")),
                (
                    "account",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.account",
                    ),
                ),
                (
                    "application",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="tasks",
                        to="desk.application",
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
                "db_table": "desk_applicationtask",
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="ApplicationFile",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ("name", models.CharField(max_length=120)),
                ("kind", models.CharField(max_length=100)),
                ("size", models.PositiveIntegerField()),
                ("sha256", models.CharField(max_length=64)),
                ("sent_by", models.BigIntegerField(help_text="Nobody: the client, by the link", null=True)),
                ("at", models.DateTimeField()),
                (
                    "account",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.account",
                    ),
                ),
                (
                    "application",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="desk.application",
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
                    "task",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="files",
                        to="desk.applicationtask",
                    ),
                ),
            ],
            options={
                "db_table": "desk_applicationfile",
                "abstract": False,
            },
        ),
        migrations.AddIndex(
            model_name="application",
            index=models.Index(fields=["practice", "-created_at", "id"], name="application_practice"),
        ),
        migrations.AddIndex(
            model_name="application",
            index=django.contrib.postgres.indexes.GinIndex(fields=["past_hashes"], name="application_past_links"),
        ),
        migrations.AddConstraint(
            model_name="application",
            constraint=models.UniqueConstraint(fields=("id", "firm", "practice", "account"), name="application_whose"),
        ),
        migrations.AddConstraint(
            model_name="application",
            constraint=models.UniqueConstraint(
                condition=models.Q(("username", ""), _negated=True),
                fields=("username",),
                name="application_username_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="application",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("link_hash", None),
                    models.Q(
                        ("link_hash__regex", "^[0-9a-f]{64}$"),
                        ("state__in", ("sent", "opened", "started", "submitted")),
                    ),
                    _connector="OR",
                ),
                name="application_link_is_hash",
            ),
        ),
        migrations.AddConstraint(
            model_name="application",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("document_hash", ""), ("signed_name", ""), ("submitted_at", None)),
                    models.Q(
                        ("submitted_at__isnull", False),
                        models.Q(("document_hash", ""), _negated=True),
                        models.Q(("signed_name", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="application_submitted_is_signed",
            ),
        ),
        migrations.AddConstraint(
            model_name="application",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "submitted"), _negated=True), ("submitted_at__isnull", False), _connector="OR"
                ),
                name="application_submitted_has_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="application",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("paper", ""), ("paper_hash", "")),
                    models.Q(
                        ("method", "semi"),
                        models.Q(("paper", ""), _negated=True),
                        models.Q(("paper_hash", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="application_paper_is_semi",
            ),
        ),
        migrations.AddConstraint(
            model_name="applicationtask",
            constraint=models.UniqueConstraint(fields=("application", "key"), name="application_task_once"),
        ),
        migrations.AddConstraint(
            model_name="applicationtask",
            constraint=models.UniqueConstraint(
                fields=("id", "application", "firm", "practice", "account"), name="application_task_whose"
            ),
        ),
        migrations.AddConstraint(
            model_name="applicationtask",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("completed_at__isnull", False), ("standing", "done")),
                    models.Q(models.Q(("standing", "done"), _negated=True), ("completed_at", None)),
                    _connector="OR",
                ),
                name="application_task_done_has_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="applicationtask",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("standing", "rejected"), _negated=True),
                    models.Q(("reject_reason", ""), _negated=True),
                    _connector="OR",
                ),
                name="application_task_rejected_says_why",
            ),
        ),
        migrations.AddIndex(
            model_name="applicationfile",
            index=models.Index(fields=["task", "-at"], name="application_file_task"),
        ),
        migrations.AddConstraint(
            model_name="applicationfile",
            constraint=models.CheckConstraint(
                condition=models.Q(("name", ""), _negated=True), name="application_file_has_name"
            ),
        ),
        migrations.AddConstraint(
            model_name="applicationfile",
            constraint=models.CheckConstraint(condition=models.Q(("size__gt", 0)), name="application_file_not_empty"),
        ),
        *WALLS,
    ]
