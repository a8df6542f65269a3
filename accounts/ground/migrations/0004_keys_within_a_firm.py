"""Ledger books and STL masters are pointed at from their own firm only."""

from django.db import migrations, models

from accounts.ground.access import rls


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_global_tables"),
    ]

    operations = [
        migrations.AddConstraint(
            model_name="book",
            constraint=models.UniqueConstraint(fields=("firm", "id"), name="book_firm_id"),
        ),
        rls.tie("accounts_account", "firm_id, stl_id", "accounts_account", "firm_id, id", "account_stl_in_firm"),
        rls.tie("accounts_transfer", "firm_id, debit_id", "accounts_book", "firm_id, id", "transfer_debit_in_firm"),
        rls.tie("accounts_transfer", "firm_id, credit_id", "accounts_book", "firm_id, id", "transfer_credit_in_firm"),
    ]
