"""The walls of client applications: what the practice writes, and what whoever holds a link may do without a seat."""

from accounts.ground.access.rls import READERS

# The practice that asked, and of its users those who work with the account; nobody above or beside it.
OWN = (
    "((SELECT app_role()) IN ('top', 'second') AND firm_id = (SELECT app_firm())"
    " AND practice_id = (SELECT app_practice())"
    " AND ((SELECT app_reach()) <> 'accounts' OR account_id = ANY ((SELECT app_accounts())::bigint[]))"
    # An account that has another advisor by now keeps what was handed in for it from the former one.
    " AND EXISTS (SELECT 1 FROM accounts_account a"
    " WHERE a.id = account_id AND a.practice_id = (SELECT app_practice())))"
)

# Pages hand a document in; what is done is said by the signature, through its function, and by the back office.
TASKS = f"""
CREATE POLICY page_insert ON desk_applicationtask FOR INSERT TO {READERS}
    WITH CHECK ({OWN} AND standing = 'open' AND completed_at IS NULL);
CREATE POLICY page_update ON desk_applicationtask FOR UPDATE TO {READERS}
    USING ({OWN} AND takes_file AND standing <> 'done') WITH CHECK ({OWN} AND standing = 'review');
GRANT INSERT, UPDATE (standing, reject_reason) ON desk_applicationtask TO portal_web;
"""
# An application begins unsigned, and no page of the practice signs for its client, or answers where the client does.
APPLICATIONS = f"""
CREATE POLICY page_insert ON desk_application FOR INSERT TO {READERS}
    WITH CHECK ({OWN} AND submitted_at IS NULL AND (answers = '' OR method <> 'electronic')
                AND invited_by = (SELECT app_user()));
CREATE POLICY page_update ON desk_application FOR UPDATE TO {READERS} USING ({OWN}) WITH CHECK ({OWN});
GRANT INSERT, UPDATE (state, link_hash, past_hashes, times_sent, sent_at, expires_at, tells_opening, answers,
    steps_done, paper, paper_hash) ON desk_application TO portal_web;
CREATE FUNCTION desk_answers_of_client() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_user IN ('portal_web', 'portal_worker') THEN
        RAISE EXCEPTION 'the client answers this application' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER desk_application_answers BEFORE UPDATE OF answers, steps_done ON desk_application
    FOR EACH ROW WHEN (OLD.method <> 'semi' AND OLD.answers IS DISTINCT FROM NEW.answers)
    EXECUTE FUNCTION desk_answers_of_client();
-- What was printed and signed by hand stays as it was signed, for as long as the paper is with the back office.
CREATE FUNCTION desk_answers_of_paper() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM desk_applicationtask t WHERE t.application_id = NEW.id AND t.key = 'signed'
                  AND t.standing IN ('review', 'done')) THEN
        RAISE EXCEPTION 'the signed form is with the back office' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER desk_application_paper BEFORE UPDATE OF answers, steps_done ON desk_application
    FOR EACH ROW WHEN (OLD.method = 'semi' AND OLD.answers IS DISTINCT FROM NEW.answers)
    EXECUTE FUNCTION desk_answers_of_paper();
CREATE TRIGGER desk_application_username BEFORE UPDATE OF username ON desk_application
    FOR EACH ROW WHEN (OLD.username <> NEW.username) EXECUTE FUNCTION app_refuse_change();
"""
FILES = f"""
CREATE POLICY page_insert ON desk_applicationfile FOR INSERT TO {READERS}
    WITH CHECK ({OWN} AND sent_by = (SELECT app_user()));
GRANT INSERT ON desk_applicationfile TO portal_web;
"""

