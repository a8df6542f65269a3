"""Available cash of a range of accounts, as one function that chunks of the night can join."""

from django.db import migrations

from accounts.broker.funds import sql_setup


class Migration(migrations.Migration):
    """Runs with the rights of whoever asks, so each role sees what its policies show."""

    dependencies = [("broker", "0002_walls")]

    operations = [
        migrations.RunSQL(
            sql_setup.AVAILABLE_CASH, reverse_sql="DROP FUNCTION broker_available_cash(bigint, bigint, date, text)"
        ),
    ]
