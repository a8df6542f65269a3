"""The walls of postings tied to statement lines: the night and the back office tie, whoever sees the account reads."""

TABLE = "desk_recoveryline"

RULES = f"""
-- The night reads postings to find their lines.
CREATE POLICY portal_night_all ON desk_recovery TO portal_night USING (true) WITH CHECK (false);
GRANT SELECT ON desk_recovery TO portal_night;

-- A posting is tied to a line of its own account and currency.
CREATE FUNCTION desk_recovery_tied() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM desk_recovery p JOIN broker_cashline l ON l.account_id = p.account_id
                      AND l.currency = p.currency
                    WHERE p.id = NEW.recovery_id AND l.id = NEW.line_id AND p.account_id = NEW.account_id) THEN
        RAISE EXCEPTION 'a posting is shown by a line of its account and currency' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER {TABLE}_tied BEFORE INSERT ON {TABLE} FOR EACH ROW EXECUTE FUNCTION desk_recovery_tied();
"""
