"""The walls of market data: a user's own subscriptions, read also by who manages the users of the place."""

from accounts.ground.access.entering import BESIDE, MANAGES

OFFERS, SUBSCRIPTIONS = "desk_marketdataoffer", "desk_marketdatasubscription"

OWN = "(seat_id = (SELECT app_seat()) AND firm_id = (SELECT app_firm()))"
READS = f"({OWN} OR ({MANAGES} AND seat_id IN (SELECT id FROM accounts_seat WHERE {BESIDE})))"
STARTS = f"({OWN} AND started_by = (SELECT app_user()) AND ended_at IS NULL)"
ENDS = f"({OWN} AND (ended_by IS NULL OR ended_by = (SELECT app_user())))"

WRITES = f"""
CREATE POLICY page_insert ON {SUBSCRIPTIONS} FOR INSERT TO portal_web WITH CHECK ({STARTS});
CREATE POLICY page_update ON {SUBSCRIPTIONS} FOR UPDATE TO portal_web USING ({OWN}) WITH CHECK ({ENDS});
GRANT INSERT, UPDATE (ended_at, ended_by) ON {SUBSCRIPTIONS} TO portal_web;
"""

KEPT = f"""
-- A subscription begins at the price there is, and what it began as stays.
CREATE FUNCTION desk_marketdata_price() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM {OFFERS} o WHERE o.code = NEW.offer_id AND o.is_offered
                      AND o.fee = NEW.fee AND o.currency = NEW.currency) THEN
        RAISE EXCEPTION 'this package is not offered at that price' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER {SUBSCRIPTIONS}_price BEFORE INSERT ON {SUBSCRIPTIONS}
    FOR EACH ROW EXECUTE FUNCTION desk_marketdata_price();
CREATE TRIGGER {SUBSCRIPTIONS}_facts BEFORE UPDATE OF id, firm_id, seat_id, offer_id, fee, currency, started_by,
    started_at ON {SUBSCRIPTIONS} FOR EACH ROW EXECUTE FUNCTION app_refuse_change();
CREATE TRIGGER {SUBSCRIPTIONS}_ended BEFORE UPDATE ON {SUBSCRIPTIONS}
    FOR EACH ROW WHEN (OLD.ended_at IS NOT NULL) EXECUTE FUNCTION app_refuse_change();
CREATE TRIGGER {SUBSCRIPTIONS}_kept BEFORE DELETE ON {SUBSCRIPTIONS}
    FOR EACH ROW EXECUTE FUNCTION app_refuse_change();
CREATE TRIGGER {OFFERS}_facts BEFORE UPDATE OF code, fee, currency ON {OFFERS}
    FOR EACH ROW WHEN ((OLD.code, OLD.fee, OLD.currency) IS DISTINCT FROM (NEW.code, NEW.fee, NEW.currency))
    EXECUTE FUNCTION app_refuse_change();
CREATE TRIGGER {OFFERS}_kept BEFORE DELETE ON {OFFERS} FOR EACH ROW EXECUTE FUNCTION app_refuse_change();
"""

SEAT = "accounts_seat"
SEAT_ENDS = f"""
-- Nobody pays on for somebody who has left, however the seat ended.
CREATE FUNCTION desk_marketdata_seat_ended() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE {SUBSCRIPTIONS} SET ended_at = NEW.ended_at, ended_by = coalesce(app_user(), started_by)
     WHERE seat_id = NEW.id AND ended_at IS NULL;
    RETURN NULL;
END $$;
CREATE TRIGGER {SEAT}_market_data AFTER UPDATE OF ended_at ON {SEAT}
    FOR EACH ROW WHEN (OLD.ended_at IS NULL AND NEW.ended_at IS NOT NULL)
    EXECUTE FUNCTION desk_marketdata_seat_ended();
"""
