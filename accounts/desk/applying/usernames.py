"""Names that clients will sign in with: given once, never changed. No rows."""

import re
from collections.abc import Callable, Collection

from django.utils.translation import gettext as _

from accounts.desk.applying.rules import ApplicationProblem

_PREFIX = re.compile(r"[a-z]{5,6}")
_NAME = re.compile(r"[a-z][a-z0-9]{5,19}")
ENDINGS = 1000


def clean_prefix(text: str) -> str:
    """Five or six small letters. Raises ApplicationProblem."""
    prefix = text.strip()
    if not _PREFIX.fullmatch(prefix):
        raise ApplicationProblem(_("A prefix has 5 to 6 lower-case letters."))
    return prefix


def clean_name(text: str) -> str:
    """A name that somebody has chosen. Raises ApplicationProblem."""
    name = text.strip()
    if not _NAME.fullmatch(name):
        raise ApplicationProblem(_("A user name has 6 to 20 lower-case letters and digits and begins with a letter."))
    return name


def name_from(prefix: str, taken: Collection[str], pick: Callable[[list[int]], int]) -> str:
    """The prefix with three digits that nobody has yet; `pick` chooses among them. Raises ApplicationProblem."""
    free = [number for number in range(ENDINGS) if f"{prefix}{number:03d}" not in taken]
    if not free:
        raise ApplicationProblem(_("Every user name with this prefix is taken."))
    return f"{prefix}{pick(free):03d}"
