"""The rows that stand are looked through for the new rule while the portal goes on reading and writing them."""

from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("accounts", "0055_exports_of_a_seat")]

    operations = [ValidateConstraint(model_name="transfer", name="transfer_kind_known")]
