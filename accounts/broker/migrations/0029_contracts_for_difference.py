"""Contracts for difference are a line of the matrix of trading permissions and an asset class."""

from django.db import migrations, models

PRODUCTS = [
    ("stocks", "Stocks"),
    ("penny_stocks", "Penny stocks"),
    ("options", "Options"),
    ("futures", "Futures"),
    ("futures_options", "Futures options"),
    ("single_stock_futures", "Single stock futures"),
    ("bonds", "Bonds"),
    ("mutual_funds", "Mutual funds"),
    ("forex", "Forex"),
    ("warrants", "Warrants"),
    ("cfds", "Contracts for difference"),
]
ASSETS = [
    ("STK", "Stock"),
    ("OPT", "Option"),
    ("FUT", "Future"),
    ("FOP", "Futures option"),
    ("SSF", "Single stock future"),
    ("BOND", "Bond"),
    ("BILL", "Treasury bill"),
    ("FUND", "Mutual fund"),
    ("CASH", "Currency pair"),
    ("WAR", "Warrant"),
    ("CFD", "Contract for difference"),
]


class Migration(migrations.Migration):
    dependencies = [("broker", "0028_bill_pay")]

    operations = [
        migrations.RemoveConstraint(model_name="productapproval", name="product_known"),
        migrations.AlterField(
            model_name="productapproval",
            name="product",
            field=models.CharField(choices=PRODUCTS, max_length=24),
        ),
        migrations.AddConstraint(
            model_name="productapproval",
            constraint=models.CheckConstraint(
                condition=models.Q(("product__in", [name for name, _words in PRODUCTS])), name="product_known"
            ),
        ),
        migrations.AlterField(model_name="block", name="asset", field=models.CharField(choices=ASSETS, max_length=10)),
        migrations.AlterField(
            model_name="restriction",
            name="asset",
            field=models.CharField(blank=True, choices=ASSETS, max_length=10),
        ),
    ]
