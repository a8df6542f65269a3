"""Half of what opens a phone's key may stay here; given out to the phone's own passkey alone."""

from django.db import migrations, models

PHONE = """
-- Whose phone keeps half of its opening here; the id is random, and knowing it opens nothing.
CREATE FUNCTION app_phone(the_device uuid) RETURNS bigint
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT user_id FROM auth2fa_device WHERE id = the_device AND kind = 'phone' AND share <> '' AND revoked_at IS NULL
$$;
REVOKE ALL ON FUNCTION app_phone(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app_phone(uuid) TO portal_web;
"""


class Migration(migrations.Migration):
    dependencies = [("auth2fa", "0002_delivery_events")]

    operations = [
        migrations.AddField(
            "device",
            "share",
            models.BinaryField(
                db_default=b"", default=bytes, help_text="Half of what opens a phone's own copy of its key, sealed"
            ),
        ),
        migrations.RunSQL(PHONE, reverse_sql=migrations.RunSQL.noop),
    ]
