"""The walls of elections: whoever sees an entitled account reads, who trades in it chooses, by the database's clock."""

from django.db import migrations

from accounts.broker.lots.sql_setup import CHOOSES, TRADES
from accounts.broker.lots.sql_setup import TABLES as LOTS
from accounts.ground.access import rls
from accounts.ground.assignments.sql_setup import shut

ACTION, ENTITLEMENT = "broker_voluntaryaction", "broker_entitlement"
# The policy of the entitlements themselves holds inside.
READS = f"EXISTS (SELECT 1 FROM {ENTITLEMENT} mine WHERE mine.action_id = {ACTION}.id)"

CLOSES = f"""
-- Whatever instant a page believes it is: a choice counts until the deadline by the database's own clock.
CREATE FUNCTION broker_election_is_open() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp AS $$
DECLARE
    asked {ACTION}%ROWTYPE;
BEGIN
    SELECT * INTO asked FROM {ACTION} WHERE id = NEW.action_id;
    IF asked.withdrawn_at IS NOT NULL OR clock_timestamp() >= asked.deadline
       OR NEW.choice >= cardinality(asked.options) THEN
        RAISE EXCEPTION 'the election is closed' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER {ENTITLEMENT}_open BEFORE UPDATE ON {ENTITLEMENT}
    FOR EACH ROW EXECUTE FUNCTION broker_election_is_open();
CREATE TRIGGER {ENTITLEMENT}_facts BEFORE UPDATE OF id, firm_id, account_id, action_id, quantity ON {ENTITLEMENT}
    FOR EACH ROW EXECUTE FUNCTION app_refuse_change();
CREATE TRIGGER {ENTITLEMENT}_kept BEFORE DELETE ON {ENTITLEMENT} FOR EACH ROW EXECUTE FUNCTION app_refuse_change();
CREATE TRIGGER {ACTION}_facts BEFORE UPDATE OF id, firm_id, kind, symbol, conid, title, terms, options, "default",
    held_on, deadline, announced_by, announced_at ON {ACTION} FOR EACH ROW EXECUTE FUNCTION app_refuse_change();
CREATE TRIGGER {ACTION}_kept BEFORE DELETE ON {ACTION} FOR EACH ROW EXECUTE FUNCTION app_refuse_change();
"""

# Another person than before may choose otherwise, under the own name.
OTHERWISE = migrations.RunSQL(
    ";".join(
        f"ALTER POLICY page_update ON {table} USING ({TRADES}) WITH CHECK ({CHOOSES})" for table in (*LOTS, ENTITLEMENT)
    ),
    reverse_sql=migrations.RunSQL.noop,
)

WALLS = [
    rls.secure(ENTITLEMENT, read=rls.sees_account(), office="SELECT, INSERT"),
    rls.secure(ACTION, read=READS, office="SELECT, INSERT, UPDATE (withdrawn_at)"),
    rls.tie(ENTITLEMENT, "firm_id, account_id", "accounts_account", "firm_id, id", "entitlement_account_in_firm"),
    rls.tie(ENTITLEMENT, "firm_id, action_id", ACTION, "firm_id, id", "entitlement_action_in_firm"),
    rls.writes(ENTITLEMENT, update=CHOOSES, columns=("choice", "chosen_by", "chosen_at")),
    migrations.RunSQL(shut(ENTITLEMENT), reverse_sql=f"DROP POLICY managed_shut ON {ENTITLEMENT}"),
    migrations.RunSQL(CLOSES, reverse_sql=migrations.RunSQL.noop),
    rls.trailed(ACTION, "symbol", "title", "options", "default", "deadline", "withdrawn_at"),
    rls.trailed(ENTITLEMENT, "account_id", "action_id", "quantity", "choice", "chosen_by"),
    OTHERWISE,
]
