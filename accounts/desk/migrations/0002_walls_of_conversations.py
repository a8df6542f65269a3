"""The second wall of conversations: read by their own two sides, written once, in one's own name."""

from django.db import migrations

from accounts.desk.messages import sql_setup
from accounts.ground.access import rls

OWN_USER = "user_id = (SELECT app_user())"


class Migration(migrations.Migration):
    """The back office has no right on them: what people write to each other is not its business."""

    dependencies = [("desk", "0001_conversations")]

    operations = [
        rls.secure(
            "desk_thread",
            read=sql_setup.READS.format(table="desk_thread"),
            write=sql_setup.READS.format(table="desk_thread"),
            web="SELECT, INSERT, UPDATE (last_at)",
            office="",
        ),
        rls.secure(
            "desk_message",
            read=sql_setup.READS.format(table="desk_message"),
            write=sql_setup.READS.format(table="desk_message"),
            web="SELECT, INSERT",
            office="",
        ),
        rls.secure("desk_threadread", read=OWN_USER, write=OWN_USER, web="SELECT, INSERT, UPDATE", office=""),
        rls.tie("desk_thread", "firm_id, account_id", "accounts_account", "firm_id, id", "thread_account_in_firm"),
        rls.tie("desk_thread", "firm_id, practice_id", "accounts_practice", "firm_id, id", "thread_prac_in_firm"),
        rls.tie(
            "desk_message",
            "thread_id, firm_id, practice_id, account_id",
            "desk_thread",
            "id, firm_id, practice_id, account_id",
            "message_in_thread",
        ),
        migrations.RunSQL(sql_setup.OWN_HAND, reverse_sql=migrations.RunSQL.noop),
        rls.append_only("desk_message"),
        migrations.RunSQL(sql_setup.PEOPLE, reverse_sql="DROP FUNCTION desk_people_of_thread(uuid, text)"),
    ]
