"""What became of each message of a mail to several, as the practice that wrote it may know it."""

from django.db import migrations

from crm.mailings.sql_setup import FATES, FATES_BACK


class Migration(migrations.Migration):
    dependencies = [("crm", "0022_kept_mails")]

    operations = [migrations.RunSQL(FATES, reverse_sql=FATES_BACK)]
