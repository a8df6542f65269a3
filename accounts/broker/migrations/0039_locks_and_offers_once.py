"""A lock of the Tax Optimizer is its holder's, a choice of lots ends with its day, and an offer is announced once."""

from django.db import migrations, models

from accounts.broker.lots.sql_setup import HELD_BY_ONE


class Migration(migrations.Migration):
    dependencies = [("broker", "0038_voluntary_actions")]

    operations = [
        HELD_BY_ONE,
        migrations.AddConstraint(
            model_name="voluntaryaction",
            constraint=models.UniqueConstraint(
                fields=["firm", "symbol", "title", "deadline"],
                condition=models.Q(withdrawn_at=None),
                name="voluntaryaction_once",
            ),
        ),
    ]
