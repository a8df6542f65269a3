"""The trash of the client book is emptied by a job that may call one function, and nothing else of it."""

from django.db import migrations

from crm.trash.sql_setup import EMPTIES, EMPTIES_BACK


class Migration(migrations.Migration):
    dependencies = [("crm", "0017_notes_of_contacts")]

    operations = [migrations.RunSQL(EMPTIES, reverse_sql=EMPTIES_BACK)]