# Until the broker gives the account its number, it is known by one of our own.
NUMBER = """
CREATE SEQUENCE desk_application_number MINVALUE 10000001 MAXVALUE 99999999;
CREATE FUNCTION desk_new_application_number() RETURNS text
    LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT 'A' || nextval('desk_application_number')
$$;

CREATE FUNCTION desk_username_is_free(the_name text) RETURNS boolean
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT NOT EXISTS (SELECT 1 FROM accounts_user u WHERE lower(u.username) = lower(the_name))
       AND NOT EXISTS (SELECT 1 FROM desk_application p WHERE p.username = lower(the_name))
$$;

-- Whether the name was promised to anybody but this party, who alone gets it.
CREATE FUNCTION desk_username_is_promised(the_name text, the_party bigint) RETURNS boolean
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT EXISTS (SELECT 1 FROM desk_application p
                    WHERE p.username = lower(the_name) AND p.party_id IS DISTINCT FROM the_party)
$$;
CREATE FUNCTION desk_username_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF desk_username_is_promised(NEW.username, NEW.party_id) THEN
        RAISE EXCEPTION 'this user name was promised to somebody else' USING ERRCODE = 'unique_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER user_name_is_kept BEFORE INSERT OR UPDATE OF username ON accounts_user
    FOR EACH ROW EXECUTE FUNCTION desk_username_is_kept();

-- Names with these letters and three digits, whoever has them: only which digits are free is ever told.
CREATE FUNCTION desk_usernames(the_prefix text) RETURNS text[]
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT coalesce(array_agg(name), '{}') FROM (
        SELECT lower(u.username) AS name FROM accounts_user u
        UNION SELECT p.username::text FROM desk_application p) found
     WHERE name ~ ('^' || the_prefix || '[0-9]{3}$') AND the_prefix ~ '^[a-z]{5,6}$'
$$;
"""

# Pages write no parties: who applies becomes one here, or is one of the practice already.
APPLICANT = """
CREATE FUNCTION desk_applicant(the_account bigint, the_party bigint, the_name text, the_email text, the_language text,
                               the_country text, the_organisation boolean) RETURNS bigint
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    held accounts_account;
    found bigint;
BEGIN
    SELECT * INTO held FROM accounts_account a
     WHERE a.id = the_account AND a.firm_id = app_firm() AND a.practice_id = app_practice() AND a.status = 'N'
       AND a.kind = 'client' AND app_role() IN ('top', 'second') AND app_reach() <> 'accounts'
       AND NOT EXISTS (SELECT 1 FROM accounts_clientright r WHERE r.account_id = a.id);
    IF held.id IS NULL THEN
        RETURN NULL;
    END IF;
    IF the_party IS NULL THEN
        INSERT INTO accounts_party (firm_id, practice_id, legal_name, email, residence, language, is_organisation)
        VALUES (held.firm_id, held.practice_id, left(the_name, 200), the_email, the_country, the_language,
                the_organisation) RETURNING id INTO found;
    ELSE
        SELECT p.id INTO found FROM accounts_party p
         WHERE p.id = the_party AND p.firm_id = held.firm_id AND p.practice_id = held.practice_id;
    END IF;
    IF found IS NOT NULL THEN
        INSERT INTO accounts_clientright (firm_id, party_id, account_id, may_sign)
        VALUES (held.firm_id, found, held.id, true);
    END IF;
    RETURN found;
END $$;
"""

