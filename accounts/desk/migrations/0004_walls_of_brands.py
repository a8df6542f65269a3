"""The second wall of brands: kept by their practice, shown to clients by a function, each id of one practice alone."""

from django.db import migrations

from accounts.desk.brand import sql_setup
from accounts.ground.access import rls

OWN = "((SELECT app_reach()) IN ('firm', 'practice') AND practice_id = (SELECT app_practice()))"


class Migration(migrations.Migration):
    """Versions stay: what clients saw on a day can be told later."""

    dependencies = [("desk", "0003_brands")]

    operations = [
        rls.secure("desk_brandversion", read=OWN, write=OWN, web="SELECT, INSERT"),
        rls.tie("desk_brandversion", "firm_id, practice_id", "accounts_practice", "firm_id, id", "brand_in_firm"),
        rls.append_only("desk_brandversion"),
        rls.trailed("desk_brandversion", "brand_id", "name", "uses_sms", "banner_sha256", "effective_at"),
        migrations.RunSQL(sql_setup.ONE_PRACTICE, reverse_sql=migrations.RunSQL.noop),
        migrations.RunSQL(
            sql_setup.BRAND,
            reverse_sql="DROP FUNCTION desk_banner(text, timestamptz); DROP FUNCTION desk_brand_at(timestamptz)",
        ),
    ]
