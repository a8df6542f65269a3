"""Connecting a mailbox, changing how it is reached, and letting it go."""

from datetime import datetime

from accounts.ground.access.scope import scope
from crm.mail.models import Mailbox
from crm.mail.rules import Access
from crm.vault.sealed import Opened


def connect(*, vault: Opened, access: Access, at: datetime) -> Mailbox:
    """Keep what opens a mailbox, sealed; it was tried out before. A second one takes the place of the first."""
    mailbox = scope(vault.who, Mailbox).select_for_update().first()
    is_new = mailbox is None
    if mailbox is None:
        who = vault.who
        mailbox = Mailbox(firm_id=who.firm_id, practice_id=who.practice_id, user_id=who.user_id, connected_at=at)
    mailbox.imap_host, mailbox.imap_port = access.imap_host, access.imap_port
    mailbox.smtp_host, mailbox.smtp_port = access.smtp_host, access.smtp_port
    mailbox.changed_at = at
    texts = {name: getattr(access, name) for name in Mailbox.sealed}
    mailbox.put(vault, **texts).save(force_insert=is_new)
    return mailbox


def let_go(*, vault: Opened) -> bool:
    """Forget it and its password; the mails stay where they are, at the server."""
    return bool(scope(vault.who, Mailbox).delete()[0])
