"""The walls of mailboxes: a practice asks for its own and ends them, the back office moves them, the night charges."""

RATES, MAILBOXES, CHARGES = "desk_mailboxrate", "desk_mailbox", "desk_mailboxcharge"

# Only who works with all accounts of a practice, and only its own; the level above reads none.
OWN = (
    "((SELECT app_role()) IN ('top', 'second') AND (SELECT app_reach()) IN ('firm', 'practice')"
    " AND firm_id = (SELECT app_firm()) AND practice_id = (SELECT app_practice()))"
)
ASKS = f"({OWN} AND state = 'requested' AND requested_by = (SELECT app_user()))"
# What the page charges has not moved yet; giving back is for the back office.
CHARGED = f"({OWN} AND reverses_id IS NULL AND moved_on IS NULL AND run_id IS NULL)"

WRITES = f"""
CREATE POLICY page_insert ON {MAILBOXES} FOR INSERT TO portal_web WITH CHECK ({ASKS});
CREATE POLICY page_update ON {MAILBOXES} FOR UPDATE TO portal_web USING ({OWN}) WITH CHECK ({OWN});
GRANT INSERT, UPDATE (name, is_archived, state, state_at) ON {MAILBOXES} TO portal_web;
CREATE POLICY page_insert ON {CHARGES} FOR INSERT TO portal_web WITH CHECK ({CHARGED});
GRANT INSERT ON {CHARGES} TO portal_web;
"""

CHARGE_RULE = f"""CREATE FUNCTION desk_mailbox_charged() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp AS $$
DECLARE
    the_month int := extract(month FROM NEW.charged_on);
    the_year int := extract(year FROM NEW.charged_on);
BEGIN
    IF NEW.reverses_id IS NOT NULL THEN
        IF NOT EXISTS (SELECT 1 FROM {CHARGES} c JOIN {MAILBOXES} m ON m.id = c.mailbox_id AND m.state = 'rejected'
                        WHERE c.id = NEW.reverses_id AND c.reverses_id IS NULL
                          AND (c.mailbox_id, c.item, c.year_starts, c.months, c.rate, c.amount)
                              = (NEW.mailbox_id, NEW.item, NEW.year_starts, NEW.months, NEW.rate, NEW.amount)) THEN
            RAISE EXCEPTION 'what is given back is the charge of a refused request'
                USING ERRCODE = 'restrict_violation';
        END IF;
    ELSIF NEW.year_starts <> make_date(the_year - CASE WHEN the_month < 5 THEN 1 ELSE 0 END, 5, 1)
       OR NEW.months <> (16 - the_month) % 12 + 1
       OR NEW.rate IS DISTINCT FROM (SELECT r.amount FROM {RATES} r WHERE r.item = NEW.item
                                        AND r.starts <= NEW.charged_on ORDER BY r.starts DESC LIMIT 1) THEN
        RAISE EXCEPTION 'this is not the price of that day' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;"""

RULES = f"""
-- What may follow what, and who may say so: a practice only ends its mailbox.
CREATE FUNCTION desk_mailbox_step() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state IN ('cancelled', 'rejected') THEN
        RAISE EXCEPTION 'this mailbox has ended' USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.state = OLD.state THEN
        RETURN NEW;
    END IF;
    IF NOT (CASE OLD.state WHEN 'requested' THEN NEW.state IN ('provisioning', 'rejected', 'cancelled')
                           WHEN 'provisioning' THEN NEW.state IN ('awaiting_mx', 'rejected', 'cancelled')
                           WHEN 'awaiting_mx' THEN NEW.state IN ('active', 'cancelled')
                           WHEN 'active' THEN NEW.state = 'cancelled' ELSE false END)
       OR (current_user = 'portal_web' AND NEW.state <> 'cancelled') THEN
        RAISE EXCEPTION 'a mailbox does not go from % to %', OLD.state, NEW.state
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER {MAILBOXES}_step BEFORE UPDATE ON {MAILBOXES} FOR EACH ROW EXECUTE FUNCTION desk_mailbox_step();
CREATE TRIGGER {MAILBOXES}_facts BEFORE UPDATE OF id, firm_id, practice_id, account_id, batch, address, key, domain,
    requested_by, requested_at ON {MAILBOXES} FOR EACH ROW EXECUTE FUNCTION app_refuse_change();
CREATE TRIGGER {MAILBOXES}_kept BEFORE DELETE ON {MAILBOXES} FOR EACH ROW EXECUTE FUNCTION app_refuse_change();

-- A mailbox is its practice's master account's.
CREATE FUNCTION desk_mailbox_asked() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM accounts_account a WHERE a.id = NEW.account_id AND a.firm_id = NEW.firm_id
                      AND a.practice_id = NEW.practice_id AND a.kind IN ('top_master', 'second_master')) THEN
        RAISE EXCEPTION 'a mailbox is charged to the master account of its practice'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER {MAILBOXES}_asked BEFORE INSERT ON {MAILBOXES} FOR EACH ROW EXECUTE FUNCTION desk_mailbox_asked();

-- A charge is what the price of its day and the months of its year make it; what is given back is what was charged.
{CHARGE_RULE}
CREATE TRIGGER {CHARGES}_charged BEFORE INSERT ON {CHARGES} FOR EACH ROW EXECUTE FUNCTION desk_mailbox_charged();
CREATE TRIGGER {CHARGES}_facts BEFORE UPDATE OF id, firm_id, practice_id, account_id, mailbox_id, reverses_id, item,
    year_starts, months, rate, amount, currency, charged_on, charged_at ON {CHARGES}
    FOR EACH ROW EXECUTE FUNCTION app_refuse_change();
CREATE TRIGGER {CHARGES}_moved BEFORE UPDATE ON {CHARGES}
    FOR EACH ROW WHEN (OLD.moved_on IS NOT NULL) EXECUTE FUNCTION app_refuse_change();
CREATE TRIGGER {CHARGES}_kept BEFORE DELETE ON {CHARGES} FOR EACH ROW EXECUTE FUNCTION app_refuse_change();

-- A price holds from its day on; charges were made from it.
CREATE TRIGGER {RATES}_facts BEFORE UPDATE ON {RATES} FOR EACH ROW EXECUTE FUNCTION app_refuse_change();
CREATE TRIGGER {RATES}_kept BEFORE DELETE ON {RATES} FOR EACH ROW EXECUTE FUNCTION app_refuse_change();
INSERT INTO {RATES} (item, starts, amount) VALUES ('mailbox', '2000-01-01', 1.00), ('archive', '2000-01-01', 3.00);
"""
