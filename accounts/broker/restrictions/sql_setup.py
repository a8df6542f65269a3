"""Who may see and write what hangs on a node of the tree and holds for everything below it, as PostgreSQL keeps it."""

_REACH = "(SELECT app_reach())"

# Visible to whoever sees an account that it holds for: the node itself, a sub of the node, or anything below a master.
# Told by reach, so that a large firm's rows cost one comparison each.
HOLDS_FOR_ME = f"""(
    firm_id = (SELECT app_firm()) AND (
        {_REACH} = 'firm'
        OR ({_REACH} IN ('practice', 'accounts') AND (
            node_kind = 'top_master'
            OR EXISTS (SELECT 1 FROM accounts_account seen WHERE seen.id = {{table}}.account_id)))
        OR ({_REACH} = 'accounts' AND EXISTS (
            SELECT 1 FROM accounts_account seen
             WHERE seen.stl_id = {{table}}.account_id OR seen.practice_id = {{table}}.practice_id))))"""

_ROLE = "(SELECT app_role())"
_MINE = "account_id = ANY ((SELECT app_accounts())::bigint[])"

# The level above writes anywhere on its tree but on its own master; the second level on its own clients. A user with
# fewer accounts writes on these.
ADVISOR_WRITES = f"""(
    firm_id = (SELECT app_firm()) AND (({_REACH}) IN ('firm', 'practice') OR ({_REACH} = 'accounts' AND {_MINE})) AND (
        ({_ROLE} = 'top' AND node_kind <> 'top_master')
        OR ({_ROLE} = 'second' AND node_kind = 'client' AND EXISTS (
            SELECT 1 FROM accounts_account seen
             WHERE seen.id = {{table}}.account_id AND seen.practice_id = (SELECT app_practice())))))"""

# Below the top level a row is written in the name of one's own role only, so that what was set above stays above. An
# STL master also restricts its subs.
RESTRICTION_WRITES = f"""(
    ({ADVISOR_WRITES} AND ({_ROLE} = 'top' OR set_by = {_ROLE}))
    OR ({_ROLE} = 'stl' AND {_REACH} = 'accounts' AND node_kind = 'stl_sub' AND set_by = 'stl' AND {_MINE}))"""

KEEP_RESTRICTION = """
-- A restriction can be ended, and is never otherwise changed: who was stopped from what must stay readable.
CREATE FUNCTION broker_keep_restriction() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR OLD.ended_at IS NOT NULL
       OR to_jsonb(NEW) - ARRAY['ends', 'ended_by_id', 'ended_at']
          IS DISTINCT FROM to_jsonb(OLD) - ARRAY['ends', 'ended_by_id', 'ended_at']
       OR NEW.ends IS NULL OR (OLD.ends IS NOT NULL AND NEW.ends > OLD.ends) THEN
        RAISE EXCEPTION 'a restriction can only be ended' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER broker_restriction_stays BEFORE UPDATE OR DELETE ON broker_restriction
    FOR EACH ROW EXECUTE FUNCTION broker_keep_restriction();
"""

KEEP_PRODUCTS = """
-- One change of a firm's permissions at a time: what is granted below is looked at only when nothing above is moving.
CREATE FUNCTION broker_one_permission_at_a_time(the_firm bigint) RETURNS void LANGUAGE sql VOLATILE AS $$
    SELECT pg_advisory_xact_lock(hashtextextended('trading permissions', the_firm))
$$;

CREATE FUNCTION broker_has_product(the_account bigint, the_product text, the_country text) RETURNS boolean
    LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT EXISTS (SELECT 1 FROM broker_productapproval WHERE account_id = the_account AND product = the_product
                      AND country IN (the_country, 'ALL') AND removed_at IS NULL)
$$;
REVOKE ALL ON FUNCTION broker_has_product(bigint, text, text) FROM PUBLIC;

CREATE FUNCTION broker_grant_product() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp AS $$
DECLARE
    above bigint;
BEGIN
    PERFORM broker_one_permission_at_a_time(NEW.firm_id);
    SELECT parent_id INTO above FROM accounts_account WHERE id = NEW.account_id;
    IF above IS NOT NULL AND NOT broker_has_product(above, NEW.product, NEW.country) THEN
        RAISE EXCEPTION 'the level above is not approved for % %', NEW.product, NEW.country
            USING ERRCODE = 'check_violation', CONSTRAINT = 'product_within_the_level_above';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER broker_product_granted BEFORE INSERT ON broker_productapproval
    FOR EACH ROW EXECUTE FUNCTION broker_grant_product();

-- What ended stays ended, and nothing else of an approval changes.
CREATE FUNCTION broker_keep_product() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR OLD.removed_at IS NOT NULL OR NEW.removed_at IS NULL
       OR to_jsonb(NEW) - ARRAY['removed_at', 'removed_by_id', 'removal']
          IS DISTINCT FROM to_jsonb(OLD) - ARRAY['removed_at', 'removed_by_id', 'removal'] THEN
        RAISE EXCEPTION 'an approval can only be withdrawn' USING ERRCODE = 'restrict_violation';
    END IF;
    PERFORM broker_one_permission_at_a_time(NEW.firm_id);
    RETURN NEW;
END $$;
CREATE TRIGGER broker_product_stays BEFORE UPDATE OR DELETE ON broker_productapproval
    FOR EACH ROW EXECUTE FUNCTION broker_keep_product();

-- Withdrawn above is withdrawn below, in the same transaction; each level's own rows fire this again for the next.
CREATE FUNCTION broker_withdraw_below() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE broker_productapproval below
       SET removed_at = NEW.removed_at, removed_by_id = NEW.removed_by_id, removal = 'above'
      FROM accounts_account node
     WHERE node.id = below.account_id AND node.parent_id = NEW.account_id AND below.product = NEW.product
       AND below.removed_at IS NULL AND NOT broker_has_product(NEW.account_id, below.product, below.country);
    RETURN NULL;
END $$;
CREATE TRIGGER broker_product_withdrawn AFTER UPDATE ON broker_productapproval
    FOR EACH ROW EXECUTE FUNCTION broker_withdraw_below();

-- An account that moves to another advisor keeps only what that advisor is approved for.
CREATE FUNCTION broker_trim_products() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM broker_one_permission_at_a_time(NEW.firm_id);
    UPDATE broker_productapproval own SET removed_at = now(), removed_by_id = app_user(), removal = 'moved'
     WHERE own.account_id = NEW.id AND own.removed_at IS NULL AND NEW.parent_id IS NOT NULL
       AND NOT broker_has_product(NEW.parent_id, own.product, own.country);
    RETURN NULL;
END $$;
CREATE TRIGGER broker_moved_products AFTER UPDATE OF parent_id ON accounts_account
    FOR EACH ROW WHEN (OLD.parent_id IS DISTINCT FROM NEW.parent_id) EXECUTE FUNCTION broker_trim_products();
"""
