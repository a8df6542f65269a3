"""What mails to several say while they wait: sealed, since it may come from what is sealed elsewhere."""

import json

from accounts.ground.outbox.models import TO_MANY, OutboxMessage
from accounts.ground.sealing import seal, unseal

_PURPOSE = b"mail to several"


def sealed(subject: str, body: str) -> str:
    """Subject and text in one, as the body of a message of the kind `TO_MANY`, whose subject stays empty."""
    return seal(json.dumps([subject, body]), _PURPOSE)


def opened(message: OutboxMessage) -> tuple[str, str]:
    """Subject and text of any message as they leave. Raises `Lost` where the key is another one now.

    One with a subject beside its text was owed before such mails were sealed.
    """
    if message.subject or not message.natural_key.startswith(TO_MANY):
        return message.subject, message.body
    subject, body = json.loads(unseal(message.body, _PURPOSE))
    return subject, body
