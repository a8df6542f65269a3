"""A hand under a text: the name, a drawing if there is one, and from where; no rows."""

from dataclasses import dataclass

from portal.lib.words import Sentence, gettext_noop

SHORTEST_NAME, LONGEST_NAME = 3, 200


@dataclass(frozen=True)
class Hand:
    """How somebody signed: the name, a drawing if there is one, and from where."""

    name: str
    drawing: bytes | None = None
    address: str = ""
    agent: str = ""
    session: str = ""


def name_problem(name: str) -> Sentence | None:
    """What is wrong with a name as a signature."""
    typed = name.strip()
    if SHORTEST_NAME <= len(typed) <= LONGEST_NAME and any(letter.isalpha() for letter in typed):
        return None
    return Sentence(gettext_noop("Type your full name."), {})
