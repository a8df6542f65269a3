"""Where an execution was made: fees per trade unit may be agreed for one exchange."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("broker", "0022_taken_back"),
    ]

    operations = [
        migrations.AddField(
            model_name="trade",
            name="exchange",
            field=models.CharField(blank=True, db_default="", default="", max_length=20),
        ),
    ]
