"""The second wall of the fee room, the partitions of the accruals, and what keeps agreed rows as they were agreed."""

from django.db import migrations

from accounts.ground.access import rls

# A payee sees its own agreements; a client sees those of the accounts it may see.
ADVISOR_WRITES = (
    "(((SELECT app_reach()) = 'firm' AND firm_id = (SELECT app_firm()))"
    " OR ((SELECT app_reach()) = 'practice' AND practice_id = (SELECT app_practice())))"
)
WITH_ITS_SCHEDULE = "EXISTS (SELECT 1 FROM fees_schedule seen WHERE seen.id = schedule_id)"

WALLS = [
    rls.tie("fees_schedule", "firm_id, account_id", "accounts_account", "firm_id, id", "schedule_account_in_firm"),
    rls.tie("fees_schedule", "firm_id, practice_id", "accounts_practice", "firm_id, id", "schedule_payee_in_firm"),
    rls.secure(
        "fees_schedule",
        read=rls.sees(),
        write=ADVISOR_WRITES,
        web="SELECT, INSERT, UPDATE",
        worker="SELECT, INSERT, UPDATE",
        night="SELECT",
    ),
    rls.secure(
        "fees_component",
        read=WITH_ITS_SCHEDULE,
        write=WITH_ITS_SCHEDULE,
        web="SELECT, INSERT",
        worker="SELECT, INSERT",
        night="SELECT",
    ),
    rls.secure(
        "fees_runschedule",
        read=WITH_ITS_SCHEDULE,
        write=WITH_ITS_SCHEDULE,
        web="SELECT, INSERT",
        worker="SELECT, INSERT",
        night="SELECT",
    ),
    rls.secure("fees_accrual", read=rls.sees_account(), night="SELECT, INSERT"),
    rls.secure("fees_adviserdaily", read=rls.sees(account=None), night="SELECT, INSERT, UPDATE"),
]

KEPT = [
    rls.append_only("fees_component"),
    rls.append_only("fees_accrual"),
    migrations.RunSQL(
        """
        -- Only the end of a version may move, and only to close it: what was agreed stays as it was agreed.
        CREATE FUNCTION fees_keep_schedule() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF TG_OP = 'DELETE' OR to_jsonb(NEW) - 'ends' IS DISTINCT FROM to_jsonb(OLD) - 'ends'
                OR (OLD.ends IS NOT NULL AND (NEW.ends IS NULL OR NEW.ends > OLD.ends)) THEN
                RAISE EXCEPTION 'an agreed schedule can only be closed' USING ERRCODE = 'restrict_violation';
            END IF;
            RETURN NEW;
        END $$;
        CREATE TRIGGER fees_schedule_stays BEFORE UPDATE OR DELETE ON fees_schedule
            FOR EACH ROW EXECUTE FUNCTION fees_keep_schedule();

        CREATE FUNCTION fees_close_flattened() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
            SET search_path = public, pg_temp AS $$
        BEGIN
            UPDATE fees_runschedule SET ends = NEW.ends WHERE schedule_id = NEW.id;
            RETURN NULL;
        END $$;
        CREATE TRIGGER fees_schedule_closes AFTER UPDATE OF ends ON fees_schedule
            FOR EACH ROW EXECUTE FUNCTION fees_close_flattened();
        """,
        reverse_sql=migrations.RunSQL.noop,
    ),
    rls.trailed("fees_schedule", "strategy", "version", "starts", "ends", "signed_name", "document_hash"),
]

FUNCTIONS = [
    migrations.RunSQL(
        """
        CREATE INDEX runschedule_schedule ON fees_runschedule (schedule_id);

        -- The partition of a day's month. The night may not create tables; it asks for this one and nothing else.
        -- Attaching locks out no reader, unlike CREATE TABLE .. PARTITION OF.
        CREATE FUNCTION fees_ensure_month(the_day date) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER
            SET search_path = public, pg_temp AS $$
        DECLARE
            first date := date_trunc('month', the_day)::date;
            part text := 'fees_accrual_' || to_char(the_day, 'YYYYMM');
        BEGIN
            IF to_regclass(part) IS NOT NULL THEN
                RETURN false;
            END IF;
            PERFORM pg_advisory_xact_lock(hashtext(part));
            IF to_regclass(part) IS NOT NULL THEN
                RETURN false;
            END IF;
            EXECUTE format('CREATE TABLE %I (LIKE fees_accrual INCLUDING ALL)', part);
            EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', part);
            EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', part);
            EXECUTE format('CREATE POLICY owner_all ON %I TO portal_owner USING (true) WITH CHECK (true)', part);
            EXECUTE format('ALTER TABLE fees_accrual ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)',
                           part, first, (first + interval '1 month')::date);
            RETURN true;
        END $$;
        REVOKE ALL ON FUNCTION fees_ensure_month(date) FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION fees_ensure_month(date) TO portal_night;

        -- The last day whose accruals have begun: an agreement can no longer change what it costs. Anybody who may
        -- agree a schedule must know the day, but not the runs.
        CREATE FUNCTION fees_billed_through() RETURNS date LANGUAGE sql STABLE SECURITY DEFINER
            SET search_path = public, pg_temp AS $$
            SELECT max(r.day) FROM accounts_run r JOIN accounts_runstage s ON s.run_id = r.id
             WHERE s.name = 'accrue' AND s.state <> 'waiting'
        $$;
        """,
        reverse_sql=migrations.RunSQL.noop,
    ),
]


class Migration(migrations.Migration):
    """Everything here is what PostgreSQL must hold even when our own code is wrong."""

    dependencies = [("fees", "0001_initial"), ("accounts", "0002_walls")]

    operations = [*WALLS, *KEPT, *FUNCTIONS]
