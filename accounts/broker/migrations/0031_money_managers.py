"""A money manager reads value, positions, balances and trades of the accounts assigned to it; the rest stays shut."""

from django.db import migrations, models

from accounts.ground.assignments.sql_setup import MANAGED, opened, shut

KINDS = [
    ("top_master", "Top-level advisor master"),
    ("second_master", "Second-level advisor master"),
    ("money_manager", "Money manager"),
    ("stl_master", "STL master"),
    ("stl_sub", "STL sub account"),
    ("client", "Client"),
]
ROLES = [
    ("top", "Top-level advisor"),
    ("second", "Second-level advisor"),
    ("stl", "STL master"),
    ("stl_sub", "STL sub account"),
    ("manager", "Money manager"),
    ("client", "Client"),
    ("office", "Back office"),
]
SHUT = (
    *("broker_navhistory", "broker_changeinnav", "broker_accountfacts", "broker_cashline"),
    *("broker_positiontransfer", "broker_corporateaction", "broker_retirement"),
    "broker_tradehistory",
)


# What an account may trade is asked by who trades it: what holds for it, also from the master above.
HOLDS = (
    f"({MANAGED} AND firm_id = (SELECT app_firm()) AND (node_kind = 'top_master'"
    " OR account_id = ANY ((SELECT app_accounts())::bigint[])))"
)
ASKED = ("broker_restriction", "broker_productapproval")


class Migration(migrations.Migration):
    """These tables follow the policy of their accounts, which a money manager sees."""

    dependencies = [("broker", "0030_trade_history"), ("accounts", "0051_money_managers")]

    operations = [
        *[
            migrations.AlterField(
                model_name=model, name="node_kind", field=models.CharField(choices=KINDS, max_length=16)
            )
            for model in ("permissionrequest", "productapproval", "restriction")
        ],
        migrations.AlterField(
            model_name="restriction",
            name="set_by",
            field=models.CharField(choices=ROLES, help_text="The role of its author", max_length=10),
        ),
        migrations.RunSQL(
            "".join(map(shut, SHUT)) + "".join(opened(table, HOLDS) for table in ASKED),
            reverse_sql=";".join(
                [f"DROP POLICY managed_shut ON {table}" for table in SHUT]
                + [f"DROP POLICY managed_read ON {table}" for table in ASKED]
            ),
        ),
    ]
