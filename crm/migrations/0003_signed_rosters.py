"""Epochs name who belongs to them, the sheets give the root themselves, and jobs read only the inbox of an epoch."""

from django.db import migrations, models

FEW_COLUMNS = """
REVOKE SELECT ON crm_epoch FROM portal_worker;
GRANT SELECT (firm_id, practice_id, vault_id, number, inbox_public) ON crm_epoch TO portal_worker;
"""
ALL_COLUMNS = """
REVOKE SELECT (firm_id, practice_id, vault_id, number, inbox_public) ON crm_epoch FROM portal_worker;
GRANT SELECT ON crm_epoch TO portal_worker;
"""


class Migration(migrations.Migration):
    dependencies = [("crm", "0002_notes")]

    operations = [
        migrations.RemoveField(model_name="vault", name="root_sealed"),
        migrations.AddField(
            model_name="epoch",
            name="roster",
            field=models.BinaryField(default=bytes, help_text="Fingerprints of all who belong to it"),
        ),
        migrations.RunSQL(FEW_COLUMNS, reverse_sql=ALL_COLUMNS),
    ]