# Whoever holds the link gets its own row; a link that does not work any more is noted as an attempt, and tells nothing.
OPENED = """
CREATE FUNCTION desk_open_application(the_hash text, the_at timestamptz)
    RETURNS TABLE (id uuid, number text, place_name text, name text,
                   email text, language text, kind text, country text, tax_country text, currency text, answers text,
                   steps_done integer, state text, account_status text, expires_at timestamptz)
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
DECLARE
    found uuid;
BEGIN
    SELECT p.id INTO found FROM desk_application p JOIN accounts_account a ON a.id = p.account_id
     WHERE p.link_hash = the_hash AND p.expires_at > the_at AND a.status IN ('N', 'P', 'O')
       AND (a.status = 'N' OR p.state = 'submitted')
       AND p.state IN ('sent', 'opened', 'started', 'submitted') FOR UPDATE OF p;
    IF found IS NULL THEN
        UPDATE desk_application SET attempted_at = the_at, attempt_worked = false
         WHERE link_hash = the_hash OR past_hashes @> ARRAY[the_hash]::varchar[];
        RETURN;
    END IF;
    UPDATE desk_application p
       SET attempted_at = the_at, attempt_worked = true, state = CASE p.state WHEN 'sent' THEN 'opened' ELSE p.state END
     WHERE p.id = found;
    RETURN QUERY
    SELECT p.id, a.number::text, y.name::text, p.name::text, p.email::text, p.language::text,
           p.kind::text, p.country::text, p.tax_country::text, a.base_currency::text, p.answers, p.steps_done::integer,
           p.state::text, a.status::text, p.expires_at
      FROM desk_application p JOIN accounts_account a ON a.id = p.account_id
      JOIN accounts_practice y ON y.id = p.practice_id
     WHERE p.id = found;
END $$;
"""

SAVED = """
CREATE FUNCTION desk_save_application(the_hash text, the_answers text, the_steps integer, the_at timestamptz)
    RETURNS boolean LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE desk_application p SET answers = the_answers, steps_done = greatest(p.steps_done, the_steps),
           state = 'started'
      FROM accounts_account a
     WHERE p.link_hash = the_hash AND p.expires_at > the_at AND p.state IN ('sent', 'opened', 'started')
       AND a.id = p.account_id AND a.status = 'N';
    RETURN FOUND;
END $$;
"""

# The signature does in one step what follows from it: the tasks of the signature, the account, the news.
SIGNED = """
CREATE FUNCTION desk_sign_application(the_hash text, the_at timestamptz, the_day date, the_end timestamptz,
                                      the_name text, the_address text, the_document text, the_document_hash text,
                                      facts jsonb)
    RETURNS uuid LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    held desk_application;
BEGIN
    SELECT p.* INTO held FROM desk_application p JOIN accounts_account a ON a.id = p.account_id
     WHERE p.link_hash = the_hash AND p.expires_at > the_at AND p.state IN ('sent', 'opened', 'started')
       AND a.status = 'N' FOR UPDATE OF p, a;
    IF held.id IS NULL THEN
        RETURN NULL;
    END IF;
    UPDATE desk_application
       SET state = 'submitted', submitted_at = the_at, expires_at = the_end, document = the_document,
           document_hash = the_document_hash, signed_name = the_name, signed_address = the_address
     WHERE id = held.id;
    UPDATE desk_applicationtask
       SET standing = 'done', completed_at = the_at,
           form_number = CASE key WHEN 'tax' THEN facts ->> 'tax_form' ELSE form_number END
     WHERE application_id = held.id AND key IN ('form', 'agreement', 'tax');
    UPDATE accounts_account
       SET title = left(facts ->> 'title', 200), sort_key = facts ->> 'sort_key',
           holder_born_on = (facts ->> 'born_on')::date, margin_kind = facts ->> 'margin',
           base_currency = facts ->> 'currency',
           status = CASE WHEN (facts ->> 'is_funded')::boolean THEN 'P' ELSE status END
     WHERE id = held.account_id;
    -- Of somebody who has other accounts, the broker's own record stays as it is.
    UPDATE accounts_party SET legal_name = left(facts ->> 'title', 200), residence = facts ->> 'residence',
           born_on = (facts ->> 'born_on')::date
     WHERE id = held.party_id
       AND NOT EXISTS (SELECT 1 FROM accounts_clientright r
                        WHERE r.party_id = held.party_id AND r.account_id <> held.account_id);
    INSERT INTO accounts_event (firm_id, practice_id, account_id, kind, title, status, data, day)
    VALUES (held.firm_id, held.practice_id, held.account_id, 'application', facts ->> 'event', '', '{}', the_day);
    INSERT INTO accounts_notification (firm_id, practice_id, account_id, kind, title, body, natural_key, day)
    VALUES (held.firm_id, held.practice_id, held.account_id, 'message', facts ->> 'news', '',
            'application ' || held.id, the_day)
    ON CONFLICT DO NOTHING;
    RETURN held.id;
END $$;
"""

