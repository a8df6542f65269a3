"""The step of corrections that go up: as much as earlier ones went down without giving anything back is not charged,
for that part of the fee was dropped for good before.

One correction of a fee moves a night, in their order: what a later one is set off against is settled by then.
"""

from fees.posting.models import Reason
from fees.posting.steps import Chunk, Step


def sql_set_off(row: str) -> str:
    """What of a charge above zero stands against earlier corrections that gave nothing back.

    Read from the first entry on, what a correction below zero need not give back is added and what an entry above zero
    did not take is taken off, never below nothing; that is the greatest sum of the last entries.
    """
    return f"""least({row}.amount, (
        SELECT greatest(max(tail), 0)
          FROM (SELECT -sum(coalesce(e.forgone, 0)) OVER (ORDER BY e.revision DESC) AS tail
                  FROM fees_charge e
                 WHERE e.account_id = {row}.account_id AND e.practice_id = {row}.practice_id
                   AND e.method = {row}.method AND e.starts = {row}.starts AND e.currency = {row}.currency
                   AND e.revision < {row}.revision) AS entries))"""


def _found(going: str) -> str:
    return f"""
        SELECT g.id, g.amount, {sql_set_off("g")} AS off,
               EXISTS (SELECT 1 FROM fees_charge e
                        WHERE e.account_id = g.account_id AND e.practice_id = g.practice_id
                          AND e.method = g.method AND e.starts = g.starts AND e.currency = g.currency
                          AND e.revision > 0 AND e.revision < g.revision AND e.state IN ('due', 'deferred')) AS waits
          FROM {going} g WHERE g.revision > 0"""


def _stopped(chunk: Chunk, going: str) -> str:
    return f"""
        SELECT id, CASE WHEN waits THEN '{Reason.EARLIER.value}' ELSE '{Reason.NOT_TAKEN.value}' END AS reason
          FROM ({_found(going)}) f WHERE waits OR off = amount"""


def _trimmed(chunk: Chunk, going: str) -> str:
    return f"SELECT id, amount - off AS amount FROM ({_found(going)}) f WHERE off > 0 AND off < amount"


STEP = Step("set_off", _stopped, _trimmed)

# What was set off of each correction that goes up, for its row: with the step in its statement, and without.
DECIDED = f"""
    SELECT o.id, CASE WHEN s.id IS NOT NULL THEN o.amount ELSE coalesce(o.amount - t.amount, 0) END AS off
      FROM owed o LEFT JOIN trim_set_off t ON t.id = o.id
      LEFT JOIN stop_set_off s ON s.id = o.id AND s.reason = '{Reason.NOT_TAKEN.value}'
     WHERE o.revision > 0"""
NONE = "SELECT NULL::uuid AS id, NULL::numeric AS off WHERE false"
