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

# Whoever has seen a mail in a mailbox of their own keeps it in their own name; whose it was and when stays as it was.
# A merge moves it to another contact, the trash takes it, and its texts may be sealed anew.
STAYS = f"""
ALTER POLICY page_insert ON crm_keptmail WITH CHECK ({MINE});
DROP POLICY page_delete ON crm_keptmail;
REVOKE DELETE ON crm_keptmail FROM portal_web;
ALTER POLICY page_insert ON crm_notkept WITH CHECK ({MINE});

CREATE FUNCTION app_kept_mail_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'whose a kept mail is, and when it was written, stays as it was'
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER kept_mail_stays BEFORE UPDATE ON crm_keptmail FOR EACH ROW
    WHEN ((OLD.id, OLD.firm_id, OLD.practice_id, OLD.user_id, OLD.is_out, OLD.said_at, OLD.kept_at)
        IS DISTINCT FROM (NEW.id, NEW.firm_id, NEW.practice_id, NEW.user_id, NEW.is_out, NEW.said_at, NEW.kept_at))
    EXECUTE FUNCTION app_kept_mail_stays();
CREATE TRIGGER not_kept_stays BEFORE UPDATE ON crm_notkept FOR EACH ROW
    WHEN ((OLD.id, OLD.firm_id, OLD.practice_id, OLD.user_id, OLD.said_at, OLD.forgotten_at)
        IS DISTINCT FROM (NEW.id, NEW.firm_id, NEW.practice_id, NEW.user_id, NEW.said_at, NEW.forgotten_at))
    EXECUTE FUNCTION app_kept_mail_stays();
"""
STAYS_BACK = f"""
DROP TRIGGER not_kept_stays ON crm_notkept;
DROP TRIGGER kept_mail_stays ON crm_keptmail;
DROP FUNCTION app_kept_mail_stays();
GRANT DELETE ON crm_keptmail TO portal_web;
CREATE POLICY page_delete ON crm_keptmail FOR DELETE TO portal_web, portal_worker USING ({OURS});
ALTER POLICY page_insert ON crm_keptmail WITH CHECK ({OURS});
"""
FORGOTTEN_OF_CONTACT = """
ALTER TABLE crm_notkept ADD CONSTRAINT not_kept_own_contact FOREIGN KEY (firm_id, practice_id, contact_id)
    REFERENCES crm_contact (firm_id, practice_id, id) ON DELETE CASCADE
"""
FORGOTTEN_OF_CONTACT_BACK = "ALTER TABLE crm_notkept DROP CONSTRAINT not_kept_own_contact"
