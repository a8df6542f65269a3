"""A movement is of a known kind, and a seal is of the day of its own run."""

from django.db import migrations, models

from accounts.ground.access import rls


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0008_users_walls"),
    ]

    operations = [
        migrations.AddConstraint(
            model_name="run",
            constraint=models.UniqueConstraint(fields=("id", "day"), name="run_id_day"),
        ),
        migrations.AddConstraint(
            model_name="transfer",
            constraint=models.CheckConstraint(
                condition=models.Q(kind__in=["fee", "sweep", "reversal"]), name="transfer_kind_known"
            ),
        ),
        rls.tie("accounts_seal", "run_id, day", "accounts_run", "id, day", "seal_of_its_run"),
    ]
