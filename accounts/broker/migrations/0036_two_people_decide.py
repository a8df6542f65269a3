"""A movement that no line ends: what one person of the back office proposes, and a second one decides."""

import django.db.models.deletion
from django.db import migrations, models

from accounts.broker.deciding import sql_setup
from accounts.ground.access import rls

DECISION = sql_setup.DECISION


def _points_to(model: str, **more: object) -> dict[str, object]:
    return {"db_constraint": False, "on_delete": django.db.models.deletion.PROTECT, "to": model, **more}


class Migration(migrations.Migration):
    dependencies = [("broker", "0035_position_transfers")]

    operations = [
        migrations.CreateModel(
            name="FundingDecision",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("shown", "A line of a statement shows it"),
                            ("not_done", "The broker has not done it, and will not"),
                        ],
                        max_length=10,
                    ),
                ),
                ("reason", models.CharField(max_length=300)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("proposed", "Waits for a second person"),
                            ("agreed", "Agreed"),
                            ("declined", "Declined"),
                        ],
                        default="proposed",
                        max_length=10,
                    ),
                ),
                ("proposed_by", models.BigIntegerField()),
                ("proposed_at", models.DateTimeField()),
                ("decided_by", models.BigIntegerField(null=True)),
                ("decided_at", models.DateTimeField(null=True)),
                ("firm", models.ForeignKey(**_points_to("accounts.firm", db_index=False, related_name="+"))),
                (
                    "line",
                    models.ForeignKey(**_points_to("broker.cashline", null=True, db_index=False, related_name="+")),
                ),
                (
                    "moved",
                    models.ForeignKey(
                        **_points_to("broker.positiontransfer", null=True, db_index=False, related_name="+")
                    ),
                ),
                ("request", models.ForeignKey(**_points_to("broker.fundingrequest", related_name="decisions"))),
            ],
            options={"abstract": False},
        ),
        migrations.AddConstraint(
            model_name="fundingdecision",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "proposed")), fields=("request",), name="fundingdecision_one_at_a_time"
            ),
        ),
        migrations.AddConstraint(
            model_name="fundingdecision",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), _negated=True), name="fundingdecision_says_why"
            ),
        ),
        migrations.AddConstraint(
            model_name="fundingdecision",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("line", None), ("moved", None), ("outcome", "not_done")),
                    models.Q(("line__isnull", False), ("moved", None), ("outcome", "shown")),
                    models.Q(("line", None), ("moved__isnull", False), ("outcome", "shown")),
                    _connector="OR",
                ),
                name="fundingdecision_names_a_line",
            ),
        ),
        migrations.AddConstraint(
            model_name="fundingdecision",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("decided_at", None), ("decided_by", None), ("state", "proposed")),
                    models.Q(
                        models.Q(("state", "proposed"), _negated=True),
                        ("decided_at__isnull", False),
                        ("decided_by__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="fundingdecision_has_a_second",
            ),
        ),
        migrations.AddConstraint(
            model_name="fundingdecision",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "agreed"), _negated=True),
                    models.Q(("decided_by", models.F("proposed_by")), _negated=True),
                    _connector="OR",
                ),
                name="fundingdecision_by_two_people",
            ),
        ),
        rls.secure(
            DECISION,
            read="false",
            web="",
            worker="",
            office="SELECT, INSERT, UPDATE (state, decided_by, decided_at)",
        ),
        rls.trailed(
            DECISION, "request_id", "outcome", "line_id", "moved_id", "reason", "state", "proposed_by", "decided_by"
        ),
        migrations.RunSQL(sql_setup.STAYS, reverse_sql=migrations.RunSQL.noop),
        migrations.RunSQL(sql_setup.PROMISED, reverse_sql=migrations.RunSQL.noop),
    ]
