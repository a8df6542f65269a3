"""The walls around restrictions and trading permissions, and what keeps the lower level inside the higher one."""

from django.db import migrations

from accounts.broker.restrictions import sql_setup
from accounts.ground.access import rls

TABLES = ("broker_restriction", "broker_productapproval")

TIES = [
    tie
    for table in TABLES
    for tie in (
        rls.tie(table, "firm_id, account_id, node_kind", "accounts_account", "firm_id, id, kind", f"{table}_node"),
        rls.tie(table, "account_id, practice_id", "accounts_account", "id, practice_id", f"{table}_masters_practice"),
    )
]


def _wall(table: str, write: str) -> migrations.RunSQL:
    return rls.secure(
        table,
        read=sql_setup.HOLDS_FOR_ME.format(table=table),
        write=write.format(table=table),
        web="SELECT, INSERT, UPDATE",
        worker="SELECT",
        night="SELECT",
        office="SELECT, INSERT, UPDATE",
    )


class Migration(migrations.Migration):
    """Second level within top level is held by triggers, whoever writes."""

    dependencies = [("broker", "0007_trading_rights"), ("accounts", "0008_users_walls")]

    operations = [
        *TIES,
        _wall("broker_restriction", sql_setup.RESTRICTION_WRITES),
        _wall("broker_productapproval", sql_setup.ADVISOR_WRITES),
        migrations.RunSQL(sql_setup.KEEP_RESTRICTION, reverse_sql=migrations.RunSQL.noop),
        migrations.RunSQL(sql_setup.KEEP_PRODUCTS, reverse_sql=migrations.RunSQL.noop),
        rls.trailed("broker_restriction", "asset", "symbol", "country", "side", "reason", "starts", "ends", "set_by"),
        rls.trailed("broker_productapproval", "product", "country", "removed_at", "removal"),
    ]
