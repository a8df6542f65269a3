"""The wall of decisions about movements, and that nobody of the back office ends one without them."""

from accounts.broker.funding.sql_setup import REQUEST
from accounts.broker.positions.sql_setup import SUMS
from accounts.ground.access.rls import anew, instead

DECISION = "broker_fundingdecision"

STAYS = f"""
CREATE TRIGGER {DECISION}_facts BEFORE UPDATE OF id, firm_id, request_id, outcome, line_id, moved_id, reason,
    proposed_by, proposed_at ON {DECISION} FOR EACH ROW EXECUTE FUNCTION app_refuse_change();
CREATE TRIGGER {DECISION}_decided BEFORE UPDATE ON {DECISION}
    FOR EACH ROW WHEN (OLD.state <> 'proposed') EXECUTE FUNCTION app_refuse_change();
CREATE TRIGGER {DECISION}_kept BEFORE DELETE ON {DECISION} FOR EACH ROW EXECUTE FUNCTION app_refuse_change();

-- The night ends a movement by a line or an answer of the broker; the back office by a decision of two people.
CREATE FUNCTION broker_two_people_decide() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- Nobody else reads the decisions, so nobody else may even be asked for them.
    IF current_user <> 'portal_office' THEN
        RETURN NEW;
    END IF;
    IF NOT EXISTS (SELECT 1 FROM {DECISION} d
        WHERE d.request_id = NEW.id AND d.state = 'agreed'
          AND NEW.status = CASE d.outcome WHEN 'shown' THEN 'completed' ELSE 'rejected' END) THEN
        RAISE EXCEPTION 'two people of the back office end a movement' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER {REQUEST}_two_people BEFORE UPDATE OF status ON {REQUEST}
    FOR EACH ROW WHEN (OLD.status = 'processed' AND NEW.status <> 'processed')
    EXECUTE FUNCTION broker_two_people_decide();

GRANT UPDATE (line_id, moved_id, arrived_on, credited_on, available_on) ON {REQUEST} TO portal_office;
"""

# A transfer that two people have ended has one row for all its positions: they are promised until its day is shown.
_BEFORE = "AND (m.id IS NULL OR m.report_on > the_day)"
_NOW = """AND coalesce(m.report_on, r.credited_on, 'infinity') > the_day"""
_PUBLISHED = SUMS[SUMS.index("CREATE FUNCTION broker_promised_positions") : SUMS.index("REVOKE ALL")]
PROMISED = instead(anew(_PUBLISHED), _BEFORE, _NOW)
