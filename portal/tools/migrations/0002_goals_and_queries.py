"""Goals of clients, written by the account's practice; queries of client data, their maker's or the practice's."""

import uuid

import django.db.models.deletion
from django.db import migrations, models

from accounts.ground.access import rls
from portal.tools.sql_setup import OF_OWN_PRACTICE, OF_SEEN_ACCOUNT, OWN_OR_SHARED, OWN_QUERY

EDIT = "SELECT, INSERT, UPDATE, DELETE"
GOAL = (
    *("name", "kind", "amount", "starts_on", "years", "contribution", "social_security", "start", "mean"),
    *("volatility", "seed", "probability"),
)


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0048_draws"),
        ("tools", "0001_distributions"),
    ]

    operations = [
        migrations.CreateModel(
            name="Goal",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ("name", models.CharField(max_length=60)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("vacation", "Vacation"),
                            ("medical", "Medical"),
                            ("house", "House down payment"),
                            ("other", "Other spending"),
                            ("college", "College"),
                            ("retirement", "Retirement"),
                        ],
                        max_length=12,
                    ),
                ),
                ("amount", models.DecimalField(decimal_places=2, max_digits=20)),
                ("starts_on", models.DateField()),
                ("years", models.PositiveSmallIntegerField(default=0)),
                ("contribution", models.DecimalField(decimal_places=2, default=0, max_digits=20)),
                ("social_security", models.DecimalField(decimal_places=2, default=0, max_digits=20)),
                ("start", models.DecimalField(blank=True, decimal_places=2, max_digits=20, null=True)),
                ("mean", models.DecimalField(decimal_places=4, max_digits=6)),
                ("volatility", models.DecimalField(decimal_places=4, max_digits=6)),
                ("seed", models.BigIntegerField()),
                ("ran_on", models.DateField()),
                ("ran_from", models.DecimalField(decimal_places=2, max_digits=20)),
                ("value_day", models.DateField(null=True)),
                ("probability", models.DecimalField(decimal_places=5, max_digits=6)),
                ("outcome", models.JSONField()),
                ("saved_by", models.BigIntegerField()),
                ("saved_at", models.DateTimeField()),
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
                "db_table": "tools_goal",
                "abstract": False,
                "indexes": [models.Index(fields=["account", "starts_on"], name="goal_of_account")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("kind__in", ["vacation", "medical", "house", "other", "college", "retirement"])
                        ),
                        name="goal_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("probability__gte", 0), ("probability__lte", 1)), name="goal_probability"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("amount__gt", 0), ("volatility__gte", 0)), name="goal_amounts"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SavedQuery",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ("user_id", models.BigIntegerField()),
                ("seat_id", models.BigIntegerField()),
                ("name", models.CharField(max_length=60)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("performance", "Performance"),
                            ("symbol", "Symbol"),
                            ("volume", "Volume"),
                            ("attributes", "Attributes"),
                        ],
                        max_length=12,
                    ),
                ),
                ("criteria", models.CharField(max_length=1000)),
                ("is_shared", models.BooleanField(default=False)),
                ("saved_at", models.DateTimeField()),
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
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.practice",
                    ),
                ),
            ],
            options={
                "db_table": "tools_savedquery",
                "abstract": False,
                "indexes": [models.Index(fields=["practice", "name"], name="query_of_practice")],
                "constraints": [
                    models.UniqueConstraint(fields=("user_id", "seat_id", "name"), name="query_name_once"),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["performance", "symbol", "volume", "attributes"])),
                        name="query_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("is_shared", False), ("practice__isnull", False), _connector="OR"),
                        name="query_shared_in_practice",
                    ),
                ],
            },
        ),
        rls.secure("tools_goal", read=OF_SEEN_ACCOUNT, write=OF_OWN_PRACTICE, web=EDIT),
        rls.tie("tools_goal", "firm_id, account_id", "accounts_account", "firm_id, id", "goal_account_in_firm"),
        rls.trailed("tools_goal", *GOAL),
        rls.secure("tools_savedquery", read=OWN_OR_SHARED, write=OWN_QUERY, web=EDIT),
        rls.tie("tools_savedquery", "firm_id, practice_id", "accounts_practice", "firm_id, id", "query_in_firm"),
        rls.trailed("tools_savedquery", "name", "kind", "criteria", "is_shared"),
    ]
