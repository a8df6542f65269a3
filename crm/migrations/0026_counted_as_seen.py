"""The counters above the list of contacts read an index alone again: it holds what their policy looks at. The old one
serves until the new one is built, beside the portal's work."""

from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("crm", "0025_thrown_away_now")]

    operations = [
        AddIndexConcurrently(
            model_name="contact",
            index=models.Index(
                condition=models.Q(("trashed_at", None)),
                fields=["firm", "practice", "state"],
                include=("party",),
                name="contact_counted_as_seen",
            ),
        ),
        RemoveIndexConcurrently(model_name="contact", name="contact_counted"),
    ]
