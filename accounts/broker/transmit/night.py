"""The night's instructions to the broker: which movements it must make, as files of each firm that the outbox delivers.

The files follow from the ledger alone, so a night that was killed and resumed writes the same bytes.
"""

from datetime import date

from django.conf import settings

from accounts.broker.transmit.models import InstructionFile
from accounts.ground.access.context import cursor
from accounts.ground.ledger.checks import of_day
from accounts.ground.ledger.keys import sql_uuid
from accounts.ground.ledger.models import TransferKind
from accounts.ground.outbox.actions import owe
from accounts.ground.outbox.models import Channel
from accounts.ground.runs.models import Run
from accounts.ground.runs.results import StageResult
from portal.lib.fingerprint import digest

ROWS_A_FILE = 20_000
COLUMNS = ("reference", "day", "kind", "payer", "payee", "amount", "currency", "memo")
NO_MEMOS = "SELECT NULL::uuid AS source, ''::text AS memo WHERE false"

_MASTER = (
    "(SELECT m.number FROM accounts_account m WHERE m.practice_id = {practice}"
    " AND m.kind IN ('top_master', 'second_master', 'money_manager'))"
)
_TOP = "(SELECT p.id FROM accounts_practice p WHERE p.firm_id = t.firm_id AND p.level = 1)"

# Of a movement `t` and its payee's practice `p`: what moves nothing at the broker. What goes between the top master and
# a second level's does not where the payee is the top level itself; of a charge that is written off nothing was taken.
NOT_TOLD = (
    f"(t.kind IN ('{TransferKind.SWEEP.value}', '{TransferKind.REVERSAL.value}') AND p.level = 1"
    f" OR t.kind = '{TransferKind.MAILBOX_OFF.value}')"
)

# Where the money comes from and goes to, by the kind of the movement. Fees are collected under the top master. What is
# taken back was never collected from the client, only passed on. A draw stays within an STL group. The provider of
# mailboxes has no account here, so its end is empty.
_ENDS = f"""
    SELECT t.*,
           CASE WHEN t.kind IN ('fee', 'invoice', 'borne_back', 'draw') THEN a.number
                WHEN t.kind = 'sweep' THEN {_MASTER.format(practice=_TOP)}
                WHEN t.kind = 'mail_back' THEN ''
                ELSE {_MASTER.format(practice="t.practice_id")} END AS payer,
           CASE WHEN t.kind IN ('fee', 'invoice', 'reversal') THEN {_MASTER.format(practice=_TOP)}
                WHEN t.kind = 'mailbox' THEN ''
                WHEN t.kind IN ('sweep', 'borne_back', 'mail_back') THEN {_MASTER.format(practice="t.practice_id")}
                WHEN t.kind = 'draw' THEN (SELECT stl.number FROM accounts_account stl WHERE stl.id = a.stl_id)
                ELSE a.number END AS payee
      FROM accounts_transfer t
      LEFT JOIN accounts_account a ON a.id = t.account_id
      JOIN accounts_practice p ON p.id = t.practice_id
     WHERE NOT {NOT_TOLD}"""


def transmit_stage(run: Run, day: date, *, memos: str = NO_MEMOS) -> StageResult:
    """Write what the day moved, and what is to be tried again, into files and owe them to the broker.

    `memos` is a query of (source, memo): what the statement line should say of a movement.
    """
    with cursor() as cur:
        cur.execute("SET CONSTRAINTS instruction_file_firm DEFERRED")
        cur.execute(_instruct(day, memos))
        cur.execute(_again(day))
        cur.execute(
            "SELECT n.file_id, n.firm_id, f.number, row_number() OVER (PARTITION BY n.firm_id ORDER BY n.first)"
            "       + (SELECT coalesce(max(part), 0) FROM broker_instructionfile b"
            "           WHERE b.firm_id = n.firm_id AND b.day = %s)"
            "  FROM (SELECT i.file_id, i.firm_id, min(i.id::text) AS first FROM broker_instruction i"
            "         WHERE i.firm_id = ANY(ARRAY(SELECT id FROM accounts_firm)) AND i.day = %s"
            "           AND NOT EXISTS (SELECT 1 FROM broker_instructionfile x WHERE x.id = i.file_id)"
            "         GROUP BY i.file_id, i.firm_id) n"
            "  JOIN accounts_account f ON f.firm_id = n.firm_id AND f.kind = 'top_master'"
            " ORDER BY n.firm_id, n.file_id",
            [day, day],
        )
        for file_id, firm_id, number, part in cur.fetchall():
            _write(cur, run, day, InstructionFile(pk=file_id, firm_id=firm_id, day=day, part=part), number)
        cur.execute(
            "SELECT count(*), coalesce(sum(rows), 0), coalesce(string_agg(sha256, ' ' ORDER BY firm_id, part), '')"
            " FROM broker_instructionfile WHERE run_id = %s",
            [run.pk],
        )
        files, rows, hashes = cur.fetchone()
    return StageResult(rows=int(rows), figures={"files": files, "digest": digest(hashes)})


