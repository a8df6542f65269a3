"""What a practice itself is paid of what its book accrues, beside the sum of all payees."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """Days before this one know the sum only."""

    dependencies = [("fees", "0030_notice_walls")]

    operations = [
        migrations.AddField(
            model_name="adviserdaily",
            name="own_accrued",
            field=models.DecimalField(decimal_places=8, max_digits=24, null=True),
        )
    ]