# Whom the practice has for this by now: who has invited, or whoever leads it once that person is gone.
TOLD = """
CREATE FUNCTION desk_told_of_application(the_hash text) RETURNS SETOF bigint
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH here AS (
        SELECT s.user_id, s.user_id = p.invited_by AS has_invited, s.standing = 'primary' AS leads
          FROM desk_application p JOIN accounts_seat s ON s.practice_id = p.practice_id AND s.is_active
          JOIN accounts_user u ON u.id = s.user_id AND u.is_active
         WHERE p.link_hash = the_hash)
    SELECT DISTINCT user_id FROM here
     WHERE has_invited OR (leads AND NOT EXISTS (SELECT 1 FROM here WHERE has_invited))
$$;
"""

# What a client may know of the application behind its own link: what is to be done, and why something was rejected.
DUTIES = """
CREATE FUNCTION desk_application_duties(the_hash text, the_at timestamptz)
    RETURNS TABLE (id uuid, key text, form_number text, owner text, standing text, takes_file boolean,
                   reject_reason text, completed_at timestamptz)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT t.id, t.key::text, t.form_number::text, t.owner::text, t.standing::text, t.takes_file,
           t.reject_reason::text, t.completed_at
      FROM desk_application p JOIN desk_applicationtask t ON t.application_id = p.id
     WHERE p.link_hash = the_hash AND p.expires_at > the_at AND p.state = 'submitted' ORDER BY t.place
$$;

CREATE FUNCTION desk_hand_in(the_hash text, the_at timestamptz, the_task uuid, the_file uuid, the_name text,
                             the_kind text, the_size integer, the_sum text, the_most integer) RETURNS boolean
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    task desk_applicationtask;
BEGIN
    SELECT t.* INTO task FROM desk_application p JOIN desk_applicationtask t ON t.application_id = p.id
      JOIN accounts_account a ON a.id = p.account_id
     WHERE p.link_hash = the_hash AND p.expires_at > the_at AND p.state = 'submitted' AND a.status IN ('N', 'P')
       AND t.id = the_task AND t.takes_file AND t.owner = 'client' AND t.standing <> 'done' FOR UPDATE OF t;
    IF task.id IS NULL OR (SELECT count(*) FROM desk_applicationfile f WHERE f.task_id = task.id) >= the_most THEN
        RETURN false;
    END IF;
    INSERT INTO desk_applicationfile (id, task_id, application_id, firm_id, practice_id, account_id, name, kind, size,
                                      sha256, at)
    VALUES (the_file, task.id, task.application_id, task.firm_id, task.practice_id, task.account_id, the_name,
            the_kind, the_size, the_sum, the_at);
    UPDATE desk_applicationtask SET standing = 'review', reject_reason = '' WHERE id = task.id;
    RETURN true;
END $$;
"""

