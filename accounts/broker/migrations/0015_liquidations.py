"""Days on which the broker liquidated a position: found by an index that holds nothing else."""

from django.db import migrations

INDEX = """
CREATE INDEX trade_liquidations ON broker_trade (trade_on, account_id) WHERE 'L' = ANY (string_to_array(notes, ';'))
"""


class Migration(migrations.Migration):
    dependencies = [("broker", "0014_closing_prices")]

    operations = [migrations.RunSQL(INDEX, reverse_sql="DROP INDEX trade_liquidations")]
