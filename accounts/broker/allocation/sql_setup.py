"""What PostgreSQL keeps of allocations: nothing is edited, and the shares of a current one add up to its block."""

# An advisor writes for its own practice only: the level above sees a block of the level below and does not allocate it.
OWN_PRACTICE = (
    "(firm_id = (SELECT app_firm()) AND practice_id = (SELECT app_practice())"
    " AND (SELECT app_role()) IN ('top', 'second') AND (SELECT app_reach()) IN ('firm', 'practice'))"
)
OWN_CLIENT = (
    f"({OWN_PRACTICE} AND EXISTS (SELECT 1 FROM accounts_account seen WHERE seen.id = account_id"
    " AND seen.practice_id = (SELECT app_practice()) AND seen.kind IN ('client', 'stl_master', 'stl_sub')))"
)

KEPT = """
CREATE FUNCTION broker_keep_allocation() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR OLD.state <> 'current' OR NEW.state = 'current'
       OR to_jsonb(NEW) - ARRAY['state', 'ended_by_id', 'ended_at', 'why_ended']
          IS DISTINCT FROM to_jsonb(OLD) - ARRAY['state', 'ended_by_id', 'ended_at', 'why_ended'] THEN
        RAISE EXCEPTION 'an allocation can only be cancelled or replaced' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER broker_allocation_stays BEFORE UPDATE OR DELETE ON broker_allocation
    FOR EACH ROW EXECUTE FUNCTION broker_keep_allocation();

-- The quantity of a block may follow a corrected statement while nothing is allocated; the trail keeps the old one.
CREATE FUNCTION broker_keep_block() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp AS $$
BEGIN
    IF TG_OP = 'DELETE' OR OLD.withdrawn_at IS NOT NULL
       OR to_jsonb(NEW) - ARRAY['quantity', 'price', 'withdrawn_at']
          IS DISTINCT FROM to_jsonb(OLD) - ARRAY['quantity', 'price', 'withdrawn_at']
       OR EXISTS (SELECT 1 FROM broker_allocation a WHERE a.block_id = OLD.id AND a.state = 'current') THEN
        RAISE EXCEPTION 'a block that is allocated stays as it is' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER broker_block_stays BEFORE UPDATE OR DELETE ON broker_block
    FOR EACH ROW EXECUTE FUNCTION broker_keep_block();

-- Asked at commit, of each allocation and of each share: nothing can be added to an allocation later either.
CREATE FUNCTION broker_shares_add_up() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp AS $$
DECLARE
    made record;
    shared numeric;
    executed numeric;
    whose uuid := CASE TG_TABLE_NAME WHEN 'broker_allocation' THEN (to_jsonb(NEW) ->> 'id')::uuid
                       ELSE (to_jsonb(NEW) ->> 'allocation_id')::uuid END;
BEGIN
    SELECT id, block_id, quantity, state INTO made FROM broker_allocation WHERE id = whose;
    SELECT coalesce(sum(quantity), 0) INTO shared FROM broker_allocationshare WHERE allocation_id = whose;
    SELECT quantity INTO executed FROM broker_block WHERE id = made.block_id;
    IF shared IS DISTINCT FROM made.quantity
       OR (made.state = 'current' AND executed IS DISTINCT FROM made.quantity) THEN
        RAISE EXCEPTION 'shares of % do not add up to the % executed', shared, executed
            USING ERRCODE = 'check_violation', CONSTRAINT = 'allocation_adds_up';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER broker_allocation_adds_up AFTER INSERT ON broker_allocation
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION broker_shares_add_up();
CREATE CONSTRAINT TRIGGER broker_share_adds_up AFTER INSERT ON broker_allocationshare
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION broker_shares_add_up();
"""
