"""The networks from which users may work, obeyed by the two functions that let anybody in."""

import django.db.models.deletion
import django.db.models.manager
from django.conf import settings
from django.db import migrations, models

from accounts.ground.access import entering, rls
from accounts.ground.access.entering import BESIDE, MANAGES

SEATS_BESIDE = f"seat_id IN (SELECT id FROM accounts_seat WHERE {BESIDE})"
OWN = "seat_id = (SELECT app_seat())"
COLUMNS = entering._COLUMNS

# "" is a program of ours, such as a job that goes on in somebody's name; pages always tell an address, or "unknown".
WELCOMES = """
CREATE FUNCTION app_welcomes(the_seat bigint, the_address text) RETURNS boolean
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    here inet;
BEGIN
    IF coalesce(the_address, '') = '' OR NOT EXISTS (
        SELECT 1 FROM accounts_addressrule r
         WHERE r.seat_id = the_seat AND r.starts_at <= now() AND (r.ends_at IS NULL OR r.ends_at > now())) THEN
        RETURN true;
    END IF;
    BEGIN
        here := the_address::inet;
    EXCEPTION WHEN invalid_text_representation THEN
        RETURN false;
    END;
    RETURN EXISTS (
        SELECT 1 FROM accounts_addressrule r
         WHERE r.seat_id = the_seat AND r.starts_at <= now() AND (r.ends_at IS NULL OR r.ends_at > now())
           AND r.network::inet >>= here);
END $$;

CREATE FUNCTION app_turned_away(the_user bigint, the_address text) RETURNS boolean
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT EXISTS (SELECT 1 FROM accounts_seat s WHERE s.user_id = the_user AND s.is_active AND app_stands(s.id))
       AND NOT EXISTS (SELECT 1 FROM accounts_seat s
                        WHERE s.user_id = the_user AND s.is_active AND app_stands(s.id)
                          AND app_welcomes(s.id, the_address))
$$;

-- A wrong number is refused, and what a refused request wrote is taken back; this is called after that.
CREATE FUNCTION app_wrong_number(the_rule bigint) RETURNS void
    LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    UPDATE accounts_addressrule SET wrong_numbers = wrong_numbers + 1 WHERE id = the_rule AND starts_at IS NULL
$$;
"""

ENTER = f"""
CREATE OR REPLACE FUNCTION app_enter(the_user bigint, the_seat bigint, the_address text)
    RETURNS TABLE ({COLUMNS})
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    chosen bigint;
BEGIN
    PERFORM app_leave();
    SELECT s.id INTO chosen FROM accounts_seat s
     WHERE s.user_id = the_user AND s.is_active AND (the_seat IS NULL OR s.id = the_seat) AND app_stands(s.id)
       AND app_welcomes(s.id, the_address)
     ORDER BY array_position(ARRAY['top', 'second', 'stl', 'stl_sub', 'client', 'office'], s.role::text), s.id LIMIT 1;
    IF FOUND THEN
        RETURN QUERY SELECT * FROM app_take_seat(chosen, the_address, NULL, NULL);
    END IF;
END $$;

CREATE OR REPLACE FUNCTION app_enter_token(the_hash text, the_address text)
    RETURNS TABLE ({COLUMNS})
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    token record;
BEGIN
    PERFORM app_leave();
    SELECT t.* INTO token FROM accounts_apitoken t JOIN accounts_seat s ON s.id = t.seat_id AND s.user_id = t.user_id
     WHERE t.secret_hash = the_hash AND t.revoked_at IS NULL AND t.expires_at > now() AND s.role <> 'office'
       AND app_stands(t.seat_id) AND app_welcomes(t.seat_id, the_address);
    IF NOT FOUND THEN
        RETURN;
    END IF;
    -- To the minute: a busy program does not write a row with each request.
    UPDATE accounts_apitoken SET last_used_at = now()
     WHERE id = token.id AND (last_used_at IS NULL OR last_used_at < now() - interval '1 minute');
    RETURN QUERY SELECT * FROM app_take_seat(token.seat_id, the_address, token.id, token.abilities::text[]);
END $$;

REVOKE ALL ON FUNCTION app_welcomes(bigint, text), app_turned_away(bigint, text), app_wrong_number(bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app_turned_away(bigint, text) TO portal_web, portal_office;
GRANT EXECUTE ON FUNCTION app_wrong_number(bigint) TO portal_web;
"""

KEPT = """
ALTER TABLE accounts_addressrule ADD CONSTRAINT address_is_a_network CHECK (masklen(network::inet) > 0);
CREATE TRIGGER accounts_addressrule_facts BEFORE UPDATE OF id, firm_id, seat_id, network, added_at, added_by_id
    ON accounts_addressrule FOR EACH ROW EXECUTE FUNCTION app_refuse_change();
CREATE TRIGGER accounts_addressrule_ended BEFORE UPDATE ON accounts_addressrule
    FOR EACH ROW WHEN (OLD.removed_at IS NOT NULL) EXECUTE FUNCTION app_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0024_what_lapses")]

    operations = [
        migrations.CreateModel(
            name="AddressRule",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("network", models.CharField(max_length=43)),
                ("added_at", models.DateTimeField()),
                ("wrong_numbers", models.PositiveSmallIntegerField(default=0)),
                ("starts_at", models.DateTimeField(null=True)),
                ("removed_at", models.DateTimeField(null=True)),
                ("ends_at", models.DateTimeField(null=True)),
                (
                    "added_by",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
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
                (
                    "seat",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="addresses",
                        to="accounts.seat",
                    ),
                ),
            ],
            options={
                "ordering": ["seat", "added_at", "pk"],
                "indexes": [models.Index(fields=["seat"], name="address_seat")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("removed_at", None)),
                        fields=("seat", "network"),
                        name="address_once_a_user",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ends_at", None), ("removed_at", None)),
                            models.Q(("ends_at__isnull", False), ("removed_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="address_removed_ends",
                    ),
                ],
            },
            managers=[("unscoped", django.db.models.manager.Manager())],
        ),
        rls.tie("accounts_addressrule", "firm_id, seat_id", "accounts_seat", "firm_id, id", "address_seat_in_firm"),
        rls.secure(
            "accounts_addressrule",
            read=f"({OWN} OR ({MANAGES} AND {SEATS_BESIDE}))",
            write=f"({MANAGES} AND {SEATS_BESIDE})",
            web="SELECT, INSERT, UPDATE (starts_at, removed_at, ends_at, wrong_numbers)",
            worker="",
            office="SELECT, UPDATE (removed_at, ends_at)",
        ),
        migrations.RunSQL(KEPT, reverse_sql=migrations.RunSQL.noop),
        rls.trailed("accounts_addressrule", "seat_id", "network", "starts_at", "removed_at", "ends_at"),
        migrations.RunSQL(WELCOMES + ENTER, reverse_sql=migrations.RunSQL.noop),
    ]
