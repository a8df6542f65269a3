"""Reading what is stored of one's own mailbox."""

from accounts.ground.access.context import Who
from accounts.ground.access.scope import scope
from crm.mail.models import Mailbox
from crm.mail.rules import Access
from crm.vault.sealed import Opened


def is_connected(who: Who) -> bool:
    """Whether somebody has connected a mailbox, which is known without opening it."""
    return scope(who, Mailbox).exists()


def own(vault: Opened) -> Mailbox | None:
    """The mailbox that somebody has connected."""
    return scope(vault.who, Mailbox).first()


def access_to(vault: Opened, mailbox: Mailbox) -> Access:
    """What opens it. Raises `Unopened` where what is stored was changed from outside."""
    texts = mailbox.texts(vault)
    return Access(mailbox.imap_host, mailbox.imap_port, mailbox.smtp_host, mailbox.smtp_port, **texts)
