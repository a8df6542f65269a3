"""Advisors see what the broker is told of their own clients; the files are the back office's; facts never change."""

from django.db import migrations

from accounts.ground.access import rls

TIES = [
    rls.tie("broker_instruction", "firm_id, account_id", "accounts_account", "firm_id, id", "instruction_account_firm"),
    rls.tie("broker_instruction", "firm_id, practice_id", "accounts_practice", "firm_id, id", "instruction_payee_firm"),
    rls.tie("broker_instruction", "firm_id, transfer_id", "accounts_transfer", "firm_id, id", "instruction_moves_firm"),
    # A file is written after the instructions that it gathers, in the same transaction.
    migrations.RunSQL(
        "ALTER TABLE broker_instruction ADD CONSTRAINT instruction_file_firm FOREIGN KEY (firm_id, file_id)"
        " REFERENCES broker_instructionfile (firm_id, id) DEFERRABLE INITIALLY DEFERRED",
        reverse_sql="ALTER TABLE broker_instruction DROP CONSTRAINT instruction_file_firm",
    ),
]

KEPT = [
    rls.append_only("broker_instructionfile"),
    migrations.RunSQL(
        """
        CREATE TRIGGER broker_instruction_stays BEFORE DELETE ON broker_instruction
            FOR EACH ROW EXECUTE FUNCTION app_refuse_change();
        CREATE TRIGGER broker_instruction_kept BEFORE TRUNCATE ON broker_instruction
            FOR EACH STATEMENT EXECUTE FUNCTION app_refuse_change();
        CREATE TRIGGER broker_instruction_facts BEFORE UPDATE OF id, firm_id, account_id, practice_id, transfer_id,
            attempt, file_id, day, kind, payer, payee, amount, currency, memo
            ON broker_instruction FOR EACH ROW EXECUTE FUNCTION app_refuse_change();
        """,
        reverse_sql=migrations.RunSQL.noop,
    ),
]


class Migration(migrations.Migration):
    dependencies = [("broker", "0017_instructions")]

    operations = [
        *TIES,
        rls.secure("broker_instructionfile", read="false", web="", worker="", night="SELECT, INSERT", office="SELECT"),
        rls.secure(
            "broker_instruction",
            read=rls.sees(account=None),
            night="SELECT, INSERT, UPDATE (answer, answered_at, answer_words)",
            office="SELECT, UPDATE (again_asked_at)",
        ),
        rls.narrow("broker_instruction"),
        *KEPT,
        rls.trailed("broker_instruction", "answer", "answer_words", "again_asked_at"),
    ]
