"""A decided charge in the reader's language."""

from typing import NamedTuple

from fees.borne.models import BorneCharge
from fees.borne.rules import story
from fees.proofs.words import tell


class Told(NamedTuple):
    """One row of the list."""

    charge: BorneCharge
    words: str


def told(one: BorneCharge) -> Told:
    """The row and why it was paid by whom it was."""
    return Told(one, " ".join(tell(sentence) for sentence in story(one)))
