"""What pages and API of a mailbox share: whose it is, and asking its server with nothing of ours held open."""

from collections.abc import Callable
from typing import TypeVar

from django.conf import settings
from django.http import Http404, HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.ground.access.elsewhere import asked_elsewhere
from accounts.ground.access.middleware import spend
from crm.mail import queries
from crm.mail.lines import try_out
from crm.mail.models import Mailbox
from crm.mail.reading import NoSuchMail, Wanted, folder_of
from crm.mail.rules import LONGEST_WORDS, Access, ServerProblem, one_line
from crm.mail.visits import visiting
from crm.vault.engine.encoding import Unopened
from crm.vault.sealed import Opened

VISITS_AN_HOUR, TRIES_AN_HOUR = 1500, 20
Answer = TypeVar("Answer")


def asked(request: HttpRequest, vault: Opened, what: str, ask: Callable[[], Answer]) -> Answer:
    """The answer of the mail server; what is not there is missing. Raises ServerProblem."""

    def within_limits() -> Answer:
        if spend(f"mailbox/{vault.who.user_id}", most=VISITS_AN_HOUR, at=timezone.now()):
            raise ServerProblem(_("The mail server was asked too often in this hour. Try again later."))
        with visiting(vault.who.user_id):
            return ask()

    try:
        return asked_elsewhere(request, what, within_limits)
    except NoSuchMail:
        raise Http404 from None


def tried_out(request: HttpRequest, vault: Opened, access: Access) -> None:
    """Both servers know the password. Raises ServerProblem."""

    def ask() -> None:
        if spend(f"mailbox/try/{vault.who.user_id}", most=TRIES_AN_HOUR, at=timezone.now()):
            raise ServerProblem(_("Too many tries in this hour. Try again later."))
        with visiting(vault.who.user_id):
            try_out(access)

    asked_elsewhere(request, "try", ask)


def access_of_own(vault: Opened, mailbox: Mailbox) -> Access:
    """What opens it. Raises ServerProblem."""
    try:
        return queries.access_to(vault, mailbox)
    except Unopened:
        words = _("What is stored of your mailbox was changed from outside. Connect it again.")
        raise ServerProblem(words) from None


def own_or_missing(vault: Opened) -> Mailbox:
    """One's own mailbox; where none is connected, nothing of it is there."""
    mailbox = queries.own(vault)
    if mailbox is None:
        raise Http404
    return mailbox


def wanted_of(said: dict[str, str]) -> Wanted:
    """What of a folder an address asks for; what cannot be read is left out."""
    page = said.get("page", "")
    return Wanted(
        folder=folder_of(said),
        page=int(page) if page.isascii() and page.isdigit() and len(page) < 7 else 1,
        words=one_line(said.get("q", ""))[:LONGEST_WORDS],
        is_unread=said.get("unread") == "1",
    )


def any_port() -> bool:
    """Whether mail servers may stand in networks of the installation's own, and there at any port."""
    return bool(settings.MAIL_NETWORKS)
