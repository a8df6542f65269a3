"""The second wall of conversations that the top level was brought into, and of files that come with messages."""

from django.db import migrations

from accounts.desk.messages import sql_setup
from accounts.ground.access import rls


class Migration(migrations.Migration):
    dependencies = [("desk", "0006_brought_in")]

    operations = [
        rls.secure("desk_threadshare", read=rls.sees(), write=sql_setup.SHARES, web="SELECT, INSERT", office=""),
        rls.tie(
            "desk_threadshare",
            "thread_id, firm_id, practice_id, account_id",
            "desk_thread",
            "id, firm_id, practice_id, account_id",
            "share_of_thread",
        ),
        rls.append_only("desk_threadshare"),
        migrations.RunSQL(sql_setup.let_in_the_top_level("desk_thread", "id"), reverse_sql=migrations.RunSQL.noop),
        migrations.RunSQL(
            sql_setup.let_in_the_top_level("desk_message", "thread_id"), reverse_sql=migrations.RunSQL.noop
        ),
        migrations.RunSQL(sql_setup.PEOPLE_ABOVE, reverse_sql=migrations.RunSQL.noop),
        rls.secure(
            "desk_attachment",
            read=sql_setup.READS_FILE,
            write=sql_setup.ADDS_FILE,
            web="SELECT, INSERT",
            office="",
        ),
        rls.tie(
            "desk_attachment",
            "message_id, thread_id, firm_id, practice_id, account_id",
            "desk_message",
            "id, thread_id, firm_id, practice_id, account_id",
            "file_of_message",
        ),
        rls.append_only("desk_attachment"),
    ]
