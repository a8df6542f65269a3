"""A line that the engine computes differently may be withdrawn before its day is sealed, and then only to be made anew."""

from django.db import migrations

WITHDRAW = """
CREATE FUNCTION fees_keep_lines() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND current_setting('fees.withdrawing', true) = 'yes' THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
DROP TRIGGER fees_accrual_stays ON fees_accrual;
CREATE TRIGGER fees_accrual_stays BEFORE UPDATE OR DELETE ON fees_accrual
    FOR EACH ROW EXECUTE FUNCTION fees_keep_lines();

-- Nobody but the owner may delete lines; the night may ask for this, for an account that the check holds.
CREATE FUNCTION fees_withdraw_lines(the_account bigint, the_day date) RETURNS integer LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp AS $$
DECLARE
    withdrawn integer;
BEGIN
    IF NOT EXISTS (SELECT 1 FROM accounts_hold h WHERE h.account_id = the_account AND h.day = the_day
                      AND h.stage = 'check' AND h.resolved_at IS NULL) THEN
        RAISE EXCEPTION 'account % is not held by the check of %', the_account, the_day
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF EXISTS (SELECT 1 FROM accounts_seal s JOIN accounts_account a ON a.firm_id = s.firm_id
                WHERE a.id = the_account AND s.day >= the_day) THEN
        RAISE EXCEPTION '% is sealed for account %', the_day, the_account USING ERRCODE = 'restrict_violation';
    END IF;
    PERFORM set_config('fees.withdrawing', 'yes', true);
    DELETE FROM fees_accrual WHERE accrual_date = the_day AND account_id = the_account;
    GET DIAGNOSTICS withdrawn = ROW_COUNT;
    PERFORM set_config('fees.withdrawing', '', true);
    RETURN withdrawn;
END $$;
REVOKE ALL ON FUNCTION fees_withdraw_lines(bigint, date) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION fees_withdraw_lines(bigint, date) TO portal_night;
"""

BACK = """
DROP FUNCTION fees_withdraw_lines(bigint, date);
DROP TRIGGER fees_accrual_stays ON fees_accrual;
CREATE TRIGGER fees_accrual_stays BEFORE UPDATE OR DELETE ON fees_accrual
    FOR EACH ROW EXECUTE FUNCTION app_refuse_change();
DROP FUNCTION fees_keep_lines();
"""


class Migration(migrations.Migration):
    """Sealed days stay closed to everybody."""

    dependencies = [("fees", "0005_known_at")]

    operations = [migrations.RunSQL(WITHDRAW, reverse_sql=BACK)]
