"""Epochs name who belongs to them, the sheets give the root themselves, and jobs read only the inbox of an epoch."""

from django.db import migrations, models

# Older epochs name nobody and would not open afterwards; better to stop than to make them unreadable.
NONE_OF_BEFORE = """
DO $$ BEGIN
    IF EXISTS (SELECT 1 FROM crm_epoch) THEN
        RAISE EXCEPTION
            'Vaults founded before this version cannot be carried over; take out what is in them first';
    END IF;
END $$;
"""
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
        migrations.RunSQL(NONE_OF_BEFORE, reverse_sql=migrations.RunSQL.noop),
        migrations.RemoveField(model_name="vault", name="root_sealed"),
        migrations.AddField(
            model_name="epoch",
            name="roster",
            field=models.BinaryField(default=bytes, help_text="Fingerprints of all who belong to it"),
        ),
        migrations.RunSQL(FEW_COLUMNS, reverse_sql=ALL_COLUMNS),
    ]
