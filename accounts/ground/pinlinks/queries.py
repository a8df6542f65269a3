"""Who would get a PIN link to a question, and the links that were sent."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext as _

from accounts.ground.access.context import Who, cursor
from accounts.ground.access.scope import scope
from accounts.ground.consents.models import Consent
from accounts.ground.dates import day_text
from accounts.ground.outbox.models import Channel
from accounts.ground.pinlinks import rules
from accounts.ground.pinlinks.models import PinLink
from portal.lib.exchange import exchange_day


@dataclass(frozen=True)
class Recipient:
    """The client who lives in the United States and signs for the account; `mobile` is empty until it is verified."""

    has_mail: bool
    mobile: str
    waits_until: datetime | None

    @property
    def problem(self) -> str:
        """Why no link can be sent to this client, in words; empty where one can."""
        if not settings.OUTBOX_CARRIERS.get(Channel.SMS) or rules.COUNTRY not in settings.CODES_COUNTRIES:
            return _("No PIN link: this portal sends no text messages.")
        if not self.mobile:
            return _("No PIN link: the back office has not verified the client's mobile number and answers.")
        if not self.has_mail:
            return _("No PIN link: the client's sign-in has no e-mail address.")
        if self.waits_until:
            words = _("No PIN link before %(day)s: what the back office has verified serves after three days.")
            return words % {"day": day_text(exchange_day(self.waits_until))}
        return ""

    @property
    def mobile_end(self) -> str:
        """What is shown of the number."""
        return self.mobile[-4:]


def recipient_of(pk: UUID, *, at: datetime) -> Recipient | None:
    """Whom a link to this question would go to, as the asking practice; None where a PIN link is not offered at all."""
    with cursor() as cur:
        cur.execute("SELECT has_mail, mobile, works_from FROM app_pin_recipient(%s)", [pk])
        row = cur.fetchone()
    if row is None:
        return None
    has_mail, mobile, works_from = row
    return Recipient(has_mail, mobile, works_from if works_from and works_from > at else None)


def links_of(who: Who, consent: Consent) -> list[PinLink]:
    """What was sent to answer this question, the latest first."""
    return list(scope(who, PinLink).filter(consent_id=consent.pk).order_by("-sent_at", "pk"))