GRANTS = """
REVOKE ALL ON FUNCTION desk_new_application_number(), desk_username_is_free(text), desk_usernames(text),
    desk_username_is_promised(text, bigint), desk_told_of_application(text),
    desk_applicant(bigint, bigint, text, text, text, text, boolean), desk_open_application(text, timestamptz),
    desk_save_application(text, text, integer, timestamptz),
    desk_sign_application(text, timestamptz, date, timestamptz, text, text, text, text, jsonb),
    desk_application_duties(text, timestamptz),
    desk_hand_in(text, timestamptz, uuid, uuid, text, text, integer, text, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION desk_new_application_number(), desk_username_is_free(text), desk_usernames(text),
    desk_username_is_promised(text, bigint), desk_told_of_application(text),
    desk_applicant(bigint, bigint, text, text, text, text, boolean), desk_open_application(text, timestamptz),
    desk_save_application(text, text, integer, timestamptz),
    desk_sign_application(text, timestamptz, date, timestamptz, text, text, text, text, jsonb),
    desk_application_duties(text, timestamptz),
    desk_hand_in(text, timestamptz, uuid, uuid, text, text, integer, text, integer) TO portal_web;
GRANT EXECUTE ON FUNCTION desk_username_is_promised(text, bigint) TO portal_office, portal_worker;

-- What was signed stays as it was signed.
CREATE FUNCTION desk_application_is_signed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a signed application stays as it was signed' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER desk_application_signed BEFORE UPDATE OF answers, document, document_hash, signed_name, signed_address,
    submitted_at, kind, name, email, account_id, party_id ON desk_application
    FOR EACH ROW WHEN (OLD.submitted_at IS NOT NULL AND
        (OLD.answers, OLD.document, OLD.document_hash, OLD.signed_name, OLD.signed_address, OLD.submitted_at, OLD.kind,
         OLD.name, OLD.email, OLD.account_id, OLD.party_id) IS DISTINCT FROM
        (NEW.answers, NEW.document, NEW.document_hash, NEW.signed_name, NEW.signed_address, NEW.submitted_at, NEW.kind,
         NEW.name, NEW.email, NEW.account_id, NEW.party_id))
    EXECUTE FUNCTION desk_application_is_signed();
"""

# An application that is given up or refused, by whichever way, takes its link along: it does not come back with it.
ENDS = """
CREATE FUNCTION desk_application_ends() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE desk_application
       SET state = 'cancelled', link_hash = NULL,
           past_hashes = CASE WHEN link_hash IS NULL THEN past_hashes ELSE past_hashes || link_hash END
     WHERE account_id = NEW.id AND state <> 'cancelled';
    RETURN NULL;
END $$;
CREATE TRIGGER account_ends_application AFTER UPDATE OF status ON accounts_account
    FOR EACH ROW WHEN (NEW.status IN ('A', 'R') AND OLD.status <> NEW.status)
    EXECUTE FUNCTION desk_application_ends();
"""

# An account that was applied for goes on by its signature, its tasks and the broker's number, whoever moves it; and
# what was signed for an application that was given up does not count for another one.
GOES_ON = """
CREATE FUNCTION desk_application_goes_on() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp AS $$
DECLARE
    held desk_application;
    on_paper text;
BEGIN
    SELECT * INTO held FROM desk_application p WHERE p.account_id = NEW.id;
    IF held.id IS NULL THEN
        RETURN NEW;
    END IF;
    SELECT t.standing INTO on_paper FROM desk_applicationtask t
     WHERE t.application_id = held.id AND t.key = 'signed';
    IF NEW.status = 'N' THEN
        IF held.submitted_at IS NOT NULL OR on_paper IN ('review', 'done') THEN
            RAISE EXCEPTION 'the application was signed and given up' USING ERRCODE = 'restrict_violation';
        END IF;
    ELSIF held.submitted_at IS NULL AND NOT (held.method = 'semi' AND coalesce(on_paper, '') = 'done') THEN
        RAISE EXCEPTION 'nobody has signed the application' USING ERRCODE = 'restrict_violation';
    ELSIF NEW.status = 'O' AND (NEW.number LIKE 'A%' OR EXISTS (
            SELECT 1 FROM desk_applicationtask t
             WHERE t.application_id = held.id AND t.for_approval AND t.standing <> 'done')) THEN
        RAISE EXCEPTION 'the application is not complete' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER account_goes_on_by_application BEFORE UPDATE OF status ON accounts_account
    FOR EACH ROW WHEN ((OLD.status, NEW.status) IN (('N', 'P'), ('N', 'O'), ('P', 'O'), ('A', 'N')))
    EXECUTE FUNCTION desk_application_goes_on();
"""

STEPS = (APPLICATIONS, TASKS, FILES, NUMBER, APPLICANT, OPENED, SAVED, SIGNED, TOLD, DUTIES, GRANTS, ENDS, GOES_ON)
