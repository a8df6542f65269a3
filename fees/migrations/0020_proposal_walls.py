"""The walls of proposals and signatures, and the one way in which a client's own hand puts a schedule into force."""

from django.db import migrations

from accounts.ground.access import rls

# An advisor proposes for its own practice, about accounts that it sees.
PAYEE = (
    "((SELECT app_role()) IN ('top', 'second') AND firm_id = (SELECT app_firm())"
    " AND practice_id = (SELECT app_practice())"
    " AND EXISTS (SELECT 1 FROM accounts_account seen WHERE seen.id = account_id))"
)
IS_OWNER = (
    "((SELECT app_reach()) = 'accounts' AND (SELECT app_role()) IN ('client', 'stl')"
    " AND firm_id = (SELECT app_firm()) AND account_id = ANY ((SELECT app_accounts())::bigint[]))"
)
# An owner sees what was sent; an advisor's drafts are the advisor's.
SEES = (
    f"({rls.sees(account=None)} OR ((SELECT app_reach()) = 'accounts'"
    " AND account_id = ANY ((SELECT app_accounts())::bigint[])"
    " AND (proposed_at IS NOT NULL OR (SELECT app_role()) IN ('top', 'second'))))"
)
STATE = (
    "state, strategy, components, commissions_to_master, other_fees_to_master, cap_kind, cap_rate, asked_start,"
    " proposed_at, proposed_by_id, needs_signature, expires_on, language, document, document_hash, decided_at,"
    " decided_by, reason, starts, schedule_id, cap_id, created_at, created_by_id"
)

WALLS = [
    rls.tie("fees_proposal", "firm_id, account_id", "accounts_account", "firm_id, id", "proposal_account_in_firm"),
    rls.tie("fees_proposal", "firm_id, practice_id", "accounts_practice", "firm_id, id", "proposal_payee_in_firm"),
    migrations.RunSQL(
        "ALTER TABLE fees_proposal ADD CONSTRAINT proposal_firm_id UNIQUE (firm_id, account_id, practice_id, id)",
        reverse_sql=migrations.RunSQL.noop,
    ),
    rls.tie(
        "fees_signature",
        "firm_id, account_id, practice_id, proposal_id",
        "fees_proposal",
        "firm_id, account_id, practice_id, id",
        "signature_of_proposal",
    ),
    rls.secure(
        "fees_proposal",
        read=SEES,
        web=f"SELECT, INSERT, UPDATE ({STATE})",
        worker=f"SELECT, INSERT, UPDATE ({STATE})",
        office="SELECT, UPDATE (state, decided_at)",
    ),
    rls.secure("fees_signature", read=rls.sees(), web="SELECT, INSERT", worker="SELECT"),
    rls.narrow("fees_proposal"),
    rls.narrow("fees_signature"),
    migrations.RunSQL(
        f"""
        CREATE POLICY page_insert ON fees_proposal FOR INSERT TO {rls.READERS}
            WITH CHECK ({PAYEE} AND created_by_id = (SELECT app_user()));
        CREATE POLICY page_update ON fees_proposal FOR UPDATE TO {rls.READERS}
            USING ({PAYEE} OR ({IS_OWNER} AND state = 'proposed'))
            WITH CHECK ({PAYEE} OR ({IS_OWNER} AND state IN ('approved', 'declined')));
        -- The signature is the signer's own, under exactly the text that was sent.
        CREATE POLICY page_insert ON fees_signature FOR INSERT TO {rls.READERS}
            WITH CHECK ({IS_OWNER} AND user_id = (SELECT app_user())
                        AND EXISTS (SELECT 1 FROM fees_proposal p WHERE p.id = proposal_id AND p.state = 'proposed'
                                    AND p.document_hash = fees_signature.document_hash));
        """,
        reverse_sql=migrations.RunSQL.noop,
    ),
    rls.append_only("fees_signature"),
    rls.trailed(
        "fees_proposal",
        *("state", "version", "strategy", "components", "commissions_to_master", "other_fees_to_master", "cap_kind"),
        *("cap_rate", "asked_start", "expires_on", "document_hash", "reason", "starts"),
    ),
]

