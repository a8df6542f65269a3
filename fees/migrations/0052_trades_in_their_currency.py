"""An execution is charged once for each payee in a currency: a correction may move it into another."""

from django.db import migrations, models

CURRENCIES = """
ALTER TABLE fees_tradefee DISABLE TRIGGER USER;
UPDATE fees_tradefee f SET currency = c.currency FROM fees_charge c WHERE c.id = f.charge_id;
ALTER TABLE fees_tradefee ENABLE TRIGGER USER
"""


class Migration(migrations.Migration):
    dependencies = [("broker", "0032_told_at"), ("fees", "0051_managers_fees_end")]

    operations = [
        migrations.AddField(
            model_name="tradefee",
            name="currency",
            field=models.CharField(db_default="", default="", max_length=3),
        ),
        migrations.RunSQL(CURRENCIES, reverse_sql=migrations.RunSQL.noop),
        migrations.RemoveConstraint(model_name="tradefee", name="tradefee_once"),
        migrations.AddConstraint(
            model_name="tradefee",
            constraint=models.UniqueConstraint(fields=("trade", "practice", "currency"), name="tradefee_once"),
        ),
    ]
