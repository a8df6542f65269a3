"""One text of each account to search in, with an index that only a function of the database may use."""

import django.contrib.postgres.indexes
from django.db import migrations, models

from accounts.ground.access import rls

# SECURITY DEFINER, because LIKE is not leakproof: under row-level security no index of letters is ever used. Nobody
# learns of an account outside their reach, and everything found is read again under the policies. NULL: more than that.
FOUND = r"""
CREATE FUNCTION app_found_accounts(the_words text[], the_most integer) RETURNS bigint[]
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    -- Written out, so that the planner sees which word is rare.
    within text := CASE app_reach() WHEN 'firm' THEN format('firm_id = %L', app_firm())
                                    WHEN 'practice' THEN format('practice_id = %L', app_practice())
                                    WHEN 'accounts' THEN format('id = ANY (%L)', app_accounts())
                                    ELSE 'false' END;
    words text := (SELECT string_agg(format('search_text LIKE %L',
                                             '%' || regexp_replace(word, '([%_\\])', '\\\1', 'g') || '%'), ' AND ')
                      FROM unnest(the_words) word);
    found bigint[];
BEGIN
    EXECUTE 'SELECT array_agg(id) FROM (SELECT id FROM accounts_account WHERE ' || within || ' AND ' || words ||
            ' LIMIT $1) named'
       INTO found USING the_most + 1;
    IF cardinality(found) > the_most THEN
        RETURN NULL;
    END IF;
    RETURN coalesce(found, '{}');
END $$;
REVOKE ALL ON FUNCTION app_found_accounts(text[], integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app_found_accounts(text[], integer) TO portal_web, portal_worker;
"""


class Migration(migrations.Migration):
    """The column fills itself; the rows are written once."""

    dependencies = [("accounts", "0027_reimbursements_and_instructions")]

    operations = [
        migrations.AddField(
            model_name="account",
            name="search_text",
            field=models.GeneratedField(
                db_persist=True,
                expression=models.Func(
                    template=(
                        r"lower(number) || E'\n' || sort_key || E'\n' ||"
                        r" replace(regexp_replace(normalize(lower(alias), NFKD), '[\u0300-\u036f]', '', 'g'), 'ß', 'ss')"
                    ),
                    output_field=models.TextField(),
                ),
                output_field=models.TextField(db_collation="C"),
            ),
        ),
        migrations.AddIndex(
            model_name="account",
            index=django.contrib.postgres.indexes.GinIndex(
                django.contrib.postgres.indexes.OpClass("search_text", name="gin_trgm_ops"), name="account_found"
            ),
        ),
        rls.read_by("accounts_account", now=rls.reaches(account="id"), before=rls.sees(account="id")),
        migrations.RunSQL(FOUND, reverse_sql="DROP FUNCTION app_found_accounts(text[], integer)"),
    ]
