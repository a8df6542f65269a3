"""The SQL of contacts, kept as text for its migration: what the database fills in, and the search."""

# Letters as they are looked for: without capitals and accents.
PLAIN = r"""
CREATE FUNCTION app_plain(the_text text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
    SET search_path = pg_catalog AS $$
    SELECT replace(regexp_replace(normalize(lower(the_text), NFKD), '[\u0300-\u036f]', '', 'g'), 'ß', 'ss')
$$;
"""

# SECURITY DEFINER, because the name belongs to a party and the state to accounts that the writer need not see now.
FILLS = r"""
CREATE FUNCTION app_contact_fills() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp AS $$
DECLARE
    the_name text := CASE WHEN NEW.first_name = '' THEN NEW.name ELSE NEW.name || ', ' || NEW.first_name END;
    the_email text := NEW.email;
    numbers text := '';
    statuses text := '';
BEGIN
    IF NEW.party_id IS NOT NULL THEN
        SELECT legal_name, concat_ws(' ', email, NEW.email) INTO the_name, the_email
          FROM accounts_party WHERE id = NEW.party_id AND firm_id = NEW.firm_id;
        SELECT coalesce(string_agg(a.number || ' ' || a.alias, E'\n'), ''), coalesce(string_agg(a.status, ''), '')
          INTO numbers, statuses
          FROM accounts_clientright r JOIN accounts_account a ON a.id = r.account_id AND a.moved_on IS NULL
         WHERE r.party_id = NEW.party_id AND r.firm_id = NEW.firm_id;
        NEW.state := CASE WHEN statuses LIKE '%O%' THEN 'open' WHEN statuses LIKE '%P%' THEN 'pending'
                          WHEN statuses LIKE '%N%' THEN 'applying' WHEN statuses LIKE '%C%' THEN 'closed'
                          WHEN statuses <> '' THEN 'inactive'
                          WHEN NEW.state IN ('applying', 'pending', 'open', 'closed') THEN 'prospect'
                          ELSE NEW.state END;
    END IF;
    NEW.sort_key := left(app_plain(coalesce(the_name, '')), 250);
    NEW.search_text := NEW.sort_key || E'\n' || app_plain(concat_ws(E'\n', the_email, NEW.phone,
        regexp_replace(NEW.phone, '\D', '', 'g'), numbers));
    RETURN NEW;
END $$;
CREATE TRIGGER contact_fills BEFORE INSERT OR UPDATE OF party_id, state, first_name, name, email, phone ON crm_contact
    FOR EACH ROW EXECUTE FUNCTION app_contact_fills();

CREATE FUNCTION app_contact_follows() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp AS $$
BEGIN
    IF TG_TABLE_NAME = 'accounts_party' THEN
        UPDATE crm_contact SET party_id = party_id WHERE party_id = NEW.id;
    ELSIF TG_TABLE_NAME = 'accounts_account' THEN
        UPDATE crm_contact SET party_id = party_id
         WHERE party_id IN (SELECT party_id FROM accounts_clientright WHERE account_id = NEW.id);
    ELSIF TG_OP = 'DELETE' THEN
        UPDATE crm_contact SET party_id = party_id WHERE party_id = OLD.party_id;
    ELSE
        UPDATE crm_contact SET party_id = party_id WHERE party_id = NEW.party_id;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER party_names_contact AFTER UPDATE OF legal_name, email ON accounts_party
    FOR EACH ROW EXECUTE FUNCTION app_contact_follows();
CREATE TRIGGER account_moves_contact AFTER UPDATE OF status, alias, moved_on ON accounts_account
    FOR EACH ROW WHEN ((OLD.status, OLD.alias, OLD.moved_on) IS DISTINCT FROM (NEW.status, NEW.alias, NEW.moved_on))
    EXECUTE FUNCTION app_contact_follows();
CREATE TRIGGER right_moves_contact AFTER INSERT OR DELETE ON accounts_clientright
    FOR EACH ROW EXECUTE FUNCTION app_contact_follows();
"""

