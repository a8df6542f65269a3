"""The brand that a link to the sign-in page names, for people who have not signed in yet."""

from django.db import migrations

from accounts.desk.brand import sql_setup


class Migration(migrations.Migration):
    dependencies = [("desk", "0007_walls_of_brought_in")]

    operations = [
        migrations.RunSQL(sql_setup.AT_THE_DOOR, reverse_sql="DROP FUNCTION desk_brand_of_link(text, timestamptz)")
    ]
