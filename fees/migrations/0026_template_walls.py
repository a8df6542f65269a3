"""The walls of fee templates; the one that every practice begins with, and the draft that a new client begins with."""

from django.db import migrations

from accounts.ground.access import rls

# A practice's own business, in whatever seat of it.
MINE = (
    "((SELECT app_role()) IN ('top', 'second') AND firm_id = (SELECT app_firm())"
    " AND practice_id = (SELECT app_practice()))"
)
CHANGES = (
    "name, version, strategy, components, commissions_to_master, other_fees_to_master, cap_kind, cap_rate, changed_at,"
    " changed_by, is_default, deleted_at"
)

BEGINNINGS = """
CREATE FUNCTION fees_begin_templates() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO fees_template (id, firm_id, practice_id, name, version, is_first, is_default, strategy, components,
                               commissions_to_master, other_fees_to_master, cap_kind)
    VALUES (gen_random_uuid(), NEW.firm_id, NEW.id, 'Default', 1, true, true, 'none', '[]', false, false, '');
    RETURN NULL;
END $$;
CREATE TRIGGER fees_practice_begins AFTER INSERT ON accounts_practice
    FOR EACH ROW EXECUTE FUNCTION fees_begin_templates();
INSERT INTO fees_template (id, firm_id, practice_id, name, version, is_first, is_default, strategy, components,
                           commissions_to_master, other_fees_to_master, cap_kind)
SELECT gen_random_uuid(), p.firm_id, p.id, 'Default', 1, true, true, 'none', '[]', false, false, ''
  FROM accounts_practice p;

CREATE FUNCTION fees_keep_template() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR (OLD.deleted_at IS NOT NULL AND NEW IS DISTINCT FROM OLD) THEN
        RAISE EXCEPTION 'a template stays on record' USING ERRCODE = 'restrict_violation';
    END IF;
    IF (NEW.id, NEW.firm_id, NEW.practice_id, NEW.is_first)
        IS DISTINCT FROM (OLD.id, OLD.firm_id, OLD.practice_id, OLD.is_first) THEN
        RAISE EXCEPTION 'a template stays with its practice' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER fees_template_stays BEFORE UPDATE OR DELETE ON fees_template
    FOR EACH ROW EXECUTE FUNCTION fees_keep_template();
CREATE TRIGGER fees_template_kept BEFORE TRUNCATE ON fees_template
    FOR EACH STATEMENT EXECUTE FUNCTION app_refuse_change();

-- A new client's application begins with the terms that the practice has marked, as a draft for the advisor to send.
CREATE FUNCTION fees_begin_application() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO fees_proposal (id, firm_id, account_id, practice_id, version, state, strategy, components,
                               commissions_to_master, other_fees_to_master, cap_kind, cap_rate, created_at,
                               created_by_id, needs_signature, language, document, document_hash, reason,
                               template_id, template_version)
    SELECT gen_random_uuid(), NEW.firm_id, NEW.id, NEW.practice_id, 1, 'draft', t.strategy, t.components,
           t.commissions_to_master, t.other_fees_to_master, t.cap_kind, t.cap_rate, now(), app_user(), true, 'en', '',
           '', '', t.id, t.version
      FROM fees_template t
     WHERE t.practice_id = NEW.practice_id AND t.is_default AND (t.strategy <> 'none' OR t.cap_kind <> '');
    RETURN NULL;
END $$;
CREATE TRIGGER fees_application_begins AFTER INSERT ON accounts_account FOR EACH ROW
    WHEN (NEW.status = 'N' AND NEW.kind IN ('client', 'stl_master') AND app_user() IS NOT NULL)
    EXECUTE FUNCTION fees_begin_application();
"""


class Migration(migrations.Migration):
    """Pages keep templates and never delete a row; triggers write the two that nobody writes by hand."""

    dependencies = [("fees", "0025_fee_templates")]

    operations = [
        rls.tie("fees_template", "firm_id, practice_id", "accounts_practice", "firm_id, id", "template_in_firm"),
        rls.secure("fees_template", read=MINE),
        rls.writes("fees_template", insert=MINE, update=MINE, columns=tuple(CHANGES.split(", "))),
        rls.trailed(
            "fees_template",
            *("name", "version", "is_default", "strategy", "components", "commissions_to_master"),
            *("other_fees_to_master", "cap_kind", "cap_rate", "deleted_at"),
        ),
        migrations.RunSQL(BEGINNINGS, reverse_sql=migrations.RunSQL.noop),
        migrations.RunSQL(
            "GRANT UPDATE (template_id, template_version) ON fees_proposal TO portal_web, portal_worker",
            reverse_sql=migrations.RunSQL.noop,
        ),
    ]
