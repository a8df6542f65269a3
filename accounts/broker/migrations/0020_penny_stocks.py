"""Penny stocks are a line of the matrix of trading permissions."""

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
]


class Migration(migrations.Migration):
    dependencies = [("broker", "0019_agreements_are_read_first")]

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
    ]
