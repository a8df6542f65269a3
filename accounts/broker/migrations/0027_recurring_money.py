"""Money that moves again and again, what became of each time, and the walls of both."""

import uuid
from decimal import Decimal

import django.db.models.deletion
from django.db import migrations, models

from accounts.broker.funding.sql_setup import SEES
from accounts.broker.recurring import sql_setup
from accounts.ground.access import rls

INSTRUCTION, TURN = sql_setup.INSTRUCTION, sql_setup.TURN

WALLS = [
    *[
        wall
        for table, word in ((INSTRUCTION, "recurring"), (TURN, "recurring_turn"))
        for wall in (
            rls.tie(table, "firm_id, account_id", "accounts_account", "firm_id, id", f"{word}_account_firm"),
            rls.tie(table, "firm_id, practice_id", "accounts_practice", "firm_id, id", f"{word}_practice_firm"),
        )
    ],
    rls.tie(INSTRUCTION, "firm_id, counter_id", "accounts_account", "firm_id, id", "recurring_counter_firm"),
    rls.tie(
        INSTRUCTION,
        "firm_id, account_id, bank_id",
        "broker_savedbank",
        "firm_id, account_id, id",
        "recurring_bank_account",
    ),
    rls.tie(
        TURN, "firm_id, account_id, instruction_id", INSTRUCTION, "firm_id, account_id, id", "recurring_turn_of_account"
    ),
    rls.secure(INSTRUCTION, read=SEES, office="SELECT, UPDATE (state, next_on, ended_at, reason)"),
    rls.writes(
        INSTRUCTION,
        insert=f"({sql_setup.SETS_UP} AND {rls.at_home(INSTRUCTION)})",
        update=sql_setup.CHANGES,
        columns=sql_setup.COLUMNS,
    ),
    migrations.RunSQL(sql_setup.STEPS, reverse_sql=migrations.RunSQL.noop),
    rls.trailed(
        INSTRUCTION,
        *("account_id", "name", "kind", "method", "amount", "currency", "counter_id", "bank_id", "every"),
        *("starts_on", "ends_on", "state", "asked_by", "reason"),
    ),
    rls.secure(TURN, read=SEES, office="SELECT, INSERT"),
    rls.append_only(TURN),
]


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0049_parties_of_fewer_accounts"),
        ("broker", "0026_funding"),
    ]

    operations = [
        migrations.CreateModel(
            name="RecurringInstruction",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ("name", models.CharField(max_length=64)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("deposit", "Deposit"),
                            ("withdrawal", "Withdrawal"),
                            ("internal_cash", "Internal cash transfer"),
                            ("bank", "Bank instruction"),
                        ],
                        max_length=16,
                    ),
                ),
                (
                    "method",
                    models.CharField(
                        choices=[
                            ("WIRE", "Wire"),
                            ("ACH", "ACH"),
                            ("EFT", "EFT"),
                            ("SEPA", "SEPA"),
                            ("CHECK", "Check"),
                            ("INTERNAL", "Internal"),
                        ],
                        max_length=10,
                    ),
                ),
                ("amount", models.DecimalField(decimal_places=2, max_digits=20)),
                ("currency", models.CharField(max_length=3)),
                (
                    "every",
                    models.CharField(
                        choices=[("month", "Every month"), ("quarter", "Every quarter"), ("year", "Every year")],
                        max_length=10,
                    ),
                ),
                ("starts_on", models.DateField()),
                ("ends_on", models.DateField(null=True)),
                ("next_on", models.DateField()),
                (
                    "state",
                    models.CharField(
                        choices=[("active", "Active"), ("paused", "Paused"), ("ended", "Ended")],
                        default="active",
                        max_length=10,
                    ),
                ),
                ("is_by_advisor", models.BooleanField()),
                ("factor", models.CharField(blank=True, max_length=20)),
                ("key", models.UUIDField()),
                ("asked_by", models.BigIntegerField()),
                ("seat", models.BigIntegerField()),
                ("asked_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                ("reason", models.CharField(blank=True, max_length=300)),
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
                    "bank",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="broker.savedbank",
                    ),
                ),
                (
                    "counter",
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
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="RecurringTurn",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("due_on", models.DateField()),
                ("asked_on", models.DateField()),
                ("problem", models.CharField(blank=True, max_length=300)),
                ("said", models.JSONField(default=dict)),
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
                    "instruction",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="turns",
                        to="broker.recurringinstruction",
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
                    "request",
                    models.OneToOneField(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="turn",
                        to="broker.fundingrequest",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.AddIndex(
            model_name="recurringinstruction",
            index=models.Index(condition=models.Q(("state", "active")), fields=["next_on"], name="recurring_due"),
        ),
        migrations.AddIndex(
            model_name="recurringinstruction",
            index=models.Index(fields=["firm", "practice"], name="recurring_practice"),
        ),
        migrations.AddIndex(
            model_name="recurringinstruction",
            index=models.Index(fields=["account"], name="recurring_account"),
        ),
        migrations.AddConstraint(
            model_name="recurringinstruction",
            constraint=models.UniqueConstraint(fields=("firm", "account", "id"), name="recurring_of_account"),
        ),
        migrations.AddConstraint(
            model_name="recurringinstruction",
            constraint=models.UniqueConstraint(fields=("asked_by", "key"), name="recurring_asked_once"),
        ),
        migrations.AddConstraint(
            model_name="recurringinstruction",
            constraint=models.CheckConstraint(
                condition=models.Q(models.Q(("name", ""), _negated=True), ("amount__gt", Decimal("0"))),
                name="recurring_says_what",
            ),
        ),
        migrations.AddConstraint(
            model_name="recurringinstruction",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("bank", None), ("counter__isnull", False), ("kind", "internal_cash"), ("method", "INTERNAL")
                    ),
                    models.Q(
                        ("bank", None),
                        ("counter", None),
                        ("kind", "deposit"),
                        models.Q(("method", "INTERNAL"), _negated=True),
                    ),
                    models.Q(
                        ("counter", None),
                        ("kind", "withdrawal"),
                        models.Q(
                            models.Q(("bank", None), ("method", "CHECK")), ("bank__isnull", False), _connector="OR"
                        ),
                    ),
                    _connector="OR",
                ),
                name="recurring_says_where",
            ),
        ),
        migrations.AddConstraint(
            model_name="recurringinstruction",
            constraint=models.CheckConstraint(
                condition=models.Q(("ends_on", None), ("ends_on__gte", models.F("starts_on")), _connector="OR"),
                name="recurring_ends_after_start",
            ),
        ),
        migrations.AddConstraint(
            model_name="recurringinstruction",
            constraint=models.CheckConstraint(
                condition=models.Q(("next_on__gte", models.F("starts_on"))), name="recurring_next_after_start"
            ),
        ),
        migrations.AddConstraint(
            model_name="recurringinstruction",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("ended_at__isnull", False), ("state", "ended")),
                    models.Q(models.Q(("state", "ended"), _negated=True), ("ended_at", None)),
                    _connector="OR",
                ),
                name="recurring_end_has_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="recurringturn",
            constraint=models.UniqueConstraint(fields=("instruction", "due_on"), name="recurring_turn_once"),
        ),
        migrations.AddConstraint(
            model_name="recurringturn",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("problem", ""), ("request__isnull", False)),
                    models.Q(("request", None), models.Q(("problem", ""), _negated=True)),
                    _connector="OR",
                ),
                name="recurring_turn_has_outcome",
            ),
        ),
        *WALLS,
    ]
