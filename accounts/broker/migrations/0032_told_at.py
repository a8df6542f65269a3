"""When a statement told of an execution: under the lock that no night reads beside, and never moved on."""

from django.db import migrations, models

# Of what cancels or corrects another the proofs of fees ask for it; the file that brought it first is the nearest word.
CORRECTIONS = """
UPDATE broker_trade t
   SET told_at = (SELECT f.imported_at FROM broker_statementfile f
                   WHERE f.id = coalesce((SELECT min(h.file_id) FROM broker_tradehistory h WHERE h.trade_id = t.id),
                                         t.file_id))
 WHERE orig_trade_id <> ''
"""


class Migration(migrations.Migration):
    dependencies = [("broker", "0031_money_managers")]

    operations = [
        migrations.AddField(
            model_name="trade",
            name="told_at",
            field=models.DateTimeField(help_text="When a statement first told of it", null=True),
        ),
        migrations.AddField(
            model_name="statementfile",
            name="told_at",
            field=models.DateTimeField(help_text="When its last rows were stored", null=True),
        ),
        migrations.AddIndex(
            model_name="trade",
            index=models.Index(
                condition=models.Q(("orig_trade_id", ""), _negated=True), fields=["told_at"], name="trade_told"
            ),
        ),
        migrations.RunSQL(CORRECTIONS, reverse_sql=migrations.RunSQL.noop),
    ]
