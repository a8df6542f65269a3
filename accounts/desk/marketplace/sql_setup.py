"""The walls of the marketplace: what is approved is read by the advisors and money managers of every firm, all else by
its own practice; pages never approve."""

TABLE = "desk_listing"
_ROLE = "(SELECT app_role())"
OWN = f"""(firm_id = (SELECT app_firm()) AND {_ROLE} IN ('top', 'second', 'manager')
    AND practice_id = coalesce((SELECT app_managers_practice()), (SELECT app_practice())))"""
READS = f"((state = 'approved' AND {_ROLE} IN ('top', 'second', 'manager')) OR {OWN})"
WRITES = f"({OWN} AND state IN ('draft', 'submitted', 'withdrawn') AND written_by = (SELECT app_user()))"
COLUMNS = (
    *("name", "text", "website", "contact", "region", "minimum", "currency", "fees"),
    *("state", "written_by", "written_at"),
)

KEPT = f"""
CREATE POLICY page_insert ON {TABLE} FOR INSERT TO portal_web WITH CHECK ({WRITES});
CREATE POLICY page_update ON {TABLE} FOR UPDATE TO portal_web USING ({OWN}) WITH CHECK ({WRITES});
GRANT INSERT, UPDATE ({", ".join(COLUMNS)}) ON {TABLE} TO portal_web;
CREATE TRIGGER {TABLE}_facts BEFORE UPDATE OF id, firm_id, practice_id, category ON {TABLE}
    FOR EACH ROW EXECUTE FUNCTION app_refuse_change();
CREATE TRIGGER {TABLE}_kept BEFORE DELETE ON {TABLE} FOR EACH ROW EXECUTE FUNCTION app_refuse_change();
-- What the back office approves is what was submitted, word by word.
CREATE FUNCTION desk_listing_approved() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.state = 'approved' AND (TG_OP = 'INSERT' OR OLD.state <> 'submitted'
       OR (OLD.name, OLD.text, OLD.website, OLD.contact, OLD.region, OLD.minimum, OLD.currency, OLD.fees)
          IS DISTINCT FROM
          (NEW.name, NEW.text, NEW.website, NEW.contact, NEW.region, NEW.minimum, NEW.currency, NEW.fees)) THEN
        RAISE EXCEPTION 'only what was submitted is approved' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER {TABLE}_approved BEFORE INSERT OR UPDATE ON {TABLE}
    FOR EACH ROW EXECUTE FUNCTION desk_listing_approved();
"""

# A colleague who was given some accounts reads what the practice offers and writes none of it.
_SPEAKS = f"({WRITES} AND (SELECT app_reach()) IN ('firm', 'practice', 'managed'))"
_USING = f"({OWN} AND (SELECT app_reach()) IN ('firm', 'practice', 'managed'))"
ENDS = f"""
ALTER POLICY page_insert ON {TABLE} WITH CHECK ({_SPEAKS});
ALTER POLICY page_update ON {TABLE} USING ({_USING}) WITH CHECK ({_SPEAKS});

-- Whoever has closed its last account of its own offers nothing any more, neither to others nor to the back office.
CREATE FUNCTION desk_listings_end() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE {TABLE} SET state = 'withdrawn'
     WHERE practice_id = NEW.practice_id AND state IN ('submitted', 'approved')
       AND NOT EXISTS (SELECT 1 FROM accounts_account a WHERE a.practice_id = NEW.practice_id AND a.status = 'O'
                          AND a.kind IN ('top_master', 'second_master', 'money_manager'));
    RETURN NULL;
END $$;
CREATE TRIGGER accounts_account_listings AFTER UPDATE OF status ON accounts_account
    FOR EACH ROW WHEN (OLD.status = 'O' AND NEW.status <> 'O'
                       AND NEW.kind IN ('top_master', 'second_master', 'money_manager'))
    EXECUTE FUNCTION desk_listings_end();
"""
ENDS_BACK = f"""
DROP TRIGGER accounts_account_listings ON accounts_account;
DROP FUNCTION desk_listings_end();
ALTER POLICY page_insert ON {TABLE} WITH CHECK ({WRITES});
ALTER POLICY page_update ON {TABLE} USING ({OWN}) WITH CHECK ({WRITES});
"""
