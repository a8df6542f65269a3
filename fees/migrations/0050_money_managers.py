"""A money manager reads what is payable to itself, and of an account's fees nothing else."""

from django.db import migrations

from accounts.ground.assignments.sql_setup import MANAGED, OWN_BOOK, opened, shut

OWN = f"({MANAGED} AND practice_id = {OWN_BOOK})"
OPENED = ("fees_schedule", "fees_invoice", "fees_invoicecap")
# They follow the policy of their accounts, which a money manager sees.
SHUT = ("fees_accrual", "fees_fundvalue")


class Migration(migrations.Migration):
    """Components and flattened rows are read with their schedule."""

    dependencies = [("fees", "0049_trade_refunds"), ("accounts", "0051_money_managers")]

    operations = [
        migrations.RunSQL(
            "".join(opened(table, OWN) for table in OPENED) + "".join(map(shut, SHUT)),
            reverse_sql=";".join(
                [f"DROP POLICY managed_read ON {table}" for table in OPENED]
                + [f"DROP POLICY managed_shut ON {table}" for table in SHUT]
            ),
        )
    ]
