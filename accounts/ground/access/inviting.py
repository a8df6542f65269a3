"""The SQL functions of invitations, which are opened before anybody is known, and of an authorizer's duties."""

# Nobody may read invitations without being signed in; whoever holds the link gets its own row through these.
INVITATION = """
CREATE FUNCTION app_invitation(the_hash text, the_at timestamptz)
    RETURNS TABLE (invitation_id uuid, user_id bigint, seat_id bigint, firm_name text, place_name text, state text)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT i.id, s.user_id, s.id, f.name, coalesce(p.name, a.title, y.legal_name, f.name), i.state::text
      FROM accounts_invitation i
      JOIN accounts_seat s ON s.id = i.seat_id
      JOIN accounts_firm f ON f.id = i.firm_id
      LEFT JOIN accounts_practice p ON p.id = s.practice_id
      LEFT JOIN accounts_account a ON a.id = s.account_id
      LEFT JOIN accounts_party y ON y.id = s.party_id
     WHERE i.link_hash = the_hash AND i.state IN ('sent', 'opened', 'started') AND i.expires_at > the_at
       AND s.ended_at IS NULL
$$;

CREATE FUNCTION app_move_invitation(the_hash text, the_state text, the_at timestamptz) RETURNS bigint
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    invited record;
BEGIN
    IF the_state NOT IN ('opened', 'started', 'submitted') THEN
        RAISE EXCEPTION 'a link cannot make an invitation %', the_state;
    END IF;
    SELECT i.id, i.seat_id, i.state, s.user_id INTO invited
      FROM accounts_invitation i JOIN accounts_seat s ON s.id = i.seat_id
     WHERE i.link_hash = the_hash AND i.state IN ('sent', 'opened', 'started') AND i.expires_at > the_at
       AND s.ended_at IS NULL FOR UPDATE OF i;
    IF NOT FOUND OR (the_state = 'opened' AND invited.state <> 'sent') THEN
        RETURN invited.user_id;
    END IF;
    UPDATE accounts_invitation
       SET state = the_state,
           link_hash = CASE WHEN the_state = 'submitted' THEN NULL ELSE link_hash END,
           finished_at = CASE WHEN the_state = 'submitted' THEN the_at END
     WHERE id = invited.id;
    IF the_state = 'submitted' THEN
        UPDATE accounts_seat SET is_active = true WHERE id = invited.seat_id;
        UPDATE accounts_user SET is_active = true WHERE id = invited.user_id;
    END IF;
    RETURN invited.user_id;
END $$;

REVOKE ALL ON FUNCTION app_invitation(text, timestamptz), app_move_invitation(text, text, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app_invitation(text, timestamptz), app_move_invitation(text, text, timestamptz)
    TO portal_web;
"""

# What the acting seat may approve: never what it asked for itself, and not what is about itself. Without a rule, any
# manager of the place may.
DUTIES = """
CREATE FUNCTION app_duties() RETURNS SETOF uuid
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT z.id FROM accounts_authorization z
     WHERE z.firm_id = app_firm() AND app_role() IN ('top', 'second', 'stl')
       AND z.practice_id IS NOT DISTINCT FROM app_practice() AND z.account_id IS NOT DISTINCT FROM app_account()
       AND z.requested_by_id <> app_seat() AND z.subject_id IS DISTINCT FROM app_seat()
       AND CASE WHEN z.rule_id IS NULL THEN app_manages()
                ELSE EXISTS (SELECT 1 FROM accounts_authorizer d
                              WHERE d.rule_id = z.rule_id AND d.seat_id = app_seat()) END
$$;
"""
