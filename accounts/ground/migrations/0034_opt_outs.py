"""Doing without a second proof: what was signed, and two functions that say what holds of a person."""

import uuid

import django.db.models.deletion
import django.db.models.manager
from django.conf import settings
from django.db import migrations, models

from accounts.ground.access import rls

OWN = "user_id = (SELECT app_user())"

# Asked at the door, where nobody acts yet, and about an asker by who decides; what comes back opens nothing.
FUNCTIONS = """
CREATE FUNCTION app_is_narrow(the_user bigint, the_at timestamptz) RETURNS boolean
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT count(*) > 0 AND bool_and(coalesce(held.is_narrow, false))
      FROM accounts_seat s
      LEFT JOIN LATERAL (
          SELECT bool_and(masklen(r.network::inet) >= CASE family(r.network::inet) WHEN 4 THEN 24 ELSE 56 END)
                 AS is_narrow
            FROM accounts_addressrule r
           WHERE r.seat_id = s.id AND r.starts_at <= the_at AND (r.ends_at IS NULL OR r.ends_at > the_at)) held ON true
     WHERE s.user_id = the_user AND s.is_active AND app_stands(s.id)
$$;

CREATE FUNCTION app_waived(the_user bigint, the_at timestamptz)
    RETURNS TABLE (extent text, until timestamptz, is_restricted boolean)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT o.extent, o.expires_at, app_is_narrow(o.user_id, the_at)
      FROM accounts_optout o
     WHERE o.user_id = the_user AND o.ended_at IS NULL AND o.signed_at <= the_at AND o.expires_at > the_at
$$;
REVOKE ALL ON FUNCTION app_is_narrow(bigint, timestamptz), app_waived(bigint, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app_is_narrow(bigint, timestamptz), app_waived(bigint, timestamptz)
    TO portal_web, portal_office;

CREATE TRIGGER accounts_optout_signed BEFORE UPDATE OF id, user_id, extent, language, document, document_hash, version,
    signed_name, signed_at, signed_address, signed_agent, signed_session, expires_at
    ON accounts_optout FOR EACH ROW EXECUTE FUNCTION app_refuse_change();
CREATE TRIGGER accounts_optout_ended BEFORE UPDATE ON accounts_optout
    FOR EACH ROW WHEN (OLD.ended_at IS NOT NULL) EXECUTE FUNCTION app_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0033_client_consents")]

    operations = [
        migrations.CreateModel(
            name="OptOut",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                (
                    "extent",
                    models.CharField(
                        choices=[("full", "Everywhere"), ("partial", "Outside the portal")], max_length=10
                    ),
                ),
                ("language", models.CharField(max_length=10)),
                ("document", models.TextField(help_text="The acknowledgement as it was shown")),
                ("document_hash", models.CharField(max_length=64)),
                ("version", models.CharField(max_length=10)),
                ("signed_name", models.CharField(max_length=200)),
                ("signed_at", models.DateTimeField()),
                ("signed_address", models.CharField(blank=True, max_length=45)),
                ("signed_agent", models.CharField(blank=True, max_length=400)),
                ("signed_session", models.CharField(blank=True, max_length=64)),
                ("expires_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "user",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at", None)), fields=("user",), name="opt_out_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("extent__in", ["full", "partial"])), name="opt_out_extent"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("expires_at__gt", models.F("signed_at"))), name="opt_out_ends"
                    ),
                ],
            },
            managers=[("unscoped", django.db.models.manager.Manager())],
        ),
        migrations.RunSQL(
            "ALTER TABLE accounts_optout ADD CONSTRAINT opt_out_user FOREIGN KEY (user_id)"
            " REFERENCES accounts_user (id)",
            reverse_sql=migrations.RunSQL.noop,
        ),
        rls.secure(
            "accounts_optout",
            read=OWN,
            write=OWN,
            web="SELECT, INSERT, UPDATE (ended_at)",
            worker="",
            office="SELECT, UPDATE (ended_at)",
        ),
        rls.trailed("accounts_optout", "user_id", "extent", "signed_name", "expires_at", "ended_at"),
        migrations.RunSQL(FUNCTIONS, reverse_sql=migrations.RunSQL.noop),
    ]
