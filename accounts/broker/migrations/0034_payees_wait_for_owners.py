"""Where an advisor adds a payee of bills, or a bank of somebody else, the owner decides, whatever was agreed."""

from django.db import migrations

WAITS = """
-- Whether two names are of the same words: "Novak, Nina" and "Nina Novak" are.
CREATE FUNCTION broker_names_agree(one text, other text) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
    SELECT bool_and(words <> '') AND count(DISTINCT words) = 1
      FROM (SELECT (SELECT coalesce(string_agg(word, ' ' ORDER BY word), '')
                      FROM regexp_split_to_table(lower(name), '[\\s,.;]+') AS parts (word) WHERE word <> '') AS words
              FROM unnest(ARRAY[one, other]) AS names (name)) told
$$;
REVOKE ALL ON FUNCTION broker_names_agree(text, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION broker_names_agree(text, text) TO portal_web, portal_worker;

CREATE FUNCTION broker_bank_waits() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_user IN ('portal_web', 'portal_worker') AND coalesce(app_role(), '') NOT IN ('client', 'stl')
       AND NOT EXISTS (SELECT 1 FROM broker_savedbank b JOIN accounts_account a ON a.id = b.account_id
                        WHERE b.id = NEW.bank_id AND b.method <> 'BILLPAY'
                          AND broker_names_agree(b.holder, a.title)) THEN
        RAISE EXCEPTION 'money goes to somebody else once the owner has agreed to whom'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER broker_fundingrequest_bank BEFORE INSERT OR UPDATE OF status ON broker_fundingrequest
    FOR EACH ROW WHEN (NEW.kind = 'bank' AND NEW.status = 'approved' AND NEW.is_by_advisor)
    EXECUTE FUNCTION broker_bank_waits();
"""


class Migration(migrations.Migration):
    dependencies = [("broker", "0033_trading_programs")]

    operations = [migrations.RunSQL(WAITS, reverse_sql=migrations.RunSQL.noop)]
