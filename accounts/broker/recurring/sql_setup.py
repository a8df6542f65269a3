"""The walls of recurring instructions: who sets one up, who pauses or ends it, and what never changes."""

from accounts.broker.funding.sql_setup import OWNS, SEES

INSTRUCTION, TURN = "broker_recurringinstruction", "broker_recurringturn"

_ADVISES = "(SELECT app_role()) IN ('top', 'second')"
# Whose money may be moved at all, as for a single request.
_FUNDABLE = f"""EXISTS (SELECT 1 FROM accounts_account f WHERE f.id = {INSTRUCTION}.account_id
    AND (f.kind IN ('client', 'stl_master') OR f.kind = 'stl_sub' AND {INSTRUCTION}.kind = 'internal_cash'))"""
_COUNTER = f"""(counter_id IS NULL OR EXISTS (SELECT 1 FROM accounts_account o
    WHERE o.id = {INSTRUCTION}.counter_id AND o.practice_id = {INSTRUCTION}.practice_id))"""

SETS_UP = f"""(asked_by = (SELECT app_user()) AND state = 'active' AND next_on = starts_on AND ended_at IS NULL
    AND {SEES} AND is_by_advisor = ({_ADVISES}) AND {_FUNDABLE} AND {_COUNTER})"""
# An advisor changes only what an advisor has set up.
CHANGES = f"({OWNS} OR ({SEES} AND is_by_advisor))"
COLUMNS = ("state", "next_on", "ended_at")

STEPS = f"""
-- What was set up stays as it was; it is only ended for good, and its next day only moves on.
CREATE TRIGGER {INSTRUCTION}_facts BEFORE UPDATE OF id, firm_id, practice_id, account_id, name, kind, method, amount,
    currency, counter_id, bank_id, every, starts_on, ends_on, is_by_advisor, factor, key, asked_by, seat, asked_at
    ON {INSTRUCTION} FOR EACH ROW EXECUTE FUNCTION app_refuse_change();
CREATE TRIGGER {INSTRUCTION}_ended BEFORE UPDATE OF state ON {INSTRUCTION}
    FOR EACH ROW WHEN (OLD.state = 'ended' AND NEW.state <> 'ended') EXECUTE FUNCTION app_refuse_change();
CREATE TRIGGER {INSTRUCTION}_onward BEFORE UPDATE OF next_on ON {INSTRUCTION}
    FOR EACH ROW WHEN (NEW.next_on < OLD.next_on) EXECUTE FUNCTION app_refuse_change();
CREATE TRIGGER {INSTRUCTION}_kept BEFORE DELETE ON {INSTRUCTION}
    FOR EACH ROW EXECUTE FUNCTION app_refuse_change();
"""
