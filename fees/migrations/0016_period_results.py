"""Results of the periods of fees on profit, their wall, and what keeps them as they were closed."""

import django.db.models.deletion
from django.db import migrations, models

from accounts.ground.access import rls

WALLS = [
    rls.tie("fees_periodresult", "firm_id, account_id", "accounts_account", "firm_id, id", "result_account_in_firm"),
    rls.tie("fees_periodresult", "firm_id, practice_id", "accounts_practice", "firm_id, id", "result_payee_in_firm"),
    rls.secure("fees_periodresult", read=rls.sees(), night="SELECT, INSERT"),
    rls.append_only("fees_periodresult"),
]


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0023_sessions_by_user"),
        ("fees", "0015_count_what_was_taken"),
    ]

    operations = [
        migrations.AlterField(
            model_name="charge",
            name="reason",
            field=models.CharField(
                blank=True,
                choices=[
                    ("no_value", "The account had no positive value"),
                    ("no_profit", "The period left no profit to charge"),
                    ("below_unit", "The fee is below the smallest unit of the currency"),
                    ("funds", "The account's cash does not cover the fee"),
                ],
                default="",
                max_length=20,
            ),
        ),
        migrations.CreateModel(
            name="PeriodResult",
            fields=[
                (
                    "charge",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="result",
                        serialize=False,
                        to="fees.charge",
                    ),
                ),
                ("method", models.PositiveSmallIntegerField()),
                ("period", models.IntegerField()),
                ("profit", models.DecimalField(decimal_places=8, max_digits=24)),
                ("recovered", models.DecimalField(decimal_places=8, max_digits=24)),
                ("chargeable", models.DecimalField(decimal_places=8, max_digits=24)),
                ("surplus", models.DecimalField(decimal_places=8, max_digits=24)),
                ("withdrawn", models.DecimalField(decimal_places=10, max_digits=12)),
                ("carried", models.JSONField(default=list)),
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
                    "component",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="fees.component",
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
                "db_table": "fees_periodresult",
                "ordering": ["account", "practice", "method", "period"],
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(
                        fields=("account", "practice", "method", "period"), name="periodresult_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("chargeable__gte", 0),
                            ("recovered__gte", 0),
                            ("surplus__gte", 0),
                            ("withdrawn__gte", 0),
                            ("withdrawn__lte", 1),
                        ),
                        name="periodresult_not_negative",
                    ),
                ],
            },
        ),
        *WALLS,
    ]
