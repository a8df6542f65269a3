"""The back office may let the value of the day before stand for a day that has none, and for nothing else."""

from django.db import migrations

CARRY = """
CREATE FUNCTION broker_carry_value(the_account bigint, the_day date, the_last date) RETURNS numeric
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    carried numeric;
BEGIN
    IF the_last >= the_day OR the_day - the_last > 10 THEN
        RAISE EXCEPTION 'no value is carried from % to %', the_last, the_day USING ERRCODE = 'restrict_violation';
    END IF;
    IF NOT EXISTS (SELECT 1 FROM accounts_hold h WHERE h.account_id = the_account AND h.day = the_day
                      AND h.stage = 'accrue' AND h.reason = 'no_nav' AND h.resolved_at IS NULL) THEN
        RAISE EXCEPTION 'account % does not wait for a value of %', the_account, the_day
            USING ERRCODE = 'restrict_violation';
    END IF;
    INSERT INTO broker_navdaily (nav_date, file_id, account_id, nlv, flow, currency)
    SELECT the_day, NULL, n.account_id, n.nlv, 0, n.currency
      FROM broker_navdaily n WHERE n.nav_date = the_last AND n.account_id = the_account
    RETURNING nlv INTO carried;
    RETURN carried;
END $$;
REVOKE ALL ON FUNCTION broker_carry_value(bigint, date, date) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION broker_carry_value(bigint, date, date) TO portal_office;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0042_night_decisions"),
        ("broker", "0020_penny_stocks"),
    ]

    operations = [
        migrations.RunSQL(CARRY, reverse_sql="DROP FUNCTION broker_carry_value(bigint, date, date)"),
    ]
