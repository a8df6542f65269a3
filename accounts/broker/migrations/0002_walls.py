"""The second wall of the broker's rows, composite keys where the table is not a hot one, corrections to the trail."""

from django.db import migrations

from accounts.broker.feed import sql_setup
from accounts.ground.access import rls

EDIT = "SELECT, INSERT, UPDATE"

# Rows of accounts: visible with their account.
BY_ACCOUNT = (
    *("navdaily", "navhistory", "changeinnav", "accountfacts"),
    *("cashline", "positiontransfer", "trade", "corporateaction"),
    *("position", "cashbalance", "retirement"),
)
# Grown by accounts and days; the import's own joins keep them to known accounts.
HOT = ("navdaily", "position", "cashbalance")

WALLS = [
    *[rls.secure(f"broker_{name}", read=rls.sees_account(), night=EDIT, office="SELECT") for name in BY_ACCOUNT],
    # A file may hold accounts of several firms, so no page reads it.
    rls.secure("broker_statementfile", read="false", web="", worker="", night=EDIT, office="SELECT"),
    # Facts of the market, the same for everybody.
    *[rls.secure(f"broker_{name}", read="true", night=EDIT, office="SELECT") for name in ("fxrate", "instrument")],
]

TIES = [
    rls.tie(f"broker_{name}", "firm_id, account_id", "accounts_account", "firm_id, id", f"{name}_account_in_firm")
    for name in BY_ACCOUNT
    if name not in HOT
]

CORRECTIONS = [
    migrations.RunSQL(sql_setup.on_update(table, *columns), reverse_sql=f"DROP TRIGGER {table}_trail ON {table}")
    for table, columns in (
        ("broker_cashline", ("amount", "base", "currency", "kind", "flow_on")),
        ("broker_positiontransfer", ("quantity", "flow", "direction", "flow_on")),
        ("broker_trade", ("quantity", "price", "net_cash", "side")),
        ("broker_corporateaction", ("quantity", "amount", "kind")),
    )
]


class Migration(migrations.Migration):
    """Nothing is visible until a wall says for whom."""

    dependencies = [("broker", "0001_initial")]

    operations = [
        *WALLS,
        *TIES,
        *CORRECTIONS,
        migrations.RunSQL(sql_setup.PARTITIONS, reverse_sql=sql_setup.PARTITIONS_BACK),
        migrations.RunSQL(sql_setup.RATES, reverse_sql="DROP FUNCTION broker_rate(date, text, text)"),
        migrations.RunSQL(sql_setup.TEMPORARY_TABLES, reverse_sql=migrations.RunSQL.noop),
    ]
