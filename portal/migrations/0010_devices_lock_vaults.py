"""A change of somebody's second proof locks their vault: two rooms that do not know each other, joined by the roof."""

from django.db import migrations

TRIGGER = """
CREATE TRIGGER device_locks_vault AFTER UPDATE OF confirmed_at, disabled_at, revoked_at ON auth2fa_device
    FOR EACH ROW WHEN ((OLD.confirmed_at, OLD.disabled_at, OLD.revoked_at)
        IS DISTINCT FROM (NEW.confirmed_at, NEW.disabled_at, NEW.revoked_at))
    EXECUTE FUNCTION app_lock_vaults_of_row();
"""


class Migration(migrations.Migration):
    """SQL only."""

    dependencies = [
        ("portal", "0009_what_lapses"),
        ("auth2fa", "0001_devices"),
        ("crm", "0001_vault"),
    ]

    operations = [migrations.RunSQL(TRIGGER, reverse_sql="DROP TRIGGER device_locks_vault ON auth2fa_device")]
