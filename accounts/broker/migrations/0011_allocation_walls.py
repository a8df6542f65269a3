"""The walls around block trades and their allocations, and what keeps them as they were made."""

from django.db import migrations

from accounts.broker.allocation import sql_setup
from accounts.ground.access import rls

READ = rls.sees(account=None)
EDIT = "SELECT, INSERT, UPDATE"

TIES = [
    rls.tie("broker_block", "firm_id, account_id", "accounts_account", "firm_id, id", "block_master_in_firm"),
    rls.tie("broker_block", "firm_id, practice_id", "accounts_practice", "firm_id, id", "block_practice_in_firm"),
    *[
        rls.tie(f"broker_{name}", "practice_id, block_id", "broker_block", "practice_id, id", f"{name}_block")
        for name in ("blockexecution", "allocation")
    ],
    *[
        rls.tie(f"broker_{name}", "firm_id, practice_id", "accounts_practice", "firm_id, id", f"{name}_practice")
        for name in ("blockexecution", "allocation", "allocationshare")
    ],
    rls.tie(
        "broker_allocationshare",
        "practice_id, allocation_id",
        "broker_allocation",
        "practice_id, id",
        "share_allocation",
    ),
    rls.tie("broker_allocationshare", "firm_id, account_id", "accounts_account", "firm_id, id", "share_account"),
]

WALLS = [
    *[
        rls.secure(f"broker_{name}", read=READ, write=sql_setup.OWN_PRACTICE, web=EDIT, night="SELECT")
        for name in ("block", "blockexecution", "allocation")
    ],
    rls.secure("broker_allocationshare", read=READ, write=sql_setup.OWN_CLIENT, web="SELECT, INSERT", night="SELECT"),
]


class Migration(migrations.Migration):
    """Nobody allocates for another practice, and shares add up, whoever writes."""

    dependencies = [("broker", "0010_allocations"), ("accounts", "0008_users_walls")]

    operations = [
        *TIES,
        *WALLS,
        rls.append_only("broker_allocationshare"),
        migrations.RunSQL(sql_setup.KEPT, reverse_sql=migrations.RunSQL.noop),
        rls.trailed("broker_block", "quantity", "price", "withdrawn_at"),
        rls.trailed("broker_allocation", "version", "method", "quantity", "state", "why_ended"),
    ]
