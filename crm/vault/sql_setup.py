"""The SQL of the vault, kept as text for its migrations: whose rows they are, what locks it, what jobs may do."""

# A practice's own people, of either level; not who sees fewer accounts than the seat has, and nobody above.
OURS = (
    "((SELECT app_reach()) IN ('firm', 'practice') AND practice_id = (SELECT app_practice())"
    " AND firm_id = (SELECT app_firm()))"
)
MINE = f"({OURS} AND user_id = (SELECT app_user()))"
# One's own keys, or a colleague's by whoever manages users: letting in, and taking out.
MINE_OR_MANAGED = f"({OURS} AND (user_id = (SELECT app_user()) OR (SELECT app_manages())))"
MANAGED = f"({OURS} AND (SELECT app_manages()))"

# Of the same practice, but with fewer accounts than its seat has: reads where a row is about those, and changes nothing
# but keys of their own.
IN_PART = (
    "((SELECT app_reach()) = 'accounts' AND (SELECT app_role()) IN ('top', 'second')"
    " AND practice_id = (SELECT app_practice()) AND firm_id = (SELECT app_firm()))"
)
OURS_OR_IN_PART = f"({OURS} OR {IN_PART})"
MINE_OR_IN_PART = f"({MINE} OR ({IN_PART} AND user_id = (SELECT app_user())))"
KEYS_OR_IN_PART = f"({MINE_OR_MANAGED} OR ({IN_PART} AND user_id = (SELECT app_user())))"

# The keys of a browser end with its sign-in session, and with anything that changes who may sign in or as what.
LOCKS = """
ALTER TABLE crm_vaultsession ADD CONSTRAINT vault_session_ends_with_sign_in
    FOREIGN KEY (sign_in) REFERENCES accounts_session (session_key) ON DELETE CASCADE;

CREATE FUNCTION app_lock_vaults(the_user bigint) RETURNS void LANGUAGE sql VOLATILE SECURITY DEFINER
    SET search_path = public, pg_temp AS $$ DELETE FROM crm_vaultsession WHERE user_id = the_user $$;
REVOKE ALL ON FUNCTION app_lock_vaults(bigint) FROM PUBLIC;

CREATE FUNCTION app_lock_vaults_of_row() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp AS $$
BEGIN
    IF TG_TABLE_NAME = 'accounts_user' THEN
        PERFORM app_lock_vaults(NEW.id);
    ELSIF TG_TABLE_NAME = 'accounts_addressrule' THEN
        PERFORM app_lock_vaults((SELECT user_id FROM accounts_seat WHERE id = NEW.seat_id));
    ELSE
        PERFORM app_lock_vaults(NEW.user_id);
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER user_locks_vault AFTER UPDATE OF password, is_active ON accounts_user
    FOR EACH ROW WHEN (OLD.password IS DISTINCT FROM NEW.password OR OLD.is_active <> NEW.is_active)
    EXECUTE FUNCTION app_lock_vaults_of_row();
CREATE TRIGGER seat_locks_vault AFTER UPDATE ON accounts_seat
    FOR EACH ROW WHEN ((OLD.role, OLD.is_active, OLD.standing, OLD.holdings, OLD.practice_id, OLD.abilities,
                        OLD.access_role_id)
        IS DISTINCT FROM (NEW.role, NEW.is_active, NEW.standing, NEW.holdings, NEW.practice_id, NEW.abilities,
                          NEW.access_role_id))
    EXECUTE FUNCTION app_lock_vaults_of_row();
CREATE TRIGGER address_locks_vault AFTER INSERT OR UPDATE ON accounts_addressrule
    FOR EACH ROW EXECUTE FUNCTION app_lock_vaults_of_row();

-- Members, grants and epochs change with the vault; a browser's keys end when its member leaves.
CREATE FUNCTION app_member_left() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp AS $$
BEGIN
    DELETE FROM crm_vaultsession WHERE member_id = NEW.id;
    DELETE FROM crm_grant WHERE member_id = NEW.id AND NEW.state = 'left';
    RETURN NULL;
END $$;
CREATE TRIGGER member_locks_vault AFTER UPDATE OF state, blob, box_public ON crm_member
    FOR EACH ROW WHEN (OLD.state <> NEW.state OR OLD.box_public <> NEW.box_public OR OLD.salt <> NEW.salt)
    EXECUTE FUNCTION app_member_left();

CREATE FUNCTION app_epoch_began() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp AS $$
BEGIN
    DELETE FROM crm_vaultsession WHERE vault_id = NEW.vault_id;
    RETURN NULL;
END $$;
CREATE TRIGGER epoch_locks_vault AFTER INSERT ON crm_epoch FOR EACH ROW EXECUTE FUNCTION app_epoch_began();
"""

# A job knows the practice whose mail it brings, seals to the inbox and forgets; it reads neither deposits nor members.
INBOX = """
CREATE POLICY worker_inbox ON crm_epoch FOR SELECT TO portal_worker USING (true);
CREATE POLICY worker_deposit ON crm_deposit FOR INSERT TO portal_worker WITH CHECK (true);
GRANT SELECT ON crm_epoch TO portal_worker;
GRANT INSERT ON crm_deposit TO portal_worker;
"""
