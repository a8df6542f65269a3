"""Who leaves the vault, or whose seat ends, takes part in nothing of the book any more: keys, feeds, events, reminders.

And the trail does not tell who is in a private group: it says that somebody came or went, not who.
"""

from django.db import migrations

from accounts.ground.access import rls
from crm.vault.leaving_sql import AT_HOME_NO_MORE, AT_HOME_NO_MORE_BACK

TOLD = """
CREATE TRIGGER crm_groupmember_trail AFTER INSERT OR UPDATE OR DELETE ON crm_groupmember
    FOR EACH ROW EXECUTE FUNCTION app_write_trail('group_id', 'contact_id')
"""


class Migration(migrations.Migration):
    dependencies = [("crm", "0015_book_in_part")]

    operations = [
        migrations.RunSQL(AT_HOME_NO_MORE, reverse_sql=AT_HOME_NO_MORE_BACK),
        migrations.RunSQL("DROP TRIGGER crm_groupmember_trail ON crm_groupmember", reverse_sql=TOLD),
        rls.trailed("crm_groupmember", "group_id", secrets=("contact_id",)),
    ]
