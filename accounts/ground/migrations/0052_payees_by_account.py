"""What is entered as a payee is for named accounts; an assignment needs both accounts open when it is asked and accepted,
and tells who was not to have the account nothing of it."""

from django.db import migrations

from accounts.ground.access import rls

IS_MANAGER = (
    "((SELECT app_reach()) = 'managed' AND firm_id = (SELECT app_firm()) AND manager_id = (SELECT app_account())"
    " AND state IN ('asked', 'accepted', 'ended'))"
)

ENTERS = """
-- The accounts for which a payee was entered; NULL while none is.
CREATE FUNCTION app_payee_accounts() RETURNS bigint[] LANGUAGE sql STABLE AS $$
    SELECT nullif(current_setting('app.payee_accounts', true), '')::bigint[]
$$;

-- Whoever sets the fees of accounts enters those of their money manager too: until the transaction ends, or it goes
-- back, the advisor writes as the payee that the money manager is, for these accounts. NULL, and nothing changes, where
-- it is not the payee of each.
CREATE FUNCTION app_enter_payee(the_accounts bigint[], the_manager bigint) RETURNS bigint LANGUAGE plpgsql VOLATILE
    SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    payee bigint;
BEGIN
    SELECT b.practice_id INTO payee
      FROM accounts_account b
     WHERE b.id = the_manager AND b.firm_id = app_firm() AND b.kind = 'money_manager' AND b.status = 'O'
       AND app_role() = 'top' AND cardinality(the_accounts) > 0
       AND (SELECT count(DISTINCT one.id) FROM unnest(the_accounts) AS one (id))
           = (SELECT count(*) FROM accounts_account c
                JOIN accounts_assignment m ON m.account_id = c.id AND m.manager_id = b.id AND m.state = 'accepted'
               WHERE c.id = ANY (the_accounts) AND c.firm_id = app_firm() AND c.practice_id = app_practice()
                 AND (app_reach() = 'firm' OR c.id = ANY (app_accounts())));
    IF payee IS NOT NULL THEN
        PERFORM set_config('app.practice', payee::text, true),
                set_config('app.payee_accounts', the_accounts::text, true);
    END IF;
    RETURN payee;
END $$;
CREATE OR REPLACE FUNCTION app_leave_payee() RETURNS void LANGUAGE sql VOLATILE SECURITY DEFINER
    SET search_path = public, pg_temp AS $$
    SELECT set_config('app.practice', coalesce((SELECT s.practice_id::text FROM accounts_seat s
                                                 WHERE s.id = app_seat()), ''), true),
           set_config('app.payee_accounts', '', true);
    SELECT NULL::void
$$;
DROP FUNCTION app_enter_payee(bigint, bigint);
REVOKE ALL ON FUNCTION app_enter_payee(bigint[], bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app_enter_payee(bigint[], bigint) TO portal_web, portal_worker;
"""

OPEN = """
-- Whoever closes one of them holds it until that is written: either is seen by the other.
CREATE FUNCTION app_assigned_are_open() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp AS $$
DECLARE
    are_open boolean;
BEGIN
    IF TG_OP = 'INSERT' THEN
        PERFORM 1 FROM accounts_account WHERE id IN (NEW.account_id, NEW.manager_id) ORDER BY id FOR SHARE;
    END IF;
    SELECT bool_and(status = 'O') INTO are_open FROM accounts_account WHERE id IN (NEW.account_id, NEW.manager_id);
    IF NOT are_open THEN
        RAISE EXCEPTION 'an open client account is assigned to an open money manager of its firm'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER accounts_assignment_asked BEFORE INSERT ON accounts_assignment
    FOR EACH ROW EXECUTE FUNCTION app_assigned_are_open();
CREATE TRIGGER accounts_assignment_taken BEFORE UPDATE OF state ON accounts_assignment
    FOR EACH ROW WHEN (NEW.state = 'accepted') EXECUTE FUNCTION app_assigned_are_open();
"""

HIDDEN = f"""
ALTER POLICY page_read ON accounts_assignment USING ({rls.sees(also=IS_MANAGER)});
"""

PEOPLE = """
-- Who trades for a money manager, for a mail of the advisor that assigns accounts to it.
CREATE FUNCTION app_people_of_manager(the_manager bigint) RETURNS TABLE (user_id bigint) LANGUAGE sql STABLE
    SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT DISTINCT s.user_id FROM accounts_seat s JOIN accounts_account b ON b.id = s.account_id
     WHERE s.account_id = the_manager AND s.role = 'manager' AND s.is_active AND b.kind = 'money_manager'
       AND b.firm_id = app_firm() AND app_role() = 'top'
     ORDER BY s.user_id
$$;
REVOKE ALL ON FUNCTION app_people_of_manager(bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app_people_of_manager(bigint) TO portal_web, portal_worker;
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0051_money_managers")]

    operations = [migrations.RunSQL(ENTERS + OPEN + HIDDEN + PEOPLE, reverse_sql=migrations.RunSQL.noop)]
