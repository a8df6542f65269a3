"""The SQL of mailboxes, as text for their migration: whose they are, and that nobody leaves one behind."""

from crm.vault.sql_setup import MINE, OURS

OWN = MINE
# Everybody of the practice reads what was kept, and whoever saw it in a mailbox of their own keeps it.
KEPT, KEEPS = OURS, OURS
# A contact that the trash forgets takes its mails with it.
OF_CONTACT = """
ALTER TABLE crm_keptmail ADD CONSTRAINT kept_mail_own_contact FOREIGN KEY (firm_id, practice_id, contact_id)
    REFERENCES crm_contact (firm_id, practice_id, id) ON DELETE CASCADE
"""
OF_CONTACT_BACK = "ALTER TABLE crm_keptmail DROP CONSTRAINT kept_mail_own_contact"

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
