"""Texts and calls leave by the outbox as mail does."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0030_adjustments"),
    ]

    operations = [
        migrations.AlterField(
            model_name="outboxmessage",
            name="channel",
            field=models.CharField(
                choices=[("mail", "E-mail"), ("file", "File"), ("sms", "Text message"), ("voice", "Call")],
                max_length=10,
            ),
        ),
    ]
