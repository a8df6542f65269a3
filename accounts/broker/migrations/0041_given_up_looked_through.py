"""The rows that stand are looked through for the new rule while the portal goes on reading and writing them."""

from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("broker", "0040_mailbox_charges_given_up")]

    operations = [ValidateConstraint(model_name="instruction", name="instruction_reversed_if_rejected")]
