"""What a what-if has found, and its wall: nobody reads it but whoever has asked."""

import django.db.models.deletion
import django.db.models.expressions
from django.db import migrations, models

from accounts.ground.access import rls

OWN = f"(user_id = (SELECT app_user()) AND firm_id = (SELECT app_firm()) AND {rls.sees_account()})"
ALL_RIGHTS = "SELECT, INSERT, UPDATE, DELETE"

WALLS = [
    rls.tie("fees_whatifline", "firm_id, account_id", "accounts_account", "firm_id, id", "whatifline_account_in_firm"),
    rls.secure("fees_whatifline", read=OWN, write=OWN, web=ALL_RIGHTS, worker=ALL_RIGHTS),
]


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0025_addresses"),
        ("fees", "0021_charges_by_period"),
    ]

    operations = [
        migrations.CreateModel(
            name="WhatIfLine",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "trial_id", "account_id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("trial_id", models.UUIDField()),
                ("user_id", models.BigIntegerField()),
                ("currency", models.CharField(max_length=3)),
                ("since", models.DateField(null=True)),
                ("before", models.DecimalField(decimal_places=2, default=0, max_digits=20)),
                ("after", models.DecimalField(decimal_places=2, default=0, max_digits=20)),
                ("change", models.DecimalField(decimal_places=2, default=0, max_digits=20)),
                ("band", models.CharField(blank=True, default="", max_length=10)),
                ("problem", models.CharField(blank=True, default="", max_length=20)),
                ("sending_id", models.UUIDField(null=True)),
                ("answer", models.CharField(blank=True, default="", max_length=20)),
                ("detail", models.CharField(blank=True, default="", max_length=300)),
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
                "db_table": "fees_whatifline",
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "change",
                                django.db.models.expressions.CombinedExpression(
                                    models.F("after"), "-", models.F("before")
                                ),
                            )
                        ),
                        name="whatifline_change",
                    )
                ],
            },
        ),
        *WALLS,
    ]
