"""Indexes in the order of the lists of charges: the latest periods first, for a firm and for each practice."""

from django.db import migrations, models

from accounts.ground.access import rls


class Migration(migrations.Migration):
    """Nothing else changes."""

    dependencies = [("fees", "0020_proposal_walls")]

    operations = [
        rls.read_by("fees_charge", now=rls.reaches(), before=rls.sees()),
        migrations.AddIndex(
            model_name="charge",
            index=models.Index(fields=["firm", "-period_end_day", "id"], name="charge_firm_period"),
        ),
        migrations.AddIndex(
            model_name="charge",
            index=models.Index(fields=["practice", "-period_end_day", "id"], name="charge_practice_period"),
        ),
    ]
