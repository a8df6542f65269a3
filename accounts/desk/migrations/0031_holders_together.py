"""An account of two holders is called after both and as old as the younger one; its party stays who applied."""

from django.db import migrations

from accounts.desk.applying import sql_setup


class Migration(migrations.Migration):
    dependencies = [("desk", "0030_mailbox_charges_written_off")]

    operations = [
        migrations.RunSQL(sql_setup.SIGNED_TOGETHER, reverse_sql=sql_setup.SIGNED_TOGETHER_BACK),
        migrations.RunSQL(sql_setup.OF_OFFICE, reverse_sql=sql_setup.OF_OFFICE_BACK),
    ]
