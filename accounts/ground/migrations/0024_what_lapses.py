"""Links and approvals that nobody decided end by the clock, and the people on each side of a link can be written to."""

from django.db import migrations, models

from accounts.ground.access import rls

# An advisor's practice hears through whoever may open, move and close accounts there, and an owner through every user
# who may sign. Only who can see the link is told who they are.
PEOPLE = f"""
CREATE FUNCTION app_people_of_link(the_link uuid, the_side text) RETURNS TABLE (user_id bigint)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT l.asked_by FROM accounts_linkage l
     WHERE l.id = the_link AND the_side = 'asker'
       AND (app_user() IS NULL OR l.asked_by = app_user() OR l.to_practice_id = app_practice())
    UNION
    SELECT s.user_id FROM accounts_linkage l
      JOIN accounts_seat s ON s.practice_id = CASE the_side WHEN 'asked' THEN l.to_practice_id
                                                            WHEN 'former' THEN l.practice_id END
      LEFT JOIN accounts_accessrole r ON r.id = s.access_role_id
     WHERE l.id = the_link AND s.is_active AND s.role IN ('top', 'second')
       AND (app_user() IS NULL OR l.asked_by = app_user() OR l.to_practice_id = app_practice())
       AND (s.standing = 'primary' OR 'create_accounts' = ANY (coalesce(r.abilities, s.abilities)))
$$;
REVOKE ALL ON FUNCTION app_people_of_link(uuid, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app_people_of_link(uuid, text) TO {rls.READERS}, portal_office;
"""

LAPSE = """
GRANT UPDATE (state, finished_at) ON accounts_authorization TO portal_office;

CREATE OR REPLACE FUNCTION app_list_linkage() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO accounts_request (id, firm_id, practice_id, account_id, kind, status, title, detail,
                                      natural_key, day)
        VALUES (gen_random_uuid(), NEW.to_firm_id, NEW.to_practice_id, NULL, 'linkage', 'awaiting_advisor',
                left(NEW.number || ' ' || NEW.title, 200), '{}', 'linkage ' || NEW.id,
                (NEW.asked_at AT TIME ZONE 'America/New_York')::date);
    ELSIF OLD.state = 'asked' AND NEW.state <> 'asked' THEN
        UPDATE accounts_request SET finished_at = NEW.decided_at,
               status = CASE NEW.state WHEN 'accepted' THEN 'approved' WHEN 'rejected' THEN 'rejected'
                                       WHEN 'expired' THEN 'expired' ELSE 'cancelled' END
         WHERE firm_id = NEW.to_firm_id AND kind = 'linkage' AND natural_key = 'linkage ' || NEW.id
           AND finished_at IS NULL;
    END IF;
    RETURN NULL;
END $$;
"""


class Migration(migrations.Migration):
    """What is agreed stays; only what waited too long may end now."""

    dependencies = [("accounts", "0023_sessions_by_user")]

    operations = [
        migrations.AlterField(
            model_name="linkage",
            name="state",
            field=models.CharField(
                choices=[
                    ("asked", "Waits for the advisor"),
                    ("accepted", "Accepted"),
                    ("rejected", "Rejected"),
                    ("expired", "Expired unanswered"),
                    ("cancelled", "Cancelled"),
                    ("done", "Carried out"),
                    ("failed", "Could not be carried out"),
                ],
                default="asked",
                max_length=10,
            ),
        ),
        migrations.RunSQL(PEOPLE, reverse_sql="DROP FUNCTION app_people_of_link(uuid, text)"),
        migrations.RunSQL(LAPSE, reverse_sql=migrations.RunSQL.noop),
    ]