def _instruct(day: date, memos: str) -> str:
    """The first try of every movement of the day."""
    return f"""
    INSERT INTO broker_instruction (id, firm_id, account_id, practice_id, transfer_id, attempt, file_id, day, kind,
                                    payer, payee, amount, currency, memo, answer, answer_words)
    SELECT {sql_uuid("'instruction'", "t.id::text", "'1'")}, t.firm_id, t.account_id, t.practice_id, t.id, 1,
           {_file_of("t.place")}, t.day, t.kind, t.payer, t.payee, t.amount, t.currency,
           left(coalesce(m.memo, upper(t.kind) || ' ' || t.day), 300), '', ''
      FROM (SELECT e.*, (row_number() OVER (PARTITION BY e.firm_id ORDER BY e.id) - 1) / {ROWS_A_FILE} AS place
              FROM ({_ENDS} AND {of_day(day)}) e) t
      LEFT JOIN LATERAL (SELECT memo FROM ({memos}) said WHERE said.source = t.source LIMIT 1) m ON true
    ON CONFLICT DO NOTHING"""


def _again(day: date) -> str:
    """Another try of what the broker rejected and somebody asked to send again; in a file of its own."""
    return f"""
    INSERT INTO broker_instruction (id, firm_id, account_id, practice_id, transfer_id, attempt, file_id, day, kind,
                                    payer, payee, amount, currency, memo, answer, answer_words)
    SELECT {sql_uuid("'instruction'", "t.transfer_id::text", "(t.attempt + 1)::text")}, t.firm_id, t.account_id,
           t.practice_id, t.transfer_id, t.attempt + 1, {_file_of("t.place")}, t.day, t.kind, t.payer, t.payee,
           t.amount, t.currency, t.memo, '', ''
      FROM (SELECT i.firm_id, i.account_id, i.practice_id, i.transfer_id, i.attempt, i.kind, i.payer, i.payee, i.amount,
                   i.currency, i.memo, DATE '{day.isoformat()}' AS day,
                   'again ' || (row_number() OVER (PARTITION BY i.firm_id ORDER BY i.id) - 1) / {ROWS_A_FILE} AS place
              FROM broker_instruction i
             WHERE i.answer = 'rejected' AND i.again_asked_at IS NOT NULL
               AND NOT EXISTS (SELECT 1 FROM broker_instruction n
                                WHERE n.transfer_id = i.transfer_id AND n.attempt > i.attempt)) t
    ON CONFLICT DO NOTHING"""


def _file_of(place: str) -> str:
    return sql_uuid("'instructions'", "t.firm_id::text", "t.day::text", f"({place})::text")


def _write(cur, run: Run, day: date, file: InstructionFile, number: str) -> None:
    """The file's bytes, its row, and the message that delivers it; all in the stage's one transaction."""
    cur.execute(
        """
        SELECT count(*), string_agg(concat_ws(',', i.transfer_id, i.day, i.kind, i.payer, i.payee, i.amount, i.currency,
                                    '"' || replace(i.memo, '"', '""') || '"'), E'\\r\\n' ORDER BY i.id)
          FROM broker_instruction i WHERE i.file_id = %s""",
        [file.pk],
    )
    rows, lines = cur.fetchone()
    text = ",".join(COLUMNS) + "\r\n" + lines + "\r\n"
    file.name = f"{number}_{day:%Y%m%d}_{file.part}_instructions.csv"
    file.rows, file.sha256, file.run_id = rows, digest(text), run.pk
    file.save(force_insert=True)
    owe(
        channel=Channel.FILE,
        recipient=settings.INSTRUCTIONS_URL,
        subject=file.name,
        body=text,
        natural_key=file.natural_key,
        firm_id=file.firm_id,
    )
