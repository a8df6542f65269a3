"""The SQL of mailboxes, as text for their migration: whose they are, and that nobody leaves one behind."""

from crm.vault.sql_setup import MINE

OWN = MINE

# SECURITY DEFINER, because whoever takes a member out of the book may not touch that member's mailbox otherwise.
LEAVES = """
CREATE FUNCTION app_mailbox_ends() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp AS $$
BEGIN
    DELETE FROM crm_mailbox WHERE user_id = NEW.user_id AND practice_id = NEW.practice_id;
    RETURN NULL;
END $$;
CREATE TRIGGER member_ends_mailbox AFTER UPDATE OF state ON crm_member
    FOR EACH ROW WHEN (OLD.state <> NEW.state AND NEW.state = 'left') EXECUTE FUNCTION app_mailbox_ends();
"""
LEAVES_BACK = """
DROP TRIGGER member_ends_mailbox ON crm_member;
DROP FUNCTION app_mailbox_ends();
"""