KEPT = """
-- A draft is the advisor's to change. What was sent stays as it was sent, and ends once: signed or declined by an
-- owner, replaced or cancelled by the advisor, run out by the clock.
CREATE FUNCTION fees_keep_proposal() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    ends text[] := ARRAY['state', 'decided_at', 'decided_by', 'reason', 'starts', 'schedule_id', 'cap_id'];
    hand text := app_role();
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'a proposal stays on record' USING ERRCODE = 'restrict_violation';
    END IF;
    IF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'draft' THEN
            RAISE EXCEPTION 'a proposal begins as a draft' USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN NEW;
    END IF;
    IF (NEW.id, NEW.firm_id, NEW.account_id, NEW.practice_id, NEW.version)
        IS DISTINCT FROM (OLD.id, OLD.firm_id, OLD.account_id, OLD.practice_id, OLD.version) THEN
        RAISE EXCEPTION 'a proposal stays with its account' USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD.state = 'draft' THEN
        IF NEW.state NOT IN ('draft', 'proposed', 'cancelled')
            AND NOT (NEW.state = 'approved' AND NOT NEW.needs_signature) THEN
            RAISE EXCEPTION 'a draft is sent or given up' USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN NEW;
    END IF;
    IF OLD.state <> 'proposed' OR to_jsonb(NEW) - ends IS DISTINCT FROM to_jsonb(OLD) - ends THEN
        RAISE EXCEPTION 'what was sent is not edited' USING ERRCODE = 'restrict_violation';
    END IF;
    IF app_is_page() AND hand IN ('top', 'second') AND NEW.state NOT IN ('superseded', 'cancelled') THEN
        RAISE EXCEPTION 'only the client decides' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF NEW.state = 'approved' AND NOT EXISTS (SELECT 1 FROM fees_signature g WHERE g.proposal_id = NEW.id) THEN
        RAISE EXCEPTION 'nothing is approved without a signature' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER fees_proposal_stays BEFORE INSERT OR UPDATE OR DELETE ON fees_proposal
    FOR EACH ROW EXECUTE FUNCTION fees_keep_proposal();
CREATE TRIGGER fees_proposal_kept BEFORE TRUNCATE ON fees_proposal
    FOR EACH STATEMENT EXECUTE FUNCTION app_refuse_change();

-- The payee reads it under its bell; the client may not write there.
CREATE FUNCTION fees_tell_payee() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO accounts_notification (firm_id, practice_id, account_id, kind, title, body, natural_key, day)
    VALUES (NEW.firm_id, NEW.practice_id, NEW.account_id, 'message',
            CASE NEW.state WHEN 'approved' THEN 'A client has signed your fee proposal'
                           WHEN 'declined' THEN 'A client has declined your fee proposal'
                           ELSE 'A fee proposal has expired' END,
            '', 'fee proposal ' || NEW.id || ' ' || NEW.state,
            (NEW.decided_at AT TIME ZONE 'America/New_York')::date)
    ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;
CREATE TRIGGER fees_proposal_told AFTER UPDATE OF state ON fees_proposal FOR EACH ROW
    WHEN (OLD.state = 'proposed' AND NEW.state IN ('approved', 'declined', 'expired'))
    EXECUTE FUNCTION fees_tell_payee();

-- Who is told of a proposal: the second wall hides the other side's seats, and the asker is checked here instead.
CREATE FUNCTION fees_people_of_proposal(the_proposal uuid, the_side text) RETURNS TABLE (user_id bigint)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT DISTINCT s.user_id
      FROM fees_proposal p
      JOIN accounts_account a ON a.id = p.account_id
      JOIN accounts_seat s ON s.is_active AND s.firm_id = p.firm_id AND CASE the_side
           WHEN 'practice' THEN s.role IN ('top', 'second') AND s.practice_id = p.practice_id
           WHEN 'owner' THEN s.account_id IN (a.id, a.stl_id) OR (s.role = 'client' AND EXISTS (
                SELECT 1 FROM accounts_clientright r WHERE r.party_id = s.party_id AND r.account_id = a.id))
           ELSE false END
     WHERE p.id = the_proposal AND p.firm_id = app_firm()
       AND (p.practice_id = app_practice() OR p.account_id = ANY (app_accounts()))
     ORDER BY s.user_id
$$;
REVOKE ALL ON FUNCTION fees_people_of_proposal(uuid, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION fees_people_of_proposal(uuid, text) TO portal_web, portal_worker;
"""

