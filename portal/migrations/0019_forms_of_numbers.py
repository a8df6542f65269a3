"""People choose how numbers are written."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("portal", "0018_regular_reports")]

    operations = [
        migrations.AddField(
            model_name="preference",
            name="numbers",
            field=models.CharField(blank=True, db_default="", default="", max_length=20),
        ),
    ]
