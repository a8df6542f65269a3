"""What somebody in a seat has exported is found without reading everybody's jobs."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0054_mailbox_charges_written_off")]

    operations = [
        migrations.AddIndex(
            model_name="job",
            index=models.Index(
                condition=models.Q(("kind", "export")), fields=["seat_id", "finished_at"], name="job_exports_of_seat"
            ),
        ),
    ]
