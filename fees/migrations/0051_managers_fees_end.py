"""A money manager is paid while the account is assigned to it and no longer, whoever ends that, and however."""

from zlib import crc32

from django.db import migrations

from accounts.ground.access import rls

# As `night_barrier`: what ends is seen by the night that begins, or ends after it.
NIGHT = crc32(b"fees: schedules against the night")

# Its columns are those of schedules, limits, invoices and proposals alike.
PAYABLE = ("fees_schedule", "fees_invoicecap", "fees_invoice", "fees_proposal")

ENDS = f"""
CREATE FUNCTION fees_end_assignment() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp AS $$
DECLARE
    payee bigint;
    billed date;
    first_day date;
    withdrawn uuid[];
BEGIN
    PERFORM pg_advisory_xact_lock_shared({NIGHT});
    SELECT practice_id INTO payee FROM accounts_account WHERE id = NEW.manager_id;
    SELECT max(r.day) INTO billed FROM accounts_run r JOIN accounts_runstage s ON s.run_id = r.id
     WHERE s.name = 'accrue' AND s.state <> 'waiting';
    first_day := greatest((NEW.ended_at AT TIME ZONE 'America/New_York')::date, billed + 1);
    -- In the order in which whoever signs takes them: the proposal, its item, what is agreed.
    WITH ended AS (
        UPDATE fees_proposal p SET state = 'cancelled', decided_at = NEW.ended_at, decided_by = NEW.ended_by
         WHERE p.account_id = NEW.account_id AND p.practice_id = payee AND p.state IN ('draft', 'proposed')
        RETURNING p.id)
    SELECT array_agg(id) INTO withdrawn FROM ended;
    UPDATE accounts_request r SET status = 'cancelled', finished_at = NEW.ended_at
     WHERE r.firm_id = NEW.firm_id AND r.kind = 'client_approval' AND r.finished_at IS NULL
       AND r.natural_key IN (SELECT 'fee proposal ' || id FROM unnest(withdrawn) AS id);
    -- What has not begun keeps its row, with an empty period.
    UPDATE fees_schedule SET ends = greatest(starts, first_day)
     WHERE account_id = NEW.account_id AND practice_id = payee
       AND (ends IS NULL OR ends > greatest(starts, first_day));
    UPDATE fees_invoicecap SET ends = greatest(starts, first_day)
     WHERE account_id = NEW.account_id AND practice_id = payee
       AND (ends IS NULL OR ends > greatest(starts, first_day));
    UPDATE fees_invoice SET state = 'cancelled', changed_at = NEW.ended_at
     WHERE account_id = NEW.account_id AND practice_id = payee AND state = 'pending';
    RETURN NULL;
END $$;
CREATE TRIGGER fees_assignment_ends AFTER UPDATE OF state ON accounts_assignment FOR EACH ROW
    WHEN (OLD.state = 'accepted' AND NEW.state = 'ended') EXECUTE FUNCTION fees_end_assignment();

CREATE FUNCTION fees_pays_its_manager() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp AS $$
BEGIN
    IF NEW.practice_id = (SELECT a.practice_id FROM accounts_account a WHERE a.id = NEW.account_id)
       OR NOT EXISTS (SELECT 1 FROM accounts_practice p JOIN accounts_account b ON b.practice_id = p.id
                       WHERE p.id = NEW.practice_id AND p.level > 1 AND b.kind = 'money_manager') THEN
        RETURN NEW;
    END IF;
    -- Held until it is written: an end that comes meanwhile waits, and ends this as well.
    PERFORM 1 FROM accounts_assignment m JOIN accounts_account b ON b.id = m.manager_id
      WHERE m.account_id = NEW.account_id AND m.state = 'accepted' AND b.practice_id = NEW.practice_id
        FOR SHARE OF m;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'a money manager is paid while the account is assigned to it'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
"""
EACH = """
CREATE TRIGGER {table}_payee BEFORE INSERT ON {table}
    FOR EACH ROW EXECUTE FUNCTION fees_pays_its_manager();
"""

# Whoever signs does not see the practice of a money manager, nor of the top level above its own advisor.
LEVEL = f"""
CREATE FUNCTION fees_payee_level(the_proposal uuid) RETURNS smallint
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT r.level
      FROM fees_proposal p
      JOIN accounts_practice r ON r.id = p.practice_id
      JOIN accounts_account a ON a.id = p.account_id
     WHERE p.id = the_proposal
       AND {rls.sees(firm="a.firm_id", practice="a.practice_id", account="a.id")}
$$;
REVOKE ALL ON FUNCTION fees_payee_level(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION fees_payee_level(uuid) TO {rls.READERS};
"""

BACK = (
    "".join(f"DROP TRIGGER {table}_payee ON {table};" for table in PAYABLE)
    + """
DROP FUNCTION fees_payee_level(uuid);
DROP FUNCTION fees_pays_its_manager();
DROP TRIGGER fees_assignment_ends ON accounts_assignment;
DROP FUNCTION fees_end_assignment();
"""
)


class Migration(migrations.Migration):
    """Triggers, because pages, the office and statements close accounts and none of them knows fees."""

    dependencies = [("fees", "0050_money_managers")]

    operations = [
        migrations.RunSQL(
            ENDS + "".join(EACH.format(table=table) for table in PAYABLE) + LEVEL,
            reverse_sql=BACK,
        )
    ]
