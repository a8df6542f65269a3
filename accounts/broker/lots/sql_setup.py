"""The walls of tax lots: who trades in an account chooses for it, under the own name, and never after the deadline."""

from django.db import migrations

from accounts.ground.access import rls
from accounts.ground.assignments.sql_setup import shut

TABLES = ("broker_lotdefault", "broker_lotchoice")
LOCK = "broker_lotlock"

# A client reads what its advisor chooses; everybody else who sees the account also trades in it. Masters hold nothing.
TRADES = """((SELECT app_role()) IN ('top', 'second', 'stl', 'stl_sub') AND EXISTS (
    SELECT 1 FROM accounts_account seen
     WHERE seen.id = account_id AND seen.kind IN ('client', 'stl_master', 'stl_sub')))"""
CHOOSES = f"({TRADES} AND chosen_by = (SELECT app_user()))"
# A lock is taken under one's own name; somebody else's is only ended, by a primary user.
LOCKS = f"({TRADES} AND (user_id = (SELECT app_user()) OR (ended_at IS NOT NULL AND app_manages())))"

FINAL = """
-- By the database's own clock: once a trade day is over, what was chosen for it stands.
CREATE FUNCTION broker_lots_are_final() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR clock_timestamp() >= NEW.final_at
       OR (TG_OP = 'UPDATE' AND clock_timestamp() >= OLD.final_at) THEN
        RAISE EXCEPTION 'the lots of a trade day are final' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
""" + "".join(
    f"""
CREATE TRIGGER {table}_final BEFORE INSERT OR UPDATE OR DELETE ON {table}
    FOR EACH ROW EXECUTE FUNCTION broker_lots_are_final();
"""
    for table in TABLES
)

# They follow the policy of their account, which a money manager sees.
SHUT = migrations.RunSQL(
    "".join(map(shut, (*TABLES, LOCK))),
    reverse_sql=";".join(f"DROP POLICY managed_shut ON {table}" for table in (*TABLES, LOCK)),
)
WALLS = [
    *(rls.secure(table, read=rls.sees_account(), office="SELECT") for table in (*TABLES, LOCK)),
    *(
        rls.tie(table, "firm_id, account_id", "accounts_account", "firm_id, id", f"{table[7:]}_account_in_firm")
        for table in (*TABLES, LOCK)
    ),
    rls.writes(TABLES[0], insert=CHOOSES, update=CHOOSES, columns=("method", "chosen_by", "chosen_at")),
    rls.writes(TABLES[1], insert=CHOOSES, update=CHOOSES, columns=("method", "lots", "chosen_by", "chosen_at")),
    rls.writes(LOCK, insert=LOCKS, update=TRADES, columns=("user_id", "started_at", "beat_at", "ended_at")),
    rls.trailed(TABLES[0], "account_id", "method", "starts", "chosen_by"),
    rls.trailed(TABLES[1], "account_id", "symbol", "day", "method", "lots", "chosen_by"),
    rls.trailed(LOCK, "account_id", "user_id", "started_at", "ended_at"),
    SHUT,
]

# Somebody else's lock is taken over when nobody has been heard of for a quarter of an hour by the database's own clock,
# or ended by a primary user; the trail keeps both, whoever writes them.
_HELD = f"""
CREATE FUNCTION broker_lot_lock_is_held() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.user_id <> OLD.user_id AND (NEW.user_id IS DISTINCT FROM app_user()
       OR OLD.ended_at IS NULL AND OLD.beat_at > clock_timestamp() - interval '15 minutes') THEN
        RAISE EXCEPTION 'somebody else runs the tax optimizer' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER {LOCK}_held BEFORE UPDATE ON {LOCK} FOR EACH ROW EXECUTE FUNCTION broker_lot_lock_is_held();
"""
# A page says until when a choice may be changed; it may not say another day than the trade day at the exchange.
_OF_ITS_DAY = ";".join(
    f"ALTER TABLE {table} ADD CONSTRAINT {table[7:]}_final_on_its_day"
    f" CHECK ((final_at AT TIME ZONE 'America/New_York')::date = {day})"
    for table, day in zip(TABLES, ("starts", "day"), strict=True)
)
_BACK = f"""
ALTER POLICY page_update ON {LOCK} USING ({TRADES}) WITH CHECK ({TRADES});
DROP TRIGGER {LOCK}_held ON {LOCK};
DROP FUNCTION broker_lot_lock_is_held();
""" + ";".join(f"ALTER TABLE {table} DROP CONSTRAINT {table[7:]}_final_on_its_day" for table in TABLES)
HELD_BY_ONE = migrations.RunSQL(
    f"ALTER POLICY page_update ON {LOCK} USING ({TRADES}) WITH CHECK ({LOCKS}); {_HELD} {_OF_ITS_DAY}",
    reverse_sql=_BACK,
)
