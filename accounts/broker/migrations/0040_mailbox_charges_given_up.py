"""What the broker rejected may be given up of charges for mailboxes, too."""

from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0054_mailbox_charges_written_off"),
        ("broker", "0039_locks_and_offers_once"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="instruction",
            name="instruction_reversed_if_rejected",
        ),
        AddConstraintNotValid(
            model_name="instruction",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("reverse_asked_at", None),
                    models.Q(
                        models.Q(("reverse_reason", ""), _negated=True),
                        ("again_asked_at", None),
                        ("answer", "rejected"),
                        ("kind__in", ("fee", "invoice", "mailbox")),
                        ("reverse_asked_by__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="instruction_reversed_if_rejected",
            ),
        ),
    ]
