"""Trading programs are lines of the matrix of no country alone; a request says the owner's means."""

from django.db import migrations, models

from accounts.broker.permissions.sql_means import MEANS

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
    ("fractions", "Fractions of shares"),
    ("overnight", "Overnight trading"),
    ("complex_funds", "Leveraged and complex exchange-traded funds"),
    ("stock_yield", "Stock yield enhancement"),
]
PROGRAMS = ("fractions", "overnight", "complex_funds", "stock_yield")


class Migration(migrations.Migration):
    dependencies = [("broker", "0032_told_at")]

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
        migrations.AddConstraint(
            model_name="productapproval",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("country", "ALL"), models.Q(("product__in", PROGRAMS), _negated=True), _connector="OR"
                ),
                name="program_of_no_country",
            ),
        ),
        *(
            migrations.AddField(
                model_name="permissionrequest",
                name=name,
                field=models.DecimalField(decimal_places=2, max_digits=15, null=True),
            )
            for name in ("income", "net_worth", "liquid_worth")
        ),
        migrations.AddConstraint(
            model_name="permissionrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("income__gte", 0), ("liquid_worth__gte", 0), ("liquid_worth__lte", models.F("net_worth"))
                )
                | models.Q(("income", None), ("liquid_worth", None), ("net_worth", None)),
                name="permission_request_means",
            ),
        ),
        migrations.RunSQL(MEANS, migrations.RunSQL.noop),
    ]
