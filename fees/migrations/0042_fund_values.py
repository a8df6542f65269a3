"""What investments in hedge funds were worth, each correction a row of its own."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from accounts.ground.access import rls

WALLS = [
    rls.tie("fees_fundvalue", "firm_id, account_id", "accounts_account", "firm_id, id", "fundvalue_account_in_firm"),
    rls.secure("fees_fundvalue", read=rls.sees_account(), night="SELECT, INSERT", office="SELECT, INSERT"),
    rls.append_only("fees_fundvalue"),
    rls.trailed("fees_fundvalue", "fund", "day", "value", "put_in", "taken_out", "source"),
    migrations.RunSQL(
        "GRANT USAGE ON SEQUENCE fees_fundvalue_id_seq TO portal_night, portal_office",
        reverse_sql=migrations.RunSQL.noop,
    ),
]


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0039_pin_facts_settle"),
        ("fees", "0041_whoever_touched"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
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
                    ("no_trade_fee", "The trades of the day cost nothing"),
                    ("no_fund_fee", "The investments in funds cost nothing"),
                    ("no_change", "The period costs the same"),
                    ("below_unit", "The fee is below the smallest unit of the currency"),
                    ("liquidation", "The broker liquidated a position of the account that day"),
                    ("funds", "The account's cash does not cover the fee"),
                    ("fee_cap", "The rolling cap of the account's fees left no room for all of it"),
                    ("earlier", "The fee that it adjusts has not been charged yet"),
                    ("not_taken", "The fee that it adjusts had not been taken in full"),
                ],
                default="",
                max_length=20,
            ),
        ),
        migrations.CreateModel(
            name="FundValue",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("fund", models.CharField(max_length=60)),
                ("day", models.DateField()),
                ("value", models.DecimalField(decimal_places=4, max_digits=20, null=True)),
                (
                    "put_in",
                    models.DecimalField(decimal_places=4, help_text="Put in on that day", max_digits=20, null=True),
                ),
                (
                    "taken_out",
                    models.DecimalField(decimal_places=4, help_text="Taken out on that day", max_digits=20, null=True),
                ),
                ("source", models.CharField(max_length=200)),
                ("run_id", models.BigIntegerField(null=True)),
                ("recorded_at", models.DateTimeField(db_default=models.Func(function="clock_timestamp"))),
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
                    "recorded_by",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "fees_fundvalue",
                "ordering": ["-day", "-id"],
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(fields=("account", "fund", "day", "recorded_at"), name="fundvalue_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("value__isnull", True), ("value__gte", 0), _connector="OR"),
                            models.Q(("put_in__isnull", True), ("put_in__gte", 0), _connector="OR"),
                            models.Q(("taken_out__isnull", True), ("taken_out__gte", 0), _connector="OR"),
                        ),
                        name="fundvalue_not_negative",
                    ),
                    models.CheckConstraint(condition=models.Q(("fund", ""), _negated=True), name="fundvalue_named"),
                    models.CheckConstraint(
                        condition=models.Q(("run_id__isnull", True), ("recorded_by__isnull", True), _connector="XOR"),
                        name="fundvalue_told_by_somebody",
                    ),
                ],
            },
        ),
        *WALLS,
    ]
