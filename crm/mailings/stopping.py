"""How somebody says that mails to several shall stop: the address for it, below each mail and in its heads."""

from uuid import UUID

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.urls import reverse

from accounts.ground.outbox.models import TO_MANY, OutboxMessage

SIGNER = Signer(salt="mail to several")


def mark_of(contact: UUID) -> str:
    """The end of the address under which somebody says so."""
    return SIGNER.sign(contact.hex)


def contact_of(mark: str) -> UUID | None:
    """Whose address it is; None for what is none of ours."""
    try:
        return UUID(SIGNER.unsign(mark))
    except (BadSignature, ValueError):
        return None


def address_for(contact: UUID) -> str:
    """The whole address."""
    return settings.PUBLIC_URL.rstrip("/") + reverse("mailings:stop", args=[mark_of(contact)])


def heads_of(message: OutboxMessage) -> dict[str, str]:
    """What a mail program shows as a button of its own: one press stops such mails (RFC 8058)."""
    if not message.natural_key.startswith(TO_MANY):
        return {}
    return heads_for(UUID(message.natural_key.rsplit(" ", 1)[-1]))


def heads_for(contact: UUID) -> dict[str, str]:
    """The heads of a message of such a mail to a contact."""
    there = address_for(contact)
    one_click = {"List-Unsubscribe-Post": "List-Unsubscribe=One-Click"} if there.startswith("https:") else {}
    return {"List-Unsubscribe": f"<{there}>", **one_click}