# As in 0012: the advisor of the account, or the top level for itself.
_AGREES = (
    "home.firm_id = (SELECT app_firm())"
    " AND ((SELECT app_role()) = 'top' AND {row}.practice_id IN (home.practice_id, (SELECT app_practice()))"
    " OR (SELECT app_role()) = 'second' AND {row}.practice_id = home.practice_id"
    " AND home.practice_id = (SELECT app_practice()))"
)
AGREES = rls.instead(
    "EXISTS (SELECT 1 FROM accounts_account home WHERE home.id = {table}.account_id AND "
    f"{_AGREES.format(row='fees_schedule')})",
    "{table}",
    "fees_schedule",
)
# Within the transaction of one's own signature, while the proposal still waits.
_MINE = (
    "SELECT 1 FROM fees_proposal p JOIN fees_signature g ON g.proposal_id = p.id"
    " WHERE p.state = 'proposed' AND g.user_id = (SELECT app_user())"
    " AND p.account_id = {row}.account_id AND p.practice_id = {row}.practice_id"
    " AND p.account_id = ANY ((SELECT app_accounts())::bigint[])"
)
SIGNED_SCHEDULE = (
    f"EXISTS ({_MINE.format(row='fees_schedule')} AND g.document_hash = fees_schedule.document_hash"
    " AND g.at = fees_schedule.signed_at AND g.name = fees_schedule.signed_name"
    " AND p.strategy = fees_schedule.strategy AND fees_schedule.ends IS NULL"
    " AND p.commissions_to_master = fees_schedule.commissions_to_master"
    " AND p.other_fees_to_master = fees_schedule.other_fees_to_master"
    " AND fees_schedule.starts >= coalesce(p.asked_start, '-infinity'::date))"
)
CLOSES = f"EXISTS ({_MINE.format(row='fees_schedule')})"
SIGNED_COMPONENT = (
    f"EXISTS (SELECT 1 FROM fees_schedule s WHERE s.id = fees_component.schedule_id AND EXISTS ({_MINE.format(row='s')}"
    " AND g.document_hash = s.document_hash AND EXISTS (SELECT 1 FROM jsonb_array_elements(p.components) c"
    " WHERE (c ->> 'method')::int = fees_component.method"
    " AND (c ->> 'rate')::numeric IS NOT DISTINCT FROM fees_component.rate"
    " AND (c ->> 'flat')::numeric IS NOT DISTINCT FROM fees_component.flat"
    " AND c -> 'tiers' = fees_component.tiers AND c ->> 'mode' = fees_component.mode"
    " AND c -> 'terms' = fees_component.terms)))"
)
SIGNED_ROW = (
    "EXISTS (SELECT 1 FROM fees_schedule s WHERE s.id = fees_runschedule.schedule_id AND EXISTS ("
    f"{_MINE.format(row='s')} AND g.document_hash = s.document_hash) {{as_agreed}})"
)
OF_AN_AGREEMENT = (
    "EXISTS (SELECT 1 FROM fees_schedule s JOIN accounts_account home ON home.id = s.account_id"
    f" WHERE s.id = {{table}}.schedule_id AND {_AGREES.format(row='s')}{{more}})"
)
AS_AGREED = (
    " AND s.account_id = fees_runschedule.account_id AND s.practice_id = fees_runschedule.practice_id"
    " AND s.starts = fees_runschedule.starts"
    " AND EXISTS (SELECT 1 FROM fees_component c WHERE c.id = fees_runschedule.component_id AND c.schedule_id = s.id"
    " AND c.method = fees_runschedule.method)"
)
SIGNED_CAP = (
    f"EXISTS ({_MINE.format(row='fees_invoicecap')} AND g.document_hash = fees_invoicecap.document_hash"
    " AND p.cap_kind = fees_invoicecap.kind AND p.cap_rate = fees_invoicecap.rate AND fees_invoicecap.amount IS NULL)"
)
CLOSES_CAP = f"EXISTS ({_MINE.format(row='fees_invoicecap')})"

HANDS = f"""
DROP POLICY agrees_insert ON fees_schedule;
DROP POLICY agrees_update ON fees_schedule;
DROP POLICY agrees_insert ON fees_component;
DROP POLICY agrees_insert ON fees_runschedule;
CREATE POLICY agrees_insert ON fees_schedule AS RESTRICTIVE FOR INSERT TO {rls.READERS}
    WITH CHECK ({AGREES} OR {SIGNED_SCHEDULE});
CREATE POLICY agrees_update ON fees_schedule AS RESTRICTIVE FOR UPDATE TO {rls.READERS}
    USING ({AGREES} OR {CLOSES}) WITH CHECK ({AGREES} OR {CLOSES});
CREATE POLICY agrees_insert ON fees_component AS RESTRICTIVE FOR INSERT TO {rls.READERS}
    WITH CHECK ({OF_AN_AGREEMENT.format(table="fees_component", more="")} OR {SIGNED_COMPONENT});
CREATE POLICY agrees_insert ON fees_runschedule AS RESTRICTIVE FOR INSERT TO {rls.READERS}
    WITH CHECK ({OF_AN_AGREEMENT.format(table="fees_runschedule", more=AS_AGREED)}
                OR {SIGNED_ROW.format(as_agreed=AS_AGREED)});
CREATE POLICY signed_insert ON fees_schedule FOR INSERT TO {rls.READERS} WITH CHECK ({SIGNED_SCHEDULE});
CREATE POLICY signed_update ON fees_schedule FOR UPDATE TO {rls.READERS} USING ({CLOSES}) WITH CHECK ({CLOSES});
CREATE POLICY signed_insert ON fees_invoicecap FOR INSERT TO {rls.READERS} WITH CHECK ({SIGNED_CAP});
CREATE POLICY signed_update ON fees_invoicecap FOR UPDATE TO {rls.READERS}
    USING ({CLOSES_CAP}) WITH CHECK ({CLOSES_CAP});
"""


class Migration(migrations.Migration):
    """An owner may write what it signed and nothing else; the policies compare each row with the proposal."""

    dependencies = [("fees", "0019_proposals")]

    operations = [
        *WALLS,
        migrations.RunSQL(KEPT, reverse_sql=migrations.RunSQL.noop),
        migrations.RunSQL(HANDS, reverse_sql=migrations.RunSQL.noop),
    ]
