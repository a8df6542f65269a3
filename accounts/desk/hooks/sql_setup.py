"""The SQL of webhooks: who keeps them, and the triggers that owe a message together with what it tells of."""

from accounts.ground.access.rls import instead

HOOKS, DELIVERIES = "desk_hook", "desk_hookdelivery"

# Only who works with all accounts of a practice, and only its own; the level above reads none.
OWN = (
    "((SELECT app_role()) IN ('top', 'second') AND (SELECT app_reach()) IN ('firm', 'practice')"
    " AND firm_id = (SELECT app_firm()) AND practice_id = (SELECT app_practice()))"
)
OF_OWN_HOOK = (
    f"({OWN} AND EXISTS (SELECT 1 FROM {HOOKS} h WHERE h.id = hook_id AND h.practice_id = {DELIVERIES}.practice_id))"
)

# A message says what happened and where to read on, never the words of a row. A request for somebody's approval and the
# back office's own questions are for people alone.
TELLS = f"""
CREATE FUNCTION desk_tell_hooks() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp AS $$
DECLARE
    the_kind text := TG_ARGV[0];
BEGIN
    INSERT INTO {DELIVERIES} (id, firm_id, practice_id, hook_id, kind, body, made_at, due_at)
    SELECT d.id, h.firm_id, h.practice_id, h.id, the_kind,
           json_build_object('id', d.id, 'kind', the_kind,
                             'at', to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
                             'data', json_build_object('id', t.key, 'what', t.what, 'status', t.status,
                                                       'account', a.number, 'day', t.day))::text,
           clock_timestamp(), clock_timestamp()
      FROM (SELECT %(columns)s FROM added n %(only)s) t
      JOIN {HOOKS} h ON h.firm_id = t.firm_id AND h.practice_id = t.practice_id AND the_kind = ANY (h.kinds)
                    AND h.removed_at IS NULL AND h.stopped_at IS NULL
      LEFT JOIN accounts_account a ON a.id = t.account_id
     CROSS JOIN LATERAL (SELECT gen_random_uuid() AS id WHERE t.key IS NOT NULL) d;  -- anew for each row
    RETURN NULL;
END $$;
"""


def teller(name: str, columns: str, only: str = "") -> str:
    """One function of the triggers, for rows of one shape."""
    return instead(TELLS % {"columns": columns, "only": only}, "desk_tell_hooks", name)


_OF = "n.firm_id, n.practice_id, n.account_id, n.day, n.id::text AS key, n.kind AS what"
_REQUESTS = "WHERE n.kind NOT IN ('authorization', 'house_inquiry', 'seal')"
TRIGGERS = f"""
{teller("desk_tell_events", f"{_OF}, n.status")}
{teller("desk_tell_news", f"{_OF}, '' AS status")}
{teller("desk_tell_requests", f"{_OF}, n.status", _REQUESTS)}
{teller("desk_tell_moves", f"{_OF}, n.status", f"JOIN gone g ON g.id = n.id AND g.status <> n.status {_REQUESTS}")}
CREATE TRIGGER hooks_event AFTER INSERT ON accounts_event REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION desk_tell_events('event');
CREATE TRIGGER hooks_news AFTER INSERT ON accounts_notification REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION desk_tell_news('notification');
CREATE TRIGGER hooks_request AFTER INSERT ON accounts_request REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION desk_tell_requests('request');
CREATE TRIGGER hooks_request_moved AFTER UPDATE ON accounts_request REFERENCING OLD TABLE AS gone NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION desk_tell_moves('request');
-- What was sent stays as it was sent.
CREATE TRIGGER {DELIVERIES}_facts BEFORE UPDATE OF id, firm_id, practice_id, hook_id, kind, body, replays, made_at
    ON {DELIVERIES} FOR EACH ROW EXECUTE FUNCTION app_refuse_change();
CREATE TRIGGER {DELIVERIES}_kept BEFORE DELETE ON {DELIVERIES} FOR EACH ROW EXECUTE FUNCTION app_refuse_change();
CREATE TRIGGER {HOOKS}_kept BEFORE DELETE ON {HOOKS} FOR EACH ROW EXECUTE FUNCTION app_refuse_change();
"""
BACK = """
DROP TRIGGER hooks_event ON accounts_event;
DROP TRIGGER hooks_news ON accounts_notification;
DROP TRIGGER hooks_request ON accounts_request;
DROP TRIGGER hooks_request_moved ON accounts_request;
DROP FUNCTION desk_tell_events();
DROP FUNCTION desk_tell_news();
DROP FUNCTION desk_tell_requests();
DROP FUNCTION desk_tell_moves();
"""

# What was sent is kept for ninety days against everybody, and then for nobody: its bodies name accounts. The job that
# forgets needs no right to read or delete a row: it says when, and a clock that is ahead forgets nothing earlier.
KEPT_DAYS = 90
FORGETS = f"""
DROP TRIGGER {DELIVERIES}_kept ON {DELIVERIES};
CREATE TRIGGER {DELIVERIES}_kept BEFORE DELETE ON {DELIVERIES} FOR EACH ROW
    WHEN (OLD.made_at >= now() - interval '{KEPT_DAYS} days') EXECUTE FUNCTION app_refuse_change();
CREATE FUNCTION desk_forget_deliveries(the_at timestamptz, the_most integer) RETURNS integer
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    gone integer;
BEGIN
    DELETE FROM {DELIVERIES} d WHERE d.id = ANY (ARRAY(
        SELECT o.id FROM {DELIVERIES} o WHERE o.made_at < least(the_at, now()) - interval '{KEPT_DAYS} days'
         LIMIT the_most FOR UPDATE SKIP LOCKED));
    GET DIAGNOSTICS gone = ROW_COUNT;
    RETURN gone;
END $$;
REVOKE ALL ON FUNCTION desk_forget_deliveries(timestamptz, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION desk_forget_deliveries(timestamptz, integer) TO portal_worker;
"""
FORGETS_BACK = f"""
DROP FUNCTION desk_forget_deliveries(timestamptz, integer);
DROP TRIGGER {DELIVERIES}_kept ON {DELIVERIES};
CREATE TRIGGER {DELIVERIES}_kept BEFORE DELETE ON {DELIVERIES} FOR EACH ROW EXECUTE FUNCTION app_refuse_change();
"""
