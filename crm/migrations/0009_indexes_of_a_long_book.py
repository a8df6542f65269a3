"""A book of many contacts is sorted and counted by its indexes."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("crm", "0008_tasks")]

    operations = [
        migrations.AddIndex(
            model_name="contact",
            index=models.Index(fields=["practice", "changed_at", "id"], name="contact_changed_sorted"),
        ),
        migrations.AddIndex(
            model_name="contact",
            index=models.Index(fields=["practice", "created_at", "id"], name="contact_added_sorted"),
        ),
        migrations.AddIndex(
            model_name="contact",
            index=models.Index(fields=["practice", "email", "id"], name="contact_email_sorted"),
        ),
        migrations.AddIndex(
            model_name="contact",
            index=models.Index(
                condition=models.Q(("trashed_at", None)),
                fields=["firm", "practice", "state"],
                name="contact_counted",
            ),
        ),
    ]
