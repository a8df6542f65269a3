"""The walls of mailboxes after their first: prices begin tomorrow at the earliest, and what a master account that ends
leaves of mailboxes ends with it."""

from accounts.desk.mailboxes.sql_setup import MAILBOXES, RATES

PRICES = f"""
-- A price of today or before would change what charges of that day must come out as.
CREATE FUNCTION desk_mailbox_priced() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.starts <= (clock_timestamp() AT TIME ZONE 'America/New_York')::date THEN
        RAISE EXCEPTION 'a price begins tomorrow at the earliest' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER {RATES}_ahead BEFORE INSERT ON {RATES} FOR EACH ROW EXECUTE FUNCTION desk_mailbox_priced();
"""

# Whoever closes the account may not see mailboxes, so the owner's rights end them; the provider must hear of those that
# it knows.
ENDS = f"""
CREATE FUNCTION desk_mailboxes_end() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp AS $$
BEGIN
    WITH living AS (
        SELECT id, state FROM {MAILBOXES}
         WHERE account_id = NEW.id AND state NOT IN ('cancelled', 'rejected') ORDER BY id FOR UPDATE),
    ended AS (
        UPDATE {MAILBOXES} m SET state = 'cancelled', state_at = clock_timestamp()
          FROM living WHERE m.id = living.id
        RETURNING m.id, m.firm_id, m.practice_id, m.account_id, m.address, living.state AS was),
    over AS (
        UPDATE accounts_request r SET status = 'cancelled', finished_at = clock_timestamp() FROM ended
         WHERE r.firm_id = ended.firm_id AND r.kind = 'mailbox' AND r.finished_at IS NULL
           AND r.natural_key = 'mailbox:' || ended.id)
    INSERT INTO accounts_request (id, firm_id, practice_id, account_id, kind, status, title, detail, natural_key, day)
    SELECT gen_random_uuid(), firm_id, practice_id, account_id, 'mailbox', 'awaiting_broker',
           'The provider is told: mailbox %(address)s', jsonb_build_object('address', address, 'mailbox', id::text),
           'mailbox:' || id || ' provider', (clock_timestamp() AT TIME ZONE 'America/New_York')::date
      FROM ended WHERE was <> 'requested'
    ON CONFLICT (firm_id, kind, natural_key) DO UPDATE SET status = excluded.status, finished_at = NULL;
    RETURN NULL;
END $$;
CREATE TRIGGER accounts_account_mailboxes AFTER UPDATE OF status ON accounts_account
    FOR EACH ROW WHEN (OLD.status <> NEW.status AND NEW.status IN ('C', 'A', 'R')
                       AND NEW.kind IN ('top_master', 'second_master'))
    EXECUTE FUNCTION desk_mailboxes_end();
"""
