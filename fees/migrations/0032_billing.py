"""Approval by a second person above an amount, and months of billing that a practice has closed."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0033_client_consents"),
        ("fees", "0031_own_accrued"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="BillingLock",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ("month", models.DateField(help_text="Its first day")),
                ("figures", models.JSONField()),
                ("digest", models.CharField(max_length=64)),
                (
                    "reason",
                    models.CharField(
                        blank=True, help_text="Why it was closed although something was open", max_length=500
                    ),
                ),
                ("locked_at", models.DateTimeField()),
                ("opened_at", models.DateTimeField(null=True)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="BillingRule",
            fields=[
                (
                    "practice",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="accounts.practice",
                    ),
                ),
                ("threshold", models.DecimalField(decimal_places=2, max_digits=20, null=True)),
                ("changed_at", models.DateTimeField()),
                ("changed_by", models.BigIntegerField()),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.AddField(
            model_name="invoice",
            name="approved_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="invoice",
            name="approved_by",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="invoice",
            name="needs_approval",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="reimbursement",
            name="approved_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="reimbursement",
            name="approved_by",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="reimbursement",
            name="needs_approval",
            field=models.BooleanField(default=False),
        ),
        migrations.AlterField(
            model_name="invoice",
            name="reason",
            field=models.CharField(
                blank=True,
                choices=[
                    ("bad_account", "No such client account of yours"),
                    ("bad_money_manager", "No such money manager of yours"),
                    ("bad_amount", "The amount cannot be invoiced"),
                    ("no_cap", "The client has signed no invoice limit for you"),
                    ("over_limit", "Over the limit"),
                    ("duplicate_today", "The client has an invoice for that day already"),
                    ("account_restricted", "The account is not open"),
                    ("insufficient_funds", "The account's cash does not cover it"),
                    ("not_approved", "Nobody else approved it in time"),
                    ("period_locked", "The billing of that month is closed"),
                    ("fee_cap", "The fees of the last year have reached their ceiling"),
                ],
                default="",
                max_length=20,
            ),
        ),
        migrations.AlterField(
            model_name="reimbursement",
            name="reason",
            field=models.CharField(
                blank=True,
                choices=[
                    ("bad_account", "No such client account of yours"),
                    ("bad_amount", "The amount cannot be paid back"),
                    ("account_restricted", "The account is not open"),
                    ("over_50pct", "Over half of the fees of the last twelve months"),
                    ("not_approved", "Nobody else approved it in time"),
                    ("period_locked", "The billing of that month is closed"),
                    ("insufficient_master_funds", "The advisor's account does not cover it"),
                ],
                default="",
                max_length=26,
            ),
        ),
        migrations.AddConstraint(
            model_name="invoice",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("approved_at__isnull", True), ("approved_by__isnull", True)),
                    models.Q(
                        ("approved_at__isnull", False),
                        ("approved_by__isnull", False),
                        models.Q(("approved_by", models.F("submitted_by")), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="invoice_approved_by_another",
            ),
        ),
        migrations.AddConstraint(
            model_name="reimbursement",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("approved_at__isnull", True), ("approved_by__isnull", True)),
                    models.Q(
                        ("approved_at__isnull", False),
                        ("approved_by__isnull", False),
                        models.Q(("approved_by", models.F("submitted_by")), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="reimbursement_approved_by_another",
            ),
        ),
        migrations.AddField(
            model_name="billinglock",
            name="firm",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.firm",
            ),
        ),
        migrations.AddField(
            model_name="billinglock",
            name="locked_by",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="billinglock",
            name="opened_by",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="billinglock",
            name="practice",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.practice",
            ),
        ),
        migrations.AddField(
            model_name="billingrule",
            name="firm",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.firm",
            ),
        ),
        migrations.AddConstraint(
            model_name="billinglock",
            constraint=models.UniqueConstraint(
                condition=models.Q(("opened_at", None)), fields=("practice", "month"), name="billing_lock_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="billinglock",
            constraint=models.CheckConstraint(condition=models.Q(("month__day", 1)), name="billing_lock_month"),
        ),
        migrations.AddConstraint(
            model_name="billinglock",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("opened_at__isnull", True), ("opened_by__isnull", True)),
                    models.Q(
                        ("opened_at__isnull", False),
                        ("opened_by__isnull", False),
                        models.Q(("opened_by", models.F("locked_by")), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="billing_lock_opened_by_another",
            ),
        ),
        migrations.AddConstraint(
            model_name="billingrule",
            constraint=models.CheckConstraint(
                condition=models.Q(("threshold__isnull", True), ("threshold__gt", 0), _connector="OR"),
                name="billing_threshold_positive",
            ),
        ),
    ]
