"""Adjustments to charges of closed periods, and results that stand behind them."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0030_adjustments"),
        ("fees", "0023_differences"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="periodresult",
            options={"ordering": ["account", "practice", "method", "period", "revision"]},
        ),
        migrations.RemoveConstraint(
            model_name="charge",
            name="charge_not_negative",
        ),
        migrations.RemoveConstraint(
            model_name="charge",
            name="charge_zero_is_zero",
        ),
        migrations.RemoveConstraint(
            model_name="periodresult",
            name="periodresult_once",
        ),
        migrations.AddField(
            model_name="periodresult",
            name="revision",
            field=models.PositiveSmallIntegerField(db_default=0, default=0),
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
                    ("no_change", "The period costs the same"),
                    ("below_unit", "The fee is below the smallest unit of the currency"),
                    ("liquidation", "The broker liquidated a position of the account that day"),
                    ("funds", "The account's cash does not cover the fee"),
                ],
                default="",
                max_length=20,
            ),
        ),
        migrations.AddConstraint(
            model_name="charge",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("amount__gte", 0), ("exact__gte", 0)), ("revision__gt", 0), _connector="OR"
                ),
                name="charge_not_negative",
            ),
        ),
        migrations.AddConstraint(
            model_name="charge",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("amount", 0), ("state", "zero")),
                    models.Q(models.Q(("state", "zero"), _negated=True), models.Q(("amount", 0), _negated=True)),
                    _connector="OR",
                ),
                name="charge_zero_is_zero",
            ),
        ),
        migrations.AddConstraint(
            model_name="periodresult",
            constraint=models.UniqueConstraint(
                fields=("account", "practice", "method", "period", "revision"), name="periodresult_once"
            ),
        ),
    ]
