"""The key of a transfer together with its firm, for rows that point at it from inside the firm."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0005_my_seats"),
    ]

    operations = [
        migrations.AddConstraint(
            model_name="transfer",
            constraint=models.UniqueConstraint(fields=("firm", "id"), name="transfer_firm_id"),
        ),
    ]
