"""Whoever else changed a line is not its second person; what-ifs of a leaver end; a milder threshold is told to those
who see all of the practice."""

from django.contrib.postgres.fields import ArrayField
from django.db import migrations, models

from accounts.ground.access import rls

# Kept by the database: a page has no right on the column, so nobody takes their own name off again.
TOUCHED = """
ALTER TABLE fees_invoice ALTER COLUMN touched_by SET DEFAULT '{}',
    ADD CONSTRAINT invoice_second_untouched CHECK (approved_by_id IS NULL OR NOT approved_by_id = ANY (touched_by));
ALTER TABLE fees_reimbursement ALTER COLUMN touched_by SET DEFAULT '{}',
    ADD CONSTRAINT reimbursement_second_untouched
        CHECK (approved_by_id IS NULL OR NOT approved_by_id = ANY (touched_by));
CREATE FUNCTION fees_touched() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE acting bigint := app_user();
BEGIN
    IF (NEW.amount, NEW.memo) IS DISTINCT FROM (OLD.amount, OLD.memo) AND acting <> OLD.submitted_by_id
       AND NOT acting = ANY (OLD.touched_by) THEN
        NEW.touched_by := OLD.touched_by || acting;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER fees_invoice_touched BEFORE UPDATE OF amount, memo ON fees_invoice
    FOR EACH ROW EXECUTE FUNCTION fees_touched();
CREATE TRIGGER fees_reimbursement_touched BEFORE UPDATE OF amount, memo ON fees_reimbursement
    FOR EACH ROW EXECUTE FUNCTION fees_touched();
"""

UNTOUCHED = """
DROP TRIGGER fees_invoice_touched ON fees_invoice;
DROP TRIGGER fees_reimbursement_touched ON fees_reimbursement;
DROP FUNCTION fees_touched();
ALTER TABLE fees_invoice DROP CONSTRAINT invoice_second_untouched;
ALTER TABLE fees_reimbursement DROP CONSTRAINT reimbursement_second_untouched;
"""

WHAT_IFS = f"""
CREATE FUNCTION fees_what_ifs_of_leaver(the_seat bigint) RETURNS bigint
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT count(*) FROM accounts_job j
     WHERE j.seat_id = the_seat AND j.kind = 'what_if' AND j.result IS NOT NULL AND app_is_leaver(the_seat)
$$;
CREATE FUNCTION fees_end_what_ifs(the_seat bigint) RETURNS void
    LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    DELETE FROM fees_whatifline w USING accounts_job j
     WHERE w.trial_id = j.id AND j.seat_id = the_seat AND j.kind = 'what_if' AND app_is_leaver(the_seat);
    UPDATE accounts_job SET result = NULL
     WHERE seat_id = the_seat AND kind = 'what_if' AND app_is_leaver(the_seat)
$$;
REVOKE ALL ON FUNCTION fees_what_ifs_of_leaver(bigint), fees_end_what_ifs(bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION fees_what_ifs_of_leaver(bigint), fees_end_what_ifs(bigint) TO {rls.READERS};
"""

# A threshold holds for every account of the practice: who looks after some of them neither sees what it concerns nor
# may choose another.
PEOPLE = """
CREATE OR REPLACE FUNCTION fees_people_who_set_fees() RETURNS TABLE (user_id bigint)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT DISTINCT s.user_id
      FROM accounts_seat s LEFT JOIN accounts_accessrole r ON r.id = s.access_role_id
     WHERE s.is_active AND s.role IN ('top', 'second') AND s.holdings = 'all'
       AND s.firm_id = app_firm() AND s.practice_id = app_practice()
       AND (s.standing = 'primary' OR 'fees' = ANY (coalesce(r.abilities, s.abilities)))
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("fees", "0040_milder_told"), ("accounts", "0041_work_of_leavers")]

    operations = [
        *[
            migrations.AddField(
                model_name=name,
                name="touched_by",
                field=ArrayField(base_field=models.BigIntegerField(), default=list, editable=False, size=None),
            )
            for name in ("invoice", "reimbursement")
        ],
        migrations.RunSQL(TOUCHED, reverse_sql=UNTOUCHED),
        migrations.RunSQL(
            WHAT_IFS,
            reverse_sql="DROP FUNCTION fees_end_what_ifs(bigint); DROP FUNCTION fees_what_ifs_of_leaver(bigint);",
        ),
        migrations.RunSQL(PEOPLE, reverse_sql=migrations.RunSQL.noop),
    ]
