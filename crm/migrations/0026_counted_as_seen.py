"""The counters above the list of contacts read an index alone again: it holds what their policy looks at."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("crm", "0025_thrown_away_now")]

    operations = [
        migrations.RemoveIndex(model_name="contact", name="contact_counted"),
        migrations.AddIndex(
            model_name="contact",
            index=models.Index(
                condition=models.Q(("trashed_at", None)),
                fields=["firm", "practice", "state"],
                include=("party",),
                name="contact_counted",
            ),
        ),
    ]
