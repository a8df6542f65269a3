"""What an advisor may do for a client at which level, what waits for the client, and the text the client reads."""

from collections.abc import Iterator
from datetime import date, timedelta
from hashlib import sha256

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.ground.consents.models import ConsentKind
from accounts.ground.dates import day_text
from accounts.ground.tree.models import Account, Kind, Status

LIFETIME = timedelta(days=30)
OWNED = (Kind.CLIENT, Kind.STL_MASTER, Kind.STL_SUB)


class Level(models.TextChoices):
    """How much an advisor may do for a client."""

    CORE = "core", gettext_lazy("Core")
    STREAMLINED = "streamlined", gettext_lazy("Streamlined")


CORE_WORDS = (
    gettext_lazy("configure fees"),
    gettext_lazy("enable trading"),
    gettext_lazy("apply limits and restrictions"),
    gettext_lazy("link the account"),
    gettext_lazy("close the account"),
)
STREAMLINED_WORDS = (
    gettext_lazy("move money and positions in and out of the account without your approval of each movement"),
    gettext_lazy("add bank accounts that are yours; a payee of bills, or a bank of somebody else, needs your approval"),
    gettext_lazy("pay bills to payees that you have approved, of which you are written to each time"),
)

FUNDING_WORDS = {
    Level.CORE: gettext_lazy("The client has given the core authority, so the client approves each movement."),
    Level.STREAMLINED: gettext_lazy("The client has given the streamlined authority for it."),
}

APPROVED_EACH_TIME = gettext_lazy(
    "Fees that cost more, new trading permissions, a link to another advisor and the closing of the account need the"
    " client's approval each time; limits and restrictions hold at once."
)


class ConsentProblem(ValueError):
    """A sentence a person can read: why this cannot be asked for, agreed to or ended."""


def check_wanted(account: Account, kind: str) -> None:
    """Raises ConsentProblem for an account of which this cannot be asked."""
    if account.kind not in OWNED or (kind == ConsentKind.STREAMLINED and account.kind == Kind.STL_SUB):
        raise ConsentProblem(_("Only clients and STL groups agree to what their advisor may do."))
    if account.status != Status.OPEN:
        raise ConsentProblem(_("Only for an open account can a client be asked to agree."))


def write(account: Account, advisor: str, kind: str, day: date, last: date) -> str:
    """The whole text in the active language; the same facts give the same text."""
    return "\n".join(_lines(account, advisor, kind, day, last)) + "\n"


def hash_of(text: str) -> str:
    """SHA-256 over the text as UTF-8, in hexadecimal digits."""
    return sha256(text.encode()).hexdigest()


def _lines(account: Account, advisor: str, kind: str, day: date, last: date) -> Iterator[str]:
    said = {"number": account.number, "title": account.title, "advisor": advisor}
    yield _("AUTHORITY OF YOUR ADVISOR") if kind == ConsentKind.STREAMLINED else _("CLOSING OF AN ACCOUNT")
    yield _("Account: %(number)s, %(title)s") % said
    yield _("Asked for by: %(advisor)s, on %(day)s") % {**said, "day": day_text(day)}
    yield ""
    if kind == ConsentKind.STREAMLINED:
        yield _("1. What your advisor may do today")
        yield from (f"- {one}" for one in CORE_WORDS)
        yield str(APPROVED_EACH_TIME)
        yield ""
        yield _("2. What your advisor could do besides, if you agree")
        yield from (f"- {one}" for one in STREAMLINED_WORDS)
        yield ""
        yield _("3. What stays")
        yield _("What needs the client's approval today needs it as well after this.")
        yield _("You can end this authority at any time, without a reason and at once.")
    else:
        yield _("1. What happens")
        yield _("The account is closed on the day on which you agree. Statements and fees of earlier days stay yours.")
        yield _("Nothing is sold or paid out by this; move what is in the account first.")
    yield ""
    yield _("You can agree until %(day)s. Until you agree, nothing changes.") % {"day": day_text(last)}
