"""What advisors write down for distributions from retirement accounts; read with the account, written by its practice."""

import django.db.models.deletion
from django.db import migrations, models

from accounts.ground.access import rls
from portal.tools.sql_setup import OF_OWN_PRACTICE, OF_SEEN_ACCOUNT

EDIT = "SELECT, INSERT, UPDATE"
TABLES = ("tools_distributionfacts", "tools_yearendvalue")


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0048_draws"),
    ]

    operations = [
        migrations.CreateModel(
            name="DistributionFacts",
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
                ("born_on", models.DateField(blank=True, null=True)),
                ("spouse_born_on", models.DateField(blank=True, null=True)),
                ("spouse_is_sole", models.BooleanField(default=False)),
                ("owner_born_on", models.DateField(blank=True, null=True)),
                ("owner_died_on", models.DateField(blank=True, null=True)),
                (
                    "heir",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("spouse", "The surviving spouse, as the only beneficiary"),
                            ("minor", "A child of the owner, under 21 at the death"),
                            ("disabled", "Somebody disabled or chronically ill"),
                            ("near_in_age", "Somebody not more than ten years younger than the owner"),
                            ("person", "Any other person"),
                            ("not_a_person", "An estate, a charity or another that is no person"),
                        ],
                        max_length=16,
                    ),
                ),
                ("was_roth", models.BooleanField(default=False)),
                ("saved_by", models.BigIntegerField()),
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
            ],
            options={
                "db_table": "tools_distributionfacts",
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("heir__in", ["", "spouse", "minor", "disabled", "near_in_age", "person", "not_a_person"])
                        ),
                        name="distribution_heir",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("heir", ""),
                            models.Q(("owner_born_on__isnull", False), ("owner_died_on__isnull", False)),
                            _connector="OR",
                        ),
                        name="distribution_heir_of_somebody",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="YearEndValue",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("year", models.PositiveSmallIntegerField()),
                (
                    "value",
                    models.DecimalField(blank=True, decimal_places=2, max_digits=20, null=True, verbose_name="Value"),
                ),
                ("rollover", models.DecimalField(decimal_places=2, default=0, max_digits=20)),
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
                "db_table": "tools_yearendvalue",
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(fields=("account", "year"), name="yearend_once"),
                    models.CheckConstraint(
                        condition=models.Q(("value__isnull", True), ("value__gte", 0), _connector="OR"),
                        name="yearend_not_negative",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("rollover__gte", 0)), name="yearend_rollover_not_negative"
                    ),
                ],
            },
        ),
        *[rls.secure(table, read=OF_SEEN_ACCOUNT, write=OF_OWN_PRACTICE, web=EDIT, night="SELECT") for table in TABLES],
        *[
            rls.tie(table, "firm_id, account_id", "accounts_account", "firm_id, id", f"{table}_in_firm")
            for table in TABLES
        ],
        rls.trailed(
            "tools_distributionfacts",
            *("born_on", "spouse_born_on", "spouse_is_sole", "owner_born_on", "owner_died_on", "heir", "was_roth"),
        ),
        rls.trailed("tools_yearendvalue", "year", "value", "rollover"),
    ]
