"""Schedules, their components and flattened form, the partitioned accruals and the daily rollup."""

import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
import django.db.models.deletion
import django.db.models.manager
from django.conf import settings
from django.db import migrations, models

import fees.schedules.models

ACCRUAL = """
CREATE TABLE fees_accrual (
    account_id   bigint        NOT NULL,
    accrual_date date          NOT NULL,
    component_id integer       NOT NULL,
    run_id       integer       NOT NULL,
    method       smallint      NOT NULL,
    base         numeric(20,4) NOT NULL,
    rate         numeric(9,6)  NOT NULL,
    amount       numeric(20,8) NOT NULL,
    PRIMARY KEY (accrual_date, account_id, component_id)
) PARTITION BY RANGE (accrual_date)
"""


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0003_global_tables"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.CreateModel(
                    name="Accrual",
                    fields=[
                        (
                            "pk",
                            models.CompositePrimaryKey(
                                "accrual_date",
                                "account_id",
                                "component_id",
                                blank=True,
                                editable=False,
                                primary_key=True,
                                serialize=False,
                            ),
                        ),
                        ("account_id", models.BigIntegerField()),
                        ("accrual_date", models.DateField()),
                        ("component_id", models.IntegerField()),
                        ("run_id", models.IntegerField()),
                        ("method", models.SmallIntegerField()),
                        ("base", models.DecimalField(decimal_places=4, max_digits=20)),
                        ("rate", models.DecimalField(decimal_places=6, max_digits=9)),
                        ("amount", models.DecimalField(decimal_places=8, max_digits=20)),
                    ],
                    options={
                        "db_table": "fees_accrual",
                        "abstract": False,
                    },
                ),
            ],
            # Django cannot declare partitions; the columns are those of the model above.
            database_operations=[migrations.RunSQL(ACCRUAL, reverse_sql="DROP TABLE fees_accrual")],
        ),
        migrations.CreateModel(
            name="AdviserDaily",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "practice_id", "day", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("day", models.DateField()),
                ("currency", models.CharField(max_length=3)),
                ("accounts", models.IntegerField()),
                ("nlv", models.DecimalField(decimal_places=4, max_digits=24)),
                ("flow", models.DecimalField(decimal_places=4, max_digits=24)),
                ("accrued", models.DecimalField(decimal_places=8, default=0, max_digits=24)),
                ("complete", models.BooleanField()),
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
            ],
            options={
                "verbose_name_plural": "adviser daily",
                "db_table": "fees_adviserdaily",
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Schedule",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.PositiveSmallIntegerField()),
                (
                    "strategy",
                    models.CharField(
                        choices=[
                            ("none", "No fee"),
                            ("direct", "Billed directly by the advisor"),
                            ("automatic", "Charged automatically"),
                        ],
                        max_length=10,
                    ),
                ),
                ("starts", models.DateField()),
                ("ends", models.DateField(help_text="First day on which it no longer applies", null=True)),
                ("signed_name", models.CharField(blank=True, max_length=200)),
                ("signed_at", models.DateTimeField(null=True)),
                (
                    "document_hash",
                    models.CharField(blank=True, help_text="SHA-256 of what the client signed", max_length=64),
                ),
                ("agreed_at", models.DateTimeField()),
                (
                    "account",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="schedules",
                        to="accounts.account",
                    ),
                ),
                (
                    "agreed_by",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
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
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="schedules",
                        to="accounts.practice",
                        verbose_name="payee",
                    ),
                ),
            ],
            options={
                "ordering": ["account", "practice", "version"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Component",
            fields=[
                ("id", models.AutoField(primary_key=True, serialize=False)),
                ("method", models.PositiveSmallIntegerField(help_text="Code of the engine's registry")),
                ("rate", models.DecimalField(decimal_places=6, max_digits=9, null=True)),
                ("flat", models.DecimalField(decimal_places=4, max_digits=20, null=True)),
                ("tiers", models.JSONField(default=list)),
                (
                    "mode",
                    models.CharField(
                        choices=[
                            ("marginal", "Each range at its own rate"),
                            ("whole_balance", "Everything at the rate reached"),
                        ],
                        default="marginal",
                        max_length=16,
                    ),
                ),
                (
                    "schedule",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="components",
                        to="fees.schedule",
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="RunSchedule",
            fields=[
                (
                    "component",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="flattened",
                        serialize=False,
                        to="fees.component",
                    ),
                ),
                ("account_id", models.BigIntegerField()),
                ("practice_id", models.BigIntegerField()),
                ("method", models.PositiveSmallIntegerField()),
                ("starts", models.DateField()),
                ("ends", models.DateField(null=True)),
                ("rate", models.DecimalField(decimal_places=6, max_digits=9, null=True)),
                ("flat", models.DecimalField(decimal_places=4, max_digits=20, null=True)),
                ("b1", models.DecimalField(decimal_places=4, max_digits=20, null=True)),
                ("b2", models.DecimalField(decimal_places=4, max_digits=20, null=True)),
                ("b3", models.DecimalField(decimal_places=4, max_digits=20, null=True)),
                ("b4", models.DecimalField(decimal_places=4, max_digits=20, null=True)),
                ("r1", models.DecimalField(decimal_places=6, max_digits=9, null=True)),
                ("r2", models.DecimalField(decimal_places=6, max_digits=9, null=True)),
                ("r3", models.DecimalField(decimal_places=6, max_digits=9, null=True)),
                ("r4", models.DecimalField(decimal_places=6, max_digits=9, null=True)),
                ("r5", models.DecimalField(decimal_places=6, max_digits=9, null=True)),
                ("c1", models.DecimalField(decimal_places=10, max_digits=30, null=True)),
                ("c2", models.DecimalField(decimal_places=10, max_digits=30, null=True)),
                ("c3", models.DecimalField(decimal_places=10, max_digits=30, null=True)),
                ("c4", models.DecimalField(decimal_places=10, max_digits=30, null=True)),
                (
                    "schedule",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="fees.schedule",
                    ),
                ),
            ],
            managers=[
                ("unscoped", django.db.models.manager.Manager()),
            ],
        ),
        migrations.AddConstraint(
            model_name="schedule",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                expressions=[
                    ("account", "="),
                    ("practice", "="),
                    (
                        fees.schedules.models.DateRange(
                            "starts", "ends", django.contrib.postgres.fields.ranges.RangeBoundary()
                        ),
                        "&&",
                    ),
                ],
                name="schedule_one_in_force",
            ),
        ),
        migrations.AddConstraint(
            model_name="schedule",
            constraint=models.UniqueConstraint(fields=("account", "practice", "version"), name="schedule_version_once"),
        ),
        migrations.AddConstraint(
            model_name="schedule",
            constraint=models.CheckConstraint(
                condition=models.Q(("ends__isnull", True), ("ends__gte", models.F("starts")), _connector="OR"),
                name="schedule_ends_after_start",
            ),
        ),
        migrations.AddConstraint(
            model_name="schedule",
            constraint=models.CheckConstraint(
                condition=models.Q(("strategy__in", ["none", "direct", "automatic"])), name="schedule_strategy_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="schedule",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("strategy", "automatic"), _negated=True),
                    models.Q(
                        ("signed_at__isnull", False),
                        models.Q(("signed_name", ""), _negated=True),
                        ("document_hash__regex", "^[0-9a-f]{64}$"),
                    ),
                    _connector="OR",
                ),
                name="schedule_automatic_is_signed",
            ),
        ),
        migrations.AddConstraint(
            model_name="component",
            constraint=models.UniqueConstraint(fields=("schedule", "method"), name="component_method_once"),
        ),
        migrations.AddIndex(
            model_name="runschedule",
            index=models.Index(fields=["account_id"], name="runschedule_account"),
        ),
    ]
