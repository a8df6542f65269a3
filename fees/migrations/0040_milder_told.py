"""A threshold that will ask a second person less often is told under the practice's bell, and by mail to whoever may
set fees there."""

from django.db import migrations

from accounts.ground.access import rls

# A page may not write under the bell, so nobody leaves the news out either.
BELL = """
CREATE FUNCTION fees_tell_milder() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO accounts_notification (firm_id, practice_id, kind, title, body, natural_key, day)
    VALUES (NEW.firm_id, NEW.practice_id, 'message', 'A second person will be asked less often to approve',
            NEW.former || ' → ' || coalesce(NEW.threshold::text, '—') || ', ' || NEW.holds_from,
            'billing threshold ' || NEW.practice_id || ' ' || extract(epoch FROM NEW.changed_at),
            (NEW.changed_at AT TIME ZONE 'America/New_York')::date)
    ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;
CREATE TRIGGER fees_billingrule_told AFTER INSERT OR UPDATE ON fees_billingrule FOR EACH ROW
    WHEN (NEW.former IS NOT NULL) EXECUTE FUNCTION fees_tell_milder();
"""

# Of the own practice only, whoever asks.
PEOPLE = f"""
CREATE FUNCTION fees_people_who_set_fees() RETURNS TABLE (user_id bigint)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT DISTINCT s.user_id
      FROM accounts_seat s LEFT JOIN accounts_accessrole r ON r.id = s.access_role_id
     WHERE s.is_active AND s.role IN ('top', 'second')
       AND s.firm_id = app_firm() AND s.practice_id = app_practice()
       AND (s.standing = 'primary' OR 'fees' = ANY (coalesce(r.abilities, s.abilities)))
$$;
REVOKE ALL ON FUNCTION fees_people_who_set_fees() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION fees_people_who_set_fees() TO {rls.READERS};
"""


class Migration(migrations.Migration):
    dependencies = [("fees", "0039_milder_thresholds")]

    operations = [
        migrations.RunSQL(
            BELL,
            reverse_sql="""
            DROP TRIGGER fees_billingrule_told ON fees_billingrule;
            DROP FUNCTION fees_tell_milder();
            """,
        ),
        migrations.RunSQL(PEOPLE, reverse_sql="DROP FUNCTION fees_people_who_set_fees()"),
    ]
