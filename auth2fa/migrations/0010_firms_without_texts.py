"""Firms that take no codes by text or call."""

import uuid

import django.db.models.deletion
import django.db.models.manager
from django.conf import settings
from django.db import migrations, models

from accounts.ground.access import rls

FUNCTION = """
CREATE FUNCTION app_texts_end(the_user bigint) RETURNS date
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT min(f.from_day) FROM auth2fa_firmwithouttexts f
     WHERE f.ended_at IS NULL
       AND EXISTS (SELECT 1 FROM accounts_seat s WHERE s.firm_id = f.firm_id AND s.user_id = the_user AND s.is_active)
$$;
REVOKE ALL ON FUNCTION app_texts_end(bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app_texts_end(bigint) TO portal_web, portal_office;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("auth2fa", "0009_numbers"),
        ("accounts", "0039_pin_facts_settle"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            "device",
            "by_firm",
            models.BooleanField(
                db_default=False, default=False, help_text="Switched off because a firm takes no codes by text"
            ),
        ),
        migrations.CreateModel(
            name="FirmWithoutTexts",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                (
                    "from_day",
                    models.DateField(
                        help_text="The first day on which no code leaves by text or call", verbose_name="From"
                    ),
                ),
                ("decided_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "decided_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "firm",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.firm",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at", None)), fields=("firm",), name="firm_without_texts_once"
                    )
                ]
            },
            managers=[("unscoped", django.db.models.manager.Manager())],
        ),
        rls.secure("auth2fa_firmwithouttexts", read="false", web="", worker="", office="SELECT, INSERT, UPDATE"),
        rls.trailed("auth2fa_firmwithouttexts", "firm_id", "from_day", "decided_by_id", "ended_at"),
        migrations.RunSQL(FUNCTION, reverse_sql=migrations.RunSQL.noop),
    ]
