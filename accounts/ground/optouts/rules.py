"""What doing without a second proof costs, decided without rows; and the text that is signed for it."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256

from django.utils.translation import gettext as _

from accounts.ground.dates import day_text
from accounts.ground.optouts.models import Extent
from portal.lib.exchange import exchange_day
from portal.lib.words import Sentence, gettext_noop

LASTS = timedelta(days=90)
VERSION = "1"
# A session that began with a password alone is short, and its pages say so; the mark says until when.
WITHOUT_PROOF = "without_proof"
SESSION_SECONDS = 3600


@dataclass(frozen=True)
class Waived:
    """What holds of a person at an instant: until when, and whether networks no wider than /24 or /56 hold them."""

    extent: str
    until: datetime
    is_restricted: bool

    @property
    def opens_the_door(self) -> bool:
        """Whether the password alone signs in: only while the network restriction that was its price is in force."""
        return self.extent == Extent.FULL and self.is_restricted

    @property
    def closes_sensitive_work(self) -> bool:
        """Whether approvals, exports and the administration of users are closed to the person."""
        return self.extent == Extent.FULL


def may_opt_out(roles: Collection[str], allowed: Collection[str]) -> bool:
    """Whether the policy leaves it to somebody with these seats; each of them must be allowed."""
    return bool(roles) and set(roles) <= set(allowed)


def penny_stock_problem(waived: Waived | None) -> Sentence | None:
    """Why penny stocks stay closed: wholly without a second proof always, partly without an active restriction."""
    if waived is None or (waived.extent == Extent.PARTIAL and waived.is_restricted):
        return None
    if waived.extent == Extent.FULL:
        return Sentence(gettext_noop("Penny stocks are not open to who signs in without a second proof."), {})
    msgid = gettext_noop(
        "You have opted out of secure login in part: penny stocks need an IP restriction that is active. One that is"
        " only scheduled does not count yet."
    )
    return Sentence(msgid, {})


def document(extent: str, *, name: str, at: datetime) -> str:
    """The acknowledgement in the active language; the same day gives the same text."""
    return "\n".join(_lines(extent, name, exchange_day(at))) + "\n"


def hash_of(text: str) -> str:
    """SHA-256 over the text as UTF-8, in hexadecimal digits."""
    return sha256(text.encode()).hexdigest()


def _lines(extent: str, name: str, day: date) -> Iterator[str]:
    last = day_text(day + LASTS)
    yield _("ACKNOWLEDGEMENT: DOING WITHOUT SECURE LOGIN")
    yield _("Username: %(name)s. Date: %(day)s. Version of this text: %(version)s.") % {
        "name": name,
        "day": day_text(day),
        "version": VERSION,
    }
    yield ""
    if extent == Extent.FULL:
        yield "- " + _("My password alone signs me in, also to the portal. Whoever learns it acts as me.")
        yield "- " + _("I approve and sign nothing, take no exports, administer no users and trade no penny stocks.")
        yield "- " + _("My sessions end after an hour, and each page says that I am not protected.")
        yield "- " + _("I withdraw at most USD 50,000 a day and USD 100,000 in five business days.")
    else:
        yield "- " + _("The portal goes on asking for my device; trading platforms do not.")
        yield "- " + _("I trade penny stocks only while an IP restriction is active.")
    yield "- " + _("I work only from the network addresses of my IP restrictions. They can be forged and protect less.")
    yield "- " + _("This ends by itself on %(day)s, and at any time when I opt in again.") % {"day": last}
    yield ""
    yield _("I have read this and choose it nevertheless.")
