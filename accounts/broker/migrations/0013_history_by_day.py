"""The newest lines of a whole firm are found by the day, for the transaction history."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0024_what_lapses"),
        ("broker", "0012_blocks_at_home"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="cashline",
            index=models.Index(fields=["firm", "-report_on"], name="cashline_firm_day"),
        ),
        migrations.AddIndex(
            model_name="positiontransfer",
            index=models.Index(fields=["firm", "-report_on"], name="positiontransfer_firm_day"),
        ),
        migrations.AddIndex(
            model_name="trade",
            index=models.Index(fields=["firm", "-report_on"], name="trade_firm_day"),
        ),
    ]
