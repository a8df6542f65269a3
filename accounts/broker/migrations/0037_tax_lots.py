"""Tax lots: the methods that were chosen, which a trade day's end makes final, and who is choosing."""

import uuid

import django.db.models.deletion
from django.db import migrations, models

from accounts.broker.lots import sql_setup


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0052_payees_by_account"),
        ("broker", "0036_two_people_decide"),
    ]

    operations = [
        migrations.CreateModel(
            name="LotLock",
            fields=[
                (
                    "account",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="accounts.account",
                    ),
                ),
                ("user_id", models.BigIntegerField()),
                ("started_at", models.DateTimeField()),
                ("beat_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
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
            name="LotChoice",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                (
                    "contract",
                    models.CharField(
                        help_text="The broker's contract id, or the symbol where it has none", max_length=60
                    ),
                ),
                ("symbol", models.CharField(max_length=60)),
                ("day", models.DateField()),
                (
                    "method",
                    models.CharField(
                        choices=[
                            ("FIFO", "First in, first out"),
                            ("LIFO", "Last in, first out"),
                            ("HC", "Highest cost"),
                            ("LC", "Lowest cost"),
                            ("MLG", "Maximize long-term gain"),
                            ("MLL", "Maximize long-term loss"),
                            ("MSG", "Maximize short-term gain"),
                            ("MSL", "Maximize short-term loss"),
                            ("SL", "Specific lot"),
                        ],
                        max_length=4,
                    ),
                ),
                ("lots", models.JSONField(default=dict, help_text="How much of which lot, where lots were named")),
                ("final_at", models.DateTimeField(help_text="From then on nothing changes it")),
                ("chosen_by", models.BigIntegerField()),
                ("chosen_at", models.DateTimeField()),
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
            ],
            options={
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(fields=("account", "contract", "day"), name="lotchoice_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("method__in", ["FIFO", "LIFO", "HC", "LC", "MLG", "MLL", "MSG", "MSL", "SL"])
                        ),
                        name="lotchoice_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("method", "SL"), models.Q(("lots", {}), _negated=True)),
                            models.Q(models.Q(("method", "SL"), _negated=True), ("lots", {})),
                            _connector="OR",
                        ),
                        name="lotchoice_names_lots",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="LotDefault",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                (
                    "method",
                    models.CharField(
                        choices=[
                            ("FIFO", "First in, first out"),
                            ("LIFO", "Last in, first out"),
                            ("HC", "Highest cost"),
                            ("LC", "Lowest cost"),
                            ("MLG", "Maximize long-term gain"),
                            ("MLL", "Maximize long-term loss"),
                            ("MSG", "Maximize short-term gain"),
                            ("MSL", "Maximize short-term loss"),
                        ],
                        max_length=4,
                    ),
                ),
                ("starts", models.DateField()),
                ("final_at", models.DateTimeField(help_text="From then on nothing changes it")),
                ("chosen_by", models.BigIntegerField()),
                ("chosen_at", models.DateTimeField()),
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
            ],
            options={
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(fields=("account", "starts"), name="lotdefault_once"),
                    models.CheckConstraint(
                        condition=models.Q(("method__in", ["FIFO", "LIFO", "HC", "LC", "MLG", "MLL", "MSG", "MSL"])),
                        name="lotdefault_known",
                    ),
                ],
            },
        ),
        *sql_setup.WALLS,
        migrations.RunSQL(sql_setup.FINAL, reverse_sql=migrations.RunSQL.noop),
    ]
