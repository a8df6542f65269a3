"""What the broker is told to move, and the files it is told in."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0027_reimbursements_and_instructions"),
        ("broker", "0016_permission_requests"),
    ]

    operations = [
        migrations.AlterField(
            model_name="statementfile",
            name="kind",
            field=models.CharField(
                choices=[
                    ("flex", "Flex statement (XML)"),
                    ("csv", "Daily values (CSV)"),
                    ("answers", "Answers to instructions (CSV)"),
                ],
                max_length=8,
            ),
        ),
        migrations.CreateModel(
            name="InstructionFile",
            fields=[
                ("id", models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ("day", models.DateField()),
                ("part", models.PositiveIntegerField()),
                ("name", models.CharField(max_length=100)),
                ("rows", models.PositiveIntegerField()),
                ("sha256", models.CharField(max_length=64)),
                ("run_id", models.BigIntegerField()),
                (
                    "firm",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.firm",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Instruction",
            fields=[
                ("id", models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ("attempt", models.PositiveSmallIntegerField()),
                ("day", models.DateField()),
                ("kind", models.CharField(max_length=10)),
                ("payer", models.CharField(max_length=10)),
                ("payee", models.CharField(max_length=10)),
                ("amount", models.DecimalField(decimal_places=2, max_digits=20)),
                ("currency", models.CharField(max_length=3)),
                ("memo", models.CharField(blank=True, max_length=300)),
                (
                    "answer",
                    models.CharField(
                        blank=True,
                        choices=[("", "Not answered"), ("accepted", "Accepted"), ("rejected", "Rejected")],
                        default="",
                        max_length=10,
                    ),
                ),
                ("answered_at", models.DateTimeField(null=True)),
                ("answer_words", models.CharField(blank=True, max_length=300)),
                ("again_asked_at", models.DateTimeField(null=True)),
                (
                    "account",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.account",
                    ),
                ),
                (
                    "firm",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.firm",
                    ),
                ),
                (
                    "practice",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.practice",
                    ),
                ),
                (
                    "transfer",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="instructions",
                        to="accounts.transfer",
                    ),
                ),
                (
                    "file",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="instructions",
                        to="broker.instructionfile",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.AddConstraint(
            model_name="instructionfile",
            constraint=models.UniqueConstraint(fields=("firm", "day", "part"), name="instruction_file_once"),
        ),
        migrations.AddConstraint(
            model_name="instructionfile",
            constraint=models.UniqueConstraint(fields=("firm", "id"), name="instruction_file_firm_id"),
        ),
        migrations.AddIndex(
            model_name="instruction",
            index=models.Index(fields=["firm", "-day"], name="instruction_firm_day"),
        ),
        migrations.AddIndex(
            model_name="instruction",
            index=models.Index(fields=["account", "-day"], name="instruction_account_day"),
        ),
        migrations.AddIndex(
            model_name="instruction",
            index=models.Index(
                condition=models.Q(("answer__in", ["", "rejected"])), fields=["answer"], name="instruction_open"
            ),
        ),
        migrations.AddConstraint(
            model_name="instruction",
            constraint=models.UniqueConstraint(fields=("transfer", "attempt"), name="instruction_once_a_try"),
        ),
        migrations.AddConstraint(
            model_name="instruction",
            constraint=models.CheckConstraint(condition=models.Q(("amount__gt", 0)), name="instruction_positive"),
        ),
        migrations.AddConstraint(
            model_name="instruction",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("answer", ""), ("answered_at", None)),
                    models.Q(("answer__in", ["accepted", "rejected"]), ("answered_at__isnull", False)),
                    _connector="OR",
                ),
                name="instruction_answer_has_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="instruction",
            constraint=models.CheckConstraint(
                condition=models.Q(("again_asked_at", None), ("answer", "rejected"), _connector="OR"),
                name="instruction_again_if_rejected",
            ),
        ),
    ]
