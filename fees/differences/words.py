"""A stored difference in the reader's language."""

from typing import NamedTuple

from fees.differences.models import Difference
from fees.differences.rules import sentence
from fees.proofs.words import method_title, tell


class Told(NamedTuple):
    """One row of the list."""

    difference: Difference
    fee: str
    words: str
    proof: str


def told(difference: Difference) -> Told:
    """The row, the name of its fee, the sentence, and the charge that it is about ("" where it is about none)."""
    kind, _, name = difference.subject.partition(" ")
    return Told(
        difference=difference,
        fee=method_title(difference.method) if difference.method is not None else "",
        words=tell(sentence(difference.detail, difference.reason)),
        proof=name if kind == "charge" else "",
    )
