"""A night tells owners in the message center without reading what anybody has written there."""

from django.db import migrations

from accounts.desk.messages import sql_setup

WHAT = "desk_tell_owner(bigint, bigint, uuid, text, text, text, timestamptz)"


class Migration(migrations.Migration):
    dependencies = [("desk", "0010_brands_in_mail")]

    operations = [migrations.RunSQL(sql_setup.TELL_OWNER, reverse_sql=f"DROP FUNCTION {WHAT}")]