# SECURITY DEFINER, because no index of letters is used under row-level security. Within one's own practice only, and
# what is found is read again under the policies. Where no text has the words, those that nearly have them are found.
FOUND = r"""
CREATE FUNCTION app_found_contacts(the_words text[], the_most integer) RETURNS uuid[]
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp
    SET pg_trgm.word_similarity_threshold = 0.4 AS $$
DECLARE
    within text := CASE WHEN app_reach() IN ('firm', 'practice')
                        THEN format('firm_id = %L AND practice_id = %L', app_firm(), app_practice()) ELSE 'false' END;
    same text := (SELECT string_agg(format('search_text LIKE %L',
                                           '%' || regexp_replace(word, '([%_\\])', '\\\1', 'g') || '%'), ' AND ')
                    FROM unnest(the_words) word);
    near text := (SELECT string_agg(format('%L <%% search_text', word), ' AND ') FROM unnest(the_words) word);
    found uuid[];
BEGIN
    EXECUTE 'SELECT array_agg(id) FROM (SELECT id FROM crm_contact WHERE ' || within || ' AND ' || same ||
            ' LIMIT $1) named' INTO found USING the_most;
    IF found IS NULL THEN
        EXECUTE 'SELECT array_agg(id) FROM (SELECT id FROM crm_contact WHERE ' || within || ' AND ' || near ||
                ' LIMIT $1) named' INTO found USING the_most;
    END IF;
    RETURN coalesce(found, '{}');
END $$;
REVOKE ALL ON FUNCTION app_found_contacts(text[], integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app_found_contacts(text[], integer) TO portal_web;
"""
# The same for who works with some accounts only: among the clients whose accounts they are, by those numbers alone.
FOUND_IN_PART = r"""
CREATE FUNCTION app_found_in_part(the_words text[], the_most integer) RETURNS uuid[]
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp
    SET pg_trgm.word_similarity_threshold = 0.4 AS $$
DECLARE
    is_near boolean;
    found uuid[];
BEGIN
    IF app_role() NOT IN ('top', 'second') THEN
        RETURN '{}';
    END IF;
    FOREACH is_near IN ARRAY ARRAY[false, true] LOOP
        SELECT array_agg(named.id) INTO found FROM (
            SELECT c.id FROM crm_contact c JOIN accounts_party p ON p.id = c.party_id AND p.firm_id = c.firm_id
             CROSS JOIN LATERAL (
                SELECT c.sort_key || E'\n' || app_plain(concat_ws(E'\n', p.email, c.email, c.phone,
                       regexp_replace(c.phone, '\D', '', 'g'), string_agg(a.number || ' ' || a.alias, E'\n'))) AS told
                  FROM accounts_clientright r JOIN accounts_account a ON a.id = r.account_id AND a.moved_on IS NULL
                 WHERE r.party_id = c.party_id AND a.id = ANY (app_accounts()::bigint[]) HAVING count(*) > 0) theirs
             WHERE c.firm_id = app_firm() AND c.practice_id = app_practice()
               AND NOT EXISTS (SELECT 1 FROM unnest(the_words) word
                                WHERE CASE WHEN is_near THEN NOT (word <% theirs.told)
                                           ELSE position(word IN theirs.told) = 0 END)
             LIMIT the_most) named;
        EXIT WHEN found IS NOT NULL;
    END LOOP;
    RETURN coalesce(found, '{}');
END $$;
REVOKE ALL ON FUNCTION app_found_in_part(text[], integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app_found_in_part(text[], integer) TO portal_web;
"""
UNDO = """
DROP FUNCTION app_found_contacts(text[], integer);
DROP TRIGGER right_moves_contact ON accounts_clientright;
DROP TRIGGER account_moves_contact ON accounts_account;
DROP TRIGGER party_names_contact ON accounts_party;
DROP FUNCTION app_contact_follows();
DROP TRIGGER contact_fills ON crm_contact;
DROP FUNCTION app_contact_fills();
DROP FUNCTION app_plain(text);
"""
