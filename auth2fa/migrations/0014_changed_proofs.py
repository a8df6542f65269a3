"""A changed password or second proof is asked for in every browser again; a card counts on wherever it is used."""

from django.db import migrations, models

FORGET = """
CREATE FUNCTION app_forget_browsers_of_row() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE auth2fa_rememberedbrowser SET revoked_at = clock_timestamp()
     WHERE revoked_at IS NULL
       AND user_id = CASE TG_TABLE_NAME WHEN 'accounts_user' THEN (to_jsonb(NEW) ->> 'id')::bigint
                          ELSE (to_jsonb(NEW) ->> 'user_id')::bigint END;
    RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION app_forget_browsers_of_row() FROM PUBLIC;

CREATE TRIGGER user_forgets_browsers AFTER UPDATE OF password, is_active ON accounts_user
    FOR EACH ROW WHEN (OLD.password IS DISTINCT FROM NEW.password OR OLD.is_active <> NEW.is_active)
    EXECUTE FUNCTION app_forget_browsers_of_row();
-- Wrong answers close a device for a while; that alone must not let others drive somebody out.
CREATE TRIGGER device_forgets_browsers AFTER UPDATE OF confirmed_at, revoked_at ON auth2fa_device
    FOR EACH ROW WHEN ((OLD.confirmed_at, OLD.revoked_at) IS DISTINCT FROM (NEW.confirmed_at, NEW.revoked_at))
    EXECUTE FUNCTION app_forget_browsers_of_row();
"""
# A card in two sign-ins of one person, and in stock, counts on in one as in the other: it has one counter in the hand.
COUNT = """
CREATE FUNCTION app_card_counted() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE auth2fa_device SET counter = NEW.counter
     WHERE kind = 'card' AND serial = NEW.serial AND id <> NEW.id AND counter < NEW.counter;
    UPDATE auth2fa_stockedcard SET counter = NEW.counter WHERE serial = NEW.serial AND counter < NEW.counter;
    RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION app_card_counted() FROM PUBLIC;

CREATE TRIGGER card_counts AFTER UPDATE OF counter ON auth2fa_device
    FOR EACH ROW WHEN (NEW.kind = 'card' AND NEW.serial <> '' AND NEW.counter > OLD.counter)
    EXECUTE FUNCTION app_card_counted();
"""
REMEMBER = """
DROP TRIGGER card_counts ON auth2fa_device;
DROP FUNCTION app_card_counted();
DROP TRIGGER device_forgets_browsers ON auth2fa_device;
DROP TRIGGER user_forgets_browsers ON accounts_user;
DROP FUNCTION app_forget_browsers_of_row();
"""


class Migration(migrations.Migration):
    dependencies = [("auth2fa", "0013_own_restrictions"), ("accounts", "0048_draws")]

    operations = [
        migrations.AddField(
            "device",
            "seen_at_count",
            models.BigIntegerField(
                help_text="Where a card would be that gave the last answer, too far ahead to be taken alone", null=True
            ),
        ),
        migrations.RunSQL(FORGET + COUNT, reverse_sql=REMEMBER),
    ]
