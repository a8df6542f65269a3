"""What a scanned challenge says of its task, which the phone shows and answers for."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("auth2fa", "0007_pin_link_texts")]

    operations = [
        migrations.AddField(
            "challenge",
            "told",
            models.CharField(
                blank=True,
                db_default="",
                default="",
                help_text="What a scanned challenge says of its task",
                max_length=140,
            ),
        ),
    ]
