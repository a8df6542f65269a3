"""What a mail to several may say: its limits, and the fields that are filled in for each contact."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

LONGEST_SUBJECT, LONGEST_BODY = 150, 20_000
MOST = 1000
# What stands for each contact's own words, and what it is.
FIELDS = {
    "first_name": gettext_lazy("First name"),
    "last_name": gettext_lazy("Last name"),
    "account_id": gettext_lazy("Account ID"),
}
_FIELD = re.compile(r"\{\{\s*([^{}]{0,60}?)\s*\}\}")


class MailingProblem(ValueError):
    """Sentences a person can read, by field; "" is the mail as a whole."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        self.problems = dict(problems)
        super().__init__(" ".join(self.problems.values()))


@dataclass(frozen=True)
class Letter:
    """What goes to everybody, before the fields are filled in."""

    subject: str
    body: str

    @property
    def fields(self) -> set[str]:
        """The fields that it names."""
        return set(_FIELD.findall(self.subject)) | set(_FIELD.findall(self.body))

    def to(self, values: Mapping[str, str]) -> "Letter":
        """With a contact's own words; a subject stays one line."""
        subject = " ".join(_filled(self.subject, values).split())
        return Letter(subject[:200], _filled(self.body, values))


def letter_of(subject: str, body: str) -> Letter:
    """Raises MailingProblem for what cannot be sent."""
    letter = Letter(" ".join(subject.split()), body.replace("\r\n", "\n").strip())
    problems = {}
    if not letter.subject:
        problems["subject"] = _("A subject is required.")
    elif len(letter.subject) > LONGEST_SUBJECT:
        problems["subject"] = _("That is too long.")
    if not letter.body:
        problems["body"] = _("Write what the mail says.")
    elif len(letter.body) > LONGEST_BODY:
        problems["body"] = _("That is too long.")
    if unknown := sorted(letter.fields - FIELDS.keys()):
        known = ", ".join(f"{{{{{one}}}}}" for one in FIELDS)
        said = _("“%(field)s” is no field; there are %(known)s.") % {"field": unknown[0], "known": known}
        problems.setdefault("body", said)
    if problems:
        raise MailingProblem(problems)
    return letter


def _filled(text: str, values: Mapping[str, str]) -> str:
    # In one pass: what a contact is called is no field.
    return _FIELD.sub(lambda found: values.get(found[1], ""), text)
