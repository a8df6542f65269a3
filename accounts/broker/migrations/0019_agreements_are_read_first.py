"""A request for trading permissions begins with what is wanted, and is signed under an agreement that was read."""

from django.db import migrations, models

from accounts.broker.permissions import sql_agreements
from accounts.ground.access import rls

TABLE = "broker_permissionrequest"
WALLS = sql_agreements.WALLS.format(readers=rls.READERS, home=rls.at_home(TABLE))


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0027_reimbursements_and_instructions"),
        ("broker", "0018_instruction_walls"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="permissionrequest",
            name="one_permission_request",
        ),
        migrations.RemoveConstraint(
            model_name="permissionrequest",
            name="permission_request_end_has_time",
        ),
        migrations.AddField(
            model_name="permissionrequest",
            name="language",
            field=models.CharField(default="en", max_length=10),
        ),
        migrations.AddField(
            model_name="permissionrequest",
            name="signed_address",
            field=models.CharField(blank=True, max_length=45),
        ),
        migrations.AddField(
            model_name="permissionrequest",
            name="signed_agent",
            field=models.CharField(blank=True, max_length=400),
        ),
        migrations.AddField(
            model_name="permissionrequest",
            name="signed_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="permissionrequest",
            name="signed_by",
            field=models.BigIntegerField(null=True),
        ),
        migrations.AddField(
            model_name="permissionrequest",
            name="signed_session",
            field=models.CharField(blank=True, help_text="SHA-256 of the session key", max_length=64),
        ),
        migrations.AlterField(
            model_name="permissionrequest",
            name="document",
            field=models.TextField(blank=True, help_text="The agreement as it was shown"),
        ),
        migrations.AlterField(
            model_name="permissionrequest",
            name="document_hash",
            field=models.CharField(blank=True, max_length=64),
        ),
        migrations.AlterField(
            model_name="permissionrequest",
            name="due_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AlterField(
            model_name="permissionrequest",
            name="experience",
            field=models.PositiveSmallIntegerField(help_text="Years of trading", null=True),
        ),
        migrations.AlterField(
            model_name="permissionrequest",
            name="objective",
            field=models.CharField(
                blank=True,
                choices=[
                    ("preservation", "Preservation of capital"),
                    ("income", "Income"),
                    ("growth", "Growth"),
                    ("trading", "Trading profits"),
                    ("hedging", "Hedging"),
                ],
                max_length=16,
            ),
        ),
        migrations.AlterField(
            model_name="permissionrequest",
            name="signed_name",
            field=models.CharField(blank=True, max_length=200),
        ),
        migrations.AlterField(
            model_name="permissionrequest",
            name="state",
            field=models.CharField(
                choices=[
                    ("requested", "Requested"),
                    ("agreement", "Awaiting agreement"),
                    ("review", "Under review"),
                    ("approved", "Approved"),
                    ("declined", "Declined"),
                    ("cancelled", "Cancelled"),
                    ("expired", "Expired"),
                ],
                default="requested",
                max_length=10,
            ),
        ),
        migrations.RunSQL(sql_agreements.BEFORE, reverse_sql=migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name="permissionrequest",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ("requested", "agreement", "review"))),
                fields=("account",),
                name="one_permission_request",
            ),
        ),
        migrations.AddConstraint(
            model_name="permissionrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("decided_at", None), ("state__in", ("requested", "agreement", "review"))),
                    models.Q(
                        models.Q(("state__in", ("requested", "agreement", "review")), _negated=True),
                        ("decided_at__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="permission_request_end_has_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="permissionrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state", "requested"),
                    models.Q(("experience", None), _negated=True),
                    ("state__in", ["cancelled", "expired"]),
                    _connector="OR",
                ),
                name="permission_request_has_facts",
            ),
        ),
        migrations.AddConstraint(
            model_name="permissionrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("due_at", None),
                        ("signed_at", None),
                        ("signed_by", None),
                        models.Q(("state__in", ["review", "approved", "declined"]), _negated=True),
                    ),
                    models.Q(
                        models.Q(("state__in", ("requested", "agreement")), _negated=True),
                        models.Q(("signed_at", None), _negated=True),
                        models.Q(("signed_by", None), _negated=True),
                        models.Q(("due_at", None), _negated=True),
                        models.Q(("signed_name", ""), _negated=True),
                        ("document_hash__regex", "^[0-9a-f]{64}$"),
                    ),
                    _connector="OR",
                ),
                name="permission_request_signed",
            ),
        ),
        migrations.RunSQL(WALLS, reverse_sql=migrations.RunSQL.noop),
        migrations.RunSQL(sql_agreements.LISTED, reverse_sql=migrations.RunSQL.noop),
    ]
