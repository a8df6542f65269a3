"""The step of corrections that go up: as much as earlier ones went down without giving anything back is not charged,
for that part of the fee was dropped for good before."""

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
    return f"SELECT g.id, g.amount, {sql_set_off('g')} AS off FROM {going} g WHERE g.revision > 0"


def _stopped(chunk: Chunk, going: str) -> str:
    return f"SELECT id, '{Reason.NOT_TAKEN.value}' AS reason FROM ({_found(going)}) f WHERE off = amount"


def _trimmed(chunk: Chunk, going: str) -> str:
    return f"SELECT id, amount - off AS amount FROM ({_found(going)}) f WHERE off > 0 AND off < amount"


STEP = Step("set_off", _stopped, _trimmed)
