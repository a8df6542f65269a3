"""Flex queries are the back office's alone; rates may be corrected by it, and every correction stays."""

from django.db import migrations

from accounts.broker.feed import sql_setup
from accounts.ground.access import rls


class Migration(migrations.Migration):
    """Pages of advisors and clients have no right on queries: a token is nothing they could use."""

    dependencies = [("broker", "0005_queries_and_corrections")]

    operations = [
        rls.secure("broker_flexquery", read="false", web="", worker="", office="SELECT, INSERT, UPDATE"),
        rls.trailed("broker_flexquery", "name", "query_id", "is_enabled", "fetch_at", secrets=("token_sealed",)),
        rls.secure("broker_ratecorrection", read="true", office="SELECT, INSERT"),
        rls.append_only("broker_ratecorrection"),
        migrations.RunSQL(
            "GRANT UPDATE (rate) ON broker_fxrate TO portal_office",
            reverse_sql="REVOKE UPDATE (rate) ON broker_fxrate FROM portal_office",
        ),
        migrations.RunSQL(
            sql_setup.on_update("broker_fxrate", "rate", "from_currency", "to_currency"),
            reverse_sql="DROP TRIGGER broker_fxrate_trail ON broker_fxrate",
        ),
    ]
