"""Names that were guessed ten times within a day are disabled; functions count, and pages cannot read the counts."""

import django.db.models.manager
from django.db import migrations, models

from accounts.ground.access import rls

COUNT = """
-- Known and unknown names are counted alike, one after the other.
CREATE FUNCTION app_wrong_password(the_name text, the_at timestamptz, the_since timestamptz) RETURNS void
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('wrong password ' || the_name));
    INSERT INTO accounts_wrongpassword (name_hash, at) VALUES (the_name, the_at);
    IF (SELECT count(*) FROM accounts_wrongpassword WHERE name_hash = the_name AND at > the_since) >= 10 THEN
        INSERT INTO accounts_disabledname (name_hash, at) VALUES (the_name, the_at) ON CONFLICT DO NOTHING;
    END IF;
END $$;

CREATE FUNCTION app_is_disabled(the_name text) RETURNS boolean
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT EXISTS (SELECT 1 FROM accounts_disabledname WHERE name_hash = the_name)
$$;

CREATE FUNCTION app_forget_wrong_passwords(the_until timestamptz) RETURNS bigint
    LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH gone AS (DELETE FROM accounts_wrongpassword WHERE at <= the_until RETURNING 1) SELECT count(*) FROM gone
$$;
REVOKE ALL ON FUNCTION app_wrong_password(text, timestamptz, timestamptz), app_is_disabled(text),
    app_forget_wrong_passwords(timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app_wrong_password(text, timestamptz, timestamptz), app_is_disabled(text) TO portal_web;
GRANT EXECUTE ON FUNCTION app_forget_wrong_passwords(timestamptz) TO portal_worker;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0031_calls_and_texts"),
    ]

    operations = [
        migrations.CreateModel(
            name="DisabledName",
            fields=[
                ("name_hash", models.CharField(max_length=32, primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
            ],
            managers=[
                ("unscoped", django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name="WrongPassword",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name_hash", models.CharField(max_length=32)),
                ("at", models.DateTimeField()),
            ],
            options={
                "indexes": [models.Index(fields=["name_hash", "at"], name="wrong_password_name")],
            },
            managers=[
                ("unscoped", django.db.models.manager.Manager()),
            ],
        ),
        rls.secure("accounts_wrongpassword", read="false", web="", worker="", office="SELECT, DELETE"),
        rls.secure("accounts_disabledname", read="false", web="", worker="", office="SELECT, DELETE"),
        migrations.RunSQL(COUNT, reverse_sql=migrations.RunSQL.noop),
    ]
