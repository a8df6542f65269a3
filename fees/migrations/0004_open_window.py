"""The flattened schedules carry when their account is open, so that the night joins two tables and not three."""

from django.db import migrations, models

FOLLOW = """
CREATE FUNCTION fees_note_window() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp AS $$
BEGIN
    SELECT a.opened_on, a.closed_on INTO NEW.open_from, NEW.open_until FROM accounts_account a
     WHERE a.id = NEW.account_id;
    RETURN NEW;
END $$;
CREATE TRIGGER fees_runschedule_window BEFORE INSERT ON fees_runschedule
    FOR EACH ROW WHEN (NEW.open_from IS NULL) EXECUTE FUNCTION fees_note_window();

CREATE FUNCTION fees_follow_account() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE fees_runschedule SET open_from = NEW.opened_on, open_until = NEW.closed_on WHERE account_id = NEW.id;
    RETURN NULL;
END $$;
CREATE TRIGGER fees_runschedule_follows AFTER UPDATE OF opened_on, closed_on ON accounts_account
    FOR EACH ROW WHEN (OLD.opened_on IS DISTINCT FROM NEW.opened_on OR OLD.closed_on IS DISTINCT FROM NEW.closed_on)
    EXECUTE FUNCTION fees_follow_account();

UPDATE fees_runschedule s SET open_from = a.opened_on, open_until = a.closed_on
  FROM accounts_account a WHERE a.id = s.account_id;
"""

BACK = """
DROP TRIGGER fees_runschedule_follows ON accounts_account;
DROP FUNCTION fees_follow_account();
DROP TRIGGER fees_runschedule_window ON fees_runschedule;
DROP FUNCTION fees_note_window();
"""


class Migration(migrations.Migration):
    """The check reads the accounts themselves, so a window that went astray keeps the day from being sealed."""

    dependencies = [("fees", "0003_charge"), ("accounts", "0002_walls")]

    operations = [
        migrations.AddField("runschedule", "open_from", models.DateField(null=True)),
        migrations.AddField("runschedule", "open_until", models.DateField(null=True)),
        migrations.RunSQL(FOLLOW, reverse_sql=BACK),
    ]
