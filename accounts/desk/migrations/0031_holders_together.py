"""An account of two holders is called after both and as old as the younger one; its party stays who applied."""

from django.db import migrations

from accounts.desk.applying import sql_together


class Migration(migrations.Migration):
    dependencies = [("desk", "0030_mailbox_charges_written_off")]

    operations = [
        migrations.RunSQL(sql_together.SIGNED_TOGETHER, reverse_sql=sql_together.SIGNED_TOGETHER_BACK),
        migrations.RunSQL(sql_together.OF_OFFICE, reverse_sql=sql_together.OF_OFFICE_BACK),
        migrations.RunSQL(sql_together.ASKED_OF_SECOND, reverse_sql=migrations.RunSQL.noop),
    ]
