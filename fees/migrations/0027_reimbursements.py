"""What advisors give back to clients."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0027_reimbursements_and_instructions"),
        ("fees", "0026_template_walls"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Reimbursement",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ("amount", models.DecimalField(decimal_places=2, max_digits=20)),
                ("currency", models.CharField(max_length=3)),
                ("memo", models.CharField(blank=True, max_length=255)),
                ("business_day", models.DateField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("pending", "Pending"),
                            ("processed", "Processed"),
                            ("rejected", "Rejected"),
                            ("cancelled", "Cancelled"),
                        ],
                        default="pending",
                        max_length=10,
                    ),
                ),
                (
                    "reason",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("bad_account", "No such client account of yours"),
                            ("bad_amount", "The amount cannot be paid back"),
                            ("account_restricted", "The account is not open"),
                            ("over_50pct", "Over half of the fees of the last twelve months"),
                            ("insufficient_master_funds", "The advisor's account does not cover it"),
                        ],
                        default="",
                        max_length=26,
                    ),
                ),
                ("submitted_at", models.DateTimeField()),
                ("changed_at", models.DateTimeField(null=True)),
                ("processed_on", models.DateField(null=True)),
                ("run_id", models.BigIntegerField(null=True)),
                (
                    "account",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reimbursements",
                        to="accounts.account",
                    ),
                ),
                (
                    "firm",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.firm",
                    ),
                ),
                (
                    "practice",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.practice",
                        verbose_name="paid by",
                    ),
                ),
                (
                    "submitted_by",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["-business_day", "account_id"],
                "abstract": False,
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "pending")), fields=["practice"], name="reimbursement_waiting"
                    ),
                    models.Index(fields=["account", "business_day"], name="reimbursement_account_day"),
                    models.Index(fields=["practice", "business_day"], name="reimbursement_practice_day"),
                ],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("amount__gt", 0)), name="reimbursement_positive"),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["pending", "processed", "rejected", "cancelled"])),
                        name="reimbursement_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("processed_on__isnull", False), ("run_id__isnull", False), ("state", "processed")
                            ),
                            models.Q(("state", "processed"), _negated=True),
                            _connector="OR",
                        ),
                        name="reimbursement_processed_in_a_night",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "rejected"), _negated=True),
                            models.Q(("reason", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="reimbursement_rejected_why",
                    ),
                ],
            },
        ),
    ]
