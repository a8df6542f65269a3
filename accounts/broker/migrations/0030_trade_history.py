"""Executions as they stood before a later statement, and which one a cancellation or a correction takes the place of."""

from django.db import migrations, models

from accounts.ground.access import rls

TABLE = "broker_tradehistory"
WALLS = [
    rls.secure(TABLE, read=rls.sees_account(), night="SELECT, INSERT", office="SELECT"),
    rls.tie(TABLE, "firm_id, account_id", "accounts_account", "firm_id, id", "tradehistory_account_in_firm"),
    rls.append_only(TABLE),
]


class Migration(migrations.Migration):
    dependencies = [("accounts", "0049_parties_of_fewer_accounts"), ("broker", "0029_contracts_for_difference")]

    operations = [
        migrations.AddField(
            model_name="trade",
            name="orig_trade_id",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                help_text="The trade that this one cancels or corrects",
                max_length=40,
            ),
        ),
        migrations.AddIndex(
            model_name="trade",
            index=models.Index(
                condition=models.Q(("orig_trade_id", ""), _negated=True),
                fields=["account", "orig_trade_id"],
                name="trade_original",
            ),
        ),
        migrations.CreateModel(
            name="TradeHistory",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(blank=True, max_length=20)),
                ("trade_on", models.DateField(null=True)),
                ("report_on", models.DateField(null=True)),
                ("asset", models.CharField(blank=True, max_length=10)),
                ("symbol", models.CharField(blank=True, max_length=60)),
                ("currency", models.CharField(max_length=3)),
                ("quantity", models.DecimalField(decimal_places=10, max_digits=28)),
                ("price", models.DecimalField(decimal_places=10, max_digits=28, null=True)),
                ("proceeds", models.DecimalField(decimal_places=10, max_digits=28, null=True)),
                ("multiplier", models.DecimalField(decimal_places=10, max_digits=28, null=True)),
                ("commission", models.DecimalField(decimal_places=10, max_digits=28, null=True)),
                ("commission_currency", models.CharField(blank=True, max_length=3)),
                ("opens_or_closes", models.CharField(blank=True, max_length=10)),
                ("notes", models.CharField(blank=True, max_length=120)),
                ("exchange", models.CharField(blank=True, db_default="", default="", max_length=20)),
                ("replaced_at", models.DateTimeField()),
                (
                    "account",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=models.PROTECT,
                        related_name="+",
                        to="accounts.account",
                    ),
                ),
                (
                    "file",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=models.PROTECT,
                        related_name="+",
                        to="broker.statementfile",
                    ),
                ),
                (
                    "firm",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=models.PROTECT,
                        related_name="+",
                        to="accounts.firm",
                    ),
                ),
                (
                    "replaced_by",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=models.PROTECT,
                        related_name="+",
                        to="broker.statementfile",
                    ),
                ),
                (
                    "trade",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=models.PROTECT,
                        related_name="+",
                        to="broker.trade",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "indexes": [
                    models.Index(fields=["trade", "replaced_at"], name="tradehistory_trade"),
                    models.Index(fields=["account", "replaced_at"], name="tradehistory_account"),
                ],
            },
        ),
        *WALLS,
    ]
