"""Pages change a sign-in only as its owner, as nobody at the door, or as the manager of the same place."""

from django.db import migrations

KEEP = """
REVOKE UPDATE ON accounts_user FROM portal_web;
GRANT UPDATE (password, last_login, first_name, last_name, email, language, timezone, theme, menu_is_folded)
    ON accounts_user TO portal_web;

-- The grant says which columns; this says whose row. It runs as whoever asks, so seats are those that one may see.
CREATE FUNCTION app_keep_sign_in() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    acting bigint := app_user();
BEGIN
    IF current_user NOT IN ('portal_web', 'portal_worker') OR acting IS NULL OR acting = OLD.id THEN
        RETURN NEW;
    END IF;
    IF NEW.password IS DISTINCT FROM OLD.password OR NEW.last_login IS DISTINCT FROM OLD.last_login
       OR NOT app_manages() OR NOT EXISTS (
            SELECT 1 FROM accounts_seat s WHERE s.user_id = OLD.id AND s.role = app_role() AND s.firm_id = app_firm()
               AND s.practice_id IS NOT DISTINCT FROM app_practice()
               AND s.account_id IS NOT DISTINCT FROM app_account() AND s.party_id IS NOT DISTINCT FROM app_party()) THEN
        RAISE EXCEPTION 'a sign-in is changed by its owner' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER accounts_user_kept BEFORE UPDATE ON accounts_user
    FOR EACH ROW EXECUTE FUNCTION app_keep_sign_in();
"""

BACK = """
DROP TRIGGER accounts_user_kept ON accounts_user;
DROP FUNCTION app_keep_sign_in();
GRANT UPDATE ON accounts_user TO portal_web;
"""


class Migration(migrations.Migration):
    """Staff flags, names and the switch of a sign-in are the back office's, or a function's that proves who asks."""

    dependencies = [("accounts", "0021_plain_user_names")]

    operations = [migrations.RunSQL(KEEP, reverse_sql=BACK)]
