"""Fees on trades: each execution once for each payee, and a day's charges in several currencies."""

import django.db.models.deletion
from django.db import migrations, models

from accounts.ground.access import rls

WALLS = [
    rls.tie("fees_tradefee", "firm_id, account_id", "accounts_account", "firm_id, id", "tradefee_account_in_firm"),
    rls.tie("fees_tradefee", "firm_id, practice_id", "accounts_practice", "firm_id, id", "tradefee_payee_in_firm"),
    rls.secure("fees_tradefee", read=rls.sees(), night="SELECT, INSERT"),
    rls.append_only("fees_tradefee"),
    migrations.RunSQL(
        "GRANT USAGE ON SEQUENCE fees_tradefee_id_seq TO portal_night", reverse_sql=migrations.RunSQL.noop
    ),
]


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0025_addresses"),
        ("broker", "0014_closing_prices"),
        ("fees", "0016_period_results"),
    ]

    operations = [
        migrations.CreateModel(
            name="TradeFee",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("outcome", models.CharField(max_length=12)),
                ("exact", models.DecimalField(decimal_places=8, max_digits=24)),
            ],
            options={
                "db_table": "fees_tradefee",
                "ordering": ["id"],
                "abstract": False,
            },
        ),
        migrations.RemoveConstraint(
            model_name="charge",
            name="charge_once",
        ),
        migrations.AlterField(
            model_name="charge",
            name="reason",
            field=models.CharField(
                blank=True,
                choices=[
                    ("no_value", "The account had no positive value"),
                    ("no_profit", "The period left no profit to charge"),
                    ("no_trade_fee", "The trades of the day cost nothing"),
                    ("below_unit", "The fee is below the smallest unit of the currency"),
                    ("funds", "The account's cash does not cover the fee"),
                ],
                default="",
                max_length=20,
            ),
        ),
        migrations.AddConstraint(
            model_name="charge",
            constraint=models.UniqueConstraint(
                fields=("account", "practice", "method", "starts", "currency", "revision"), name="charge_once"
            ),
        ),
        migrations.AddField(
            model_name="tradefee",
            name="account",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.account",
            ),
        ),
        migrations.AddField(
            model_name="tradefee",
            name="charge",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="trade_fees",
                to="fees.charge",
            ),
        ),
        migrations.AddField(
            model_name="tradefee",
            name="component",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="fees.component",
            ),
        ),
        migrations.AddField(
            model_name="tradefee",
            name="firm",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.firm",
            ),
        ),
        migrations.AddField(
            model_name="tradefee",
            name="practice",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.practice",
            ),
        ),
        migrations.AddField(
            model_name="tradefee",
            name="trade",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="broker.trade",
            ),
        ),
        migrations.AddConstraint(
            model_name="tradefee",
            constraint=models.UniqueConstraint(fields=("trade", "practice"), name="tradefee_once"),
        ),
        *WALLS,
    ]
