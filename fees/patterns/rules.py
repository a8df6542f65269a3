"""What a fee template may be called, and what its terms must be.  No rows here."""

from datetime import date

from fees.engine.limits import problem
from fees.engine.types import Problem
from fees.patterns.models import LONGEST_NAME
from fees.proposals import rules
from fees.proposals.rules import Wanted
from portal.lib.words import gettext_noop


def problems(name: str, wanted: Wanted, *, today: date) -> list[Problem]:
    """Everything that is wrong with a template, field by field."""
    found = rules.problems(wanted, today=today)
    if not name:
        found.append(problem("name", "required", gettext_noop("Give the template a name.")))
    elif len(name) > LONGEST_NAME:
        msgid = gettext_noop("Enter at most %(most)s characters.")
        found.append(problem("name", "too_long", msgid, most=LONGEST_NAME))
    if wanted.asked_start is not None:
        msgid = gettext_noop("A template has no day; give it when the terms are proposed.")
        found.append(problem("asked_start", "not_used", msgid))
    return found


def copied(name: str, taken: set[str]) -> str:
    """A name for a copy that nothing is called yet."""
    for number in range(2, len(taken) + 3):
        ending = f" ({number})"
        found = name[: LONGEST_NAME - len(ending)] + ending
        if found not in taken:
            return found
    raise ValueError("more names than templates are taken")
