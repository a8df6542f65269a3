"""Positions that go to another broker, come from one, or change accounts inside the firm; and their walls."""

from decimal import Decimal

import django.db.models.deletion
from django.db import migrations, models

from accounts.broker.positions import sql_setup
from accounts.ground.access import rls

POSITION = sql_setup.POSITION
KINDS = [
    ("deposit", "Deposit"),
    ("withdrawal", "Withdrawal"),
    ("internal_cash", "Internal cash transfer"),
    ("bank", "Bank instruction"),
    ("position_in", "Inbound position transfer"),
    ("position_out", "Outbound position transfer"),
    ("position_inside", "Internal position transfer"),
]
METHODS = [
    ("WIRE", "Wire"),
    ("ACH", "ACH"),
    ("EFT", "EFT"),
    ("SEPA", "SEPA"),
    ("CHECK", "Check"),
    ("BILLPAY", "Bill pay"),
    ("INTERNAL", "Internal"),
    ("ACATS", "ACATS"),
    ("ATON", "ATON"),
    ("FOP", "FOP"),
    ("DWAC", "DWAC"),
    ("BASICFOP", "Basic FOP (complex)"),
]
WITHOUT_AMOUNT = ("bank", "position_in", "position_out", "position_inside")
INTERNAL_KINDS = ("internal_cash", "position_inside")


def _points_to(model: str, **more: object) -> dict[str, object]:
    return {"db_constraint": False, "on_delete": django.db.models.deletion.PROTECT, "to": model, **more}


WALLS = [
    rls.tie(POSITION, "firm_id, account_id", "accounts_account", "firm_id, id", "movedposition_account_firm"),
    rls.tie(POSITION, "firm_id, practice_id", "accounts_practice", "firm_id, id", "movedposition_practice_firm"),
    rls.secure(POSITION, read=sql_setup.SEES, night="SELECT, UPDATE (moved_id)", office="SELECT"),
    rls.writes(POSITION, insert=sql_setup.ADDS),
    rls.trailed(POSITION, "account_id", "request_id", "symbol", "quantity"),
    migrations.RunSQL(sql_setup.TIES, reverse_sql=migrations.RunSQL.noop),
    migrations.RunSQL(sql_setup.STAYS, reverse_sql=migrations.RunSQL.noop),
    migrations.RunSQL(sql_setup.SUMS, reverse_sql=migrations.RunSQL.noop),
    migrations.RunSQL(sql_setup.LISTS, reverse_sql=migrations.RunSQL.noop),
    migrations.RunSQL(
        f"CREATE POLICY positions_insert ON {sql_setup.REQUEST} FOR INSERT TO {rls.READERS}"
        f" WITH CHECK ({sql_setup.ASKS_FOR_A_SUB})",
        reverse_sql=f"DROP POLICY positions_insert ON {sql_setup.REQUEST}",
    ),
]


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0051_money_managers"),
        ("broker", "0034_payees_wait_for_owners"),
    ]

    operations = [
        migrations.RemoveConstraint(model_name="fundingrequest", name="funding_amount"),
        migrations.RemoveConstraint(model_name="fundingrequest", name="funding_counter"),
        migrations.RemoveConstraint(model_name="savedbank", name="savedbank_method"),
        migrations.AlterField(
            model_name="fundingrequest", name="kind", field=models.CharField(choices=KINDS, max_length=16)
        ),
        migrations.AlterField(
            model_name="fundingrequest",
            name="method",
            field=models.CharField(blank=True, choices=METHODS, max_length=10),
        ),
        migrations.AlterField(
            model_name="savedbank", name="method", field=models.CharField(choices=METHODS, max_length=10)
        ),
        migrations.AddConstraint(
            model_name="fundingrequest",
            constraint=models.UniqueConstraint(fields=("firm", "practice", "account", "id"), name="funding_of_account"),
        ),
        migrations.AddConstraint(
            model_name="fundingrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("amount", None), ("kind__in", WITHOUT_AMOUNT)),
                    models.Q(models.Q(("kind__in", WITHOUT_AMOUNT), _negated=True), ("amount__gt", Decimal("0"))),
                    _connector="OR",
                ),
                name="funding_amount",
            ),
        ),
        migrations.AddConstraint(
            model_name="fundingrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind__in", ("bank", "position_in", "position_out")), _negated=True),
                    ("bank__isnull", False),
                    _connector="OR",
                ),
                name="funding_names_its_bank",
            ),
        ),
        migrations.AddConstraint(
            model_name="fundingrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("counter__isnull", False), ("kind__in", INTERNAL_KINDS), ("method", "INTERNAL")),
                    models.Q(
                        models.Q(("kind__in", INTERNAL_KINDS), _negated=True),
                        models.Q(("method", "INTERNAL"), _negated=True),
                        ("counter", None),
                    ),
                    _connector="OR",
                ),
                name="funding_counter",
            ),
        ),
        migrations.AddConstraint(
            model_name="fundingrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "position_out"), _negated=True),
                    models.Q(("counts_on__isnull", False), ("usd__gt", Decimal("0"))),
                    ("status__in", ["pending_confirmation", "cancelled", "expired"]),
                    _connector="OR",
                ),
                name="funding_positions_count",
            ),
        ),
        migrations.AddConstraint(
            model_name="savedbank",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "method__in",
                        ["WIRE", "ACH", "EFT", "SEPA", "BILLPAY", "ACATS", "ATON", "FOP", "DWAC", "BASICFOP"],
                    )
                ),
                name="savedbank_method",
            ),
        ),
        migrations.CreateModel(
            name="MovedPosition",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("symbol", models.CharField(max_length=60)),
                ("conid", models.BigIntegerField(null=True)),
                ("asset", models.CharField(blank=True, max_length=10)),
                ("currency", models.CharField(blank=True, max_length=3)),
                ("quantity", models.DecimalField(decimal_places=10, max_digits=28)),
                *[
                    (name, models.ForeignKey(**_points_to(f"accounts.{name}", db_index=False, related_name="+")))
                    for name in ("account", "firm", "practice")
                ],
                (
                    "moved",
                    models.OneToOneField(**_points_to("broker.positiontransfer", null=True, related_name="asked")),
                ),
                (
                    "request",
                    models.ForeignKey(**_points_to("broker.fundingrequest", db_index=False, related_name="positions")),
                ),
            ],
            options={"abstract": False},
        ),
        migrations.AddIndex(
            model_name="movedposition",
            index=models.Index(fields=["account"], name="movedposition_account"),
        ),
        migrations.AddConstraint(
            model_name="movedposition",
            constraint=models.UniqueConstraint(fields=("request", "symbol", "currency"), name="movedposition_once"),
        ),
        migrations.AddConstraint(
            model_name="movedposition",
            constraint=models.CheckConstraint(
                condition=models.Q(models.Q(("symbol", ""), _negated=True), ("quantity__gt", Decimal("0"))),
                name="movedposition_is_some",
            ),
        ),
        *WALLS,
    ]
