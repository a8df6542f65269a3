"""A posting is met by a statement line of its own firm only."""

from django.db import migrations, models

from accounts.ground.access import rls


class Migration(migrations.Migration):
    """Composite keys beside the plain ones, which are checked past the policies."""

    dependencies = [
        ("accounts", "0006_transfers_within_a_firm"),
        ("broker", "0003_available_cash"),
    ]

    operations = [
        migrations.AddConstraint(
            model_name="cashline",
            constraint=models.UniqueConstraint(fields=("firm", "id"), name="cashline_firm_id"),
        ),
        rls.tie("broker_retirement", "firm_id, transfer_id", "accounts_transfer", "firm_id, id", "retired_in_firm"),
        rls.tie("broker_retirement", "firm_id, line_id", "broker_cashline", "firm_id, id", "retired_by_firms_line"),
    ]
