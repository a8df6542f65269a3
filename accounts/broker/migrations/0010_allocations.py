"""Block trades, their executions and how they were shared out."""

import uuid
from decimal import Decimal

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0008_users_walls"),
        ("broker", "0009_rate_corrections_are_the_offices"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Block",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ("symbol", models.CharField(max_length=60)),
                (
                    "asset",
                    models.CharField(
                        choices=[
                            ("STK", "Stock"),
                            ("OPT", "Option"),
                            ("FUT", "Future"),
                            ("FOP", "Futures option"),
                            ("SSF", "Single stock future"),
                            ("BOND", "Bond"),
                            ("BILL", "Treasury bill"),
                            ("FUND", "Mutual fund"),
                            ("CASH", "Currency pair"),
                            ("WAR", "Warrant"),
                        ],
                        max_length=10,
                    ),
                ),
                ("country", models.CharField(blank=True, max_length=2)),
                (
                    "side",
                    models.CharField(choices=[("buy", "Buy"), ("sell", "Sell"), ("short", "Sell short")], max_length=5),
                ),
                ("traded_on", models.DateField()),
                ("quantity", models.DecimalField(decimal_places=10, max_digits=28)),
                ("lot", models.DecimalField(decimal_places=6, default=Decimal("1"), max_digits=18)),
                ("price", models.DecimalField(decimal_places=10, max_digits=28, null=True)),
                ("created_at", models.DateTimeField()),
                ("withdrawn_at", models.DateTimeField(null=True)),
                (
                    "account",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.account",
                    ),
                ),
                (
                    "created_by",
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
                        db_index=False,
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
            name="Allocation",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ("version", models.PositiveIntegerField()),
                (
                    "method",
                    models.CharField(
                        choices=[
                            ("equal", "Equal shares"),
                            ("nlv", "By net liquidation value"),
                            ("percent", "By percent"),
                            ("manual", "By hand"),
                        ],
                        max_length=10,
                    ),
                ),
                ("quantity", models.DecimalField(decimal_places=10, max_digits=28)),
                ("minimum", models.DecimalField(decimal_places=10, max_digits=28)),
                ("digest", models.CharField(help_text="Fingerprint of what was previewed", max_length=64)),
                (
                    "state",
                    models.CharField(
                        choices=[("current", "Current"), ("replaced", "Replaced"), ("cancelled", "Cancelled")],
                        default="current",
                        max_length=10,
                    ),
                ),
                ("made_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                ("why_ended", models.CharField(blank=True, max_length=300)),
                (
                    "ended_by",
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
                    "made_by",
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
                    "block",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="allocations",
                        to="broker.block",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="BlockExecution",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("quantity", models.DecimalField(decimal_places=10, max_digits=28)),
                ("released_at", models.DateTimeField(null=True)),
                (
                    "block",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="executions",
                        to="broker.block",
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
                    "trade",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="broker.trade",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="AllocationShare",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(max_length=10)),
                ("weight", models.DecimalField(decimal_places=10, max_digits=28, null=True)),
                ("quantity", models.DecimalField(decimal_places=10, max_digits=28)),
                ("left_out", models.CharField(blank=True, max_length=500)),
                (
                    "account",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.account",
                    ),
                ),
                (
                    "allocation",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="shares",
                        to="broker.allocation",
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
            ],
            options={
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(fields=("allocation", "account"), name="share_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("left_out", ""), ("quantity__gt", 0)),
                            models.Q(("quantity", 0), models.Q(("left_out", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="share_or_reason",
                    ),
                ],
            },
        ),
        migrations.AddIndex(
            model_name="block",
            index=models.Index(fields=["practice", "-traded_on", "id"], name="block_practice_day"),
        ),
        migrations.AddConstraint(
            model_name="block",
            constraint=models.UniqueConstraint(fields=("firm", "id"), name="block_firm_id"),
        ),
        migrations.AddConstraint(
            model_name="block",
            constraint=models.UniqueConstraint(fields=("practice", "id"), name="block_practice_id"),
        ),
        migrations.AddConstraint(
            model_name="block",
            constraint=models.CheckConstraint(
                condition=models.Q(("lot__gt", 0), ("quantity__gt", 0)), name="block_has_quantity"
            ),
        ),
        migrations.AddConstraint(
            model_name="block",
            constraint=models.CheckConstraint(
                condition=models.Q(("side__in", ["buy", "sell", "short"])), name="block_side_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="allocation",
            constraint=models.UniqueConstraint(fields=("practice", "id"), name="allocation_practice_id"),
        ),
        migrations.AddConstraint(
            model_name="allocation",
            constraint=models.UniqueConstraint(fields=("block", "version"), name="allocation_version_once"),
        ),
        migrations.AddConstraint(
            model_name="allocation",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "current")), fields=("block",), name="allocation_one_current"
            ),
        ),
        migrations.AddConstraint(
            model_name="allocation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("ended_at__isnull", True), ("state", "current")),
                    models.Q(models.Q(("state", "current"), _negated=True), ("ended_at__isnull", False)),
                    _connector="OR",
                ),
                name="allocation_ended_has_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="blockexecution",
            constraint=models.UniqueConstraint(
                condition=models.Q(("released_at__isnull", True)), fields=("trade",), name="execution_once"
            ),
        ),
    ]
