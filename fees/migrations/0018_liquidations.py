"""Why a fee waits on the day of a liquidation."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("fees", "0017_trade_fees"), ("broker", "0015_liquidations")]

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
                    ("below_unit", "The fee is below the smallest unit of the currency"),
                    ("liquidation", "The broker liquidated a position of the account that day"),
                    ("funds", "The account's cash does not cover the fee"),
                ],
                default="",
                max_length=20,
            ),
        ),
    ]
