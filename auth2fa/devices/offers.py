"""What of a person's devices a page shows, and which may be added."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_address

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.ground.amounts import grouped
from accounts.ground.outbox.models import Channel
from accounts.ground.stepup.limits import cap_of, strongest
from auth2fa.devices.models import Device, Kind
from auth2fa.devices.queries import for_tasks, is_protected
from auth2fa.devices.rules import BETTER_THAN_TEXT, MOST, carries
from auth2fa.devices.secrets import site
from auth2fa.factors.numbers import masked


@dataclass(frozen=True)
class Shown:
    """One device on the page."""

    device: Device
    kind: str
    detail: str
    word: str
    mood: str
    limits: str


def shown(device: Device, at: datetime) -> Shown:
    """A device with its state in words."""
    kind = Kind(device.kind)
    if device.confirmed_at is None:
        word, mood = _("Waiting to be activated"), "warn"
    elif device.by_firm:
        word, mood = _("Your firm takes no codes by text"), "bad"
    elif device.disabled_at:
        word, mood = _("Switched off after many wrong answers"), "bad"
    elif device.locked_until and device.locked_until > at:
        word, mood = _("Closed for a quarter of an hour"), "warn"
    elif device.trusted_at and device.trusted_at > at:
        word, mood = _("Signs in; sensitive tasks later"), "warn"
    else:
        word, mood = _("Active"), "good"
    detail = {
        Kind.TEXT: masked(device.number) if device.number else "",
        Kind.CARD: device.serial,
        Kind.CODES: _("%(count)s left") % {"count": len(device.hashes)},
    }.get(kind, "")
    return Shown(device, str(kind.label), detail, word, mood, limit_words(carried(device, at)))


def carried(device: Device, at: datetime) -> str:
    """The row of the withdrawal limits that a device counts as now."""
    hold = timedelta(hours=settings.DEVICE_HOLD_HOURS)
    return carries(device.kind, confirmed_at=device.confirmed_at, at=at, hold=hold)


def carried_best(user_id: int, at: datetime) -> str:
    """The highest row of the limits that anything of a person's counts as now, asked by rooms below."""
    able = for_tasks(user_id, at)
    return strongest(carried(one, at) for one in able) if is_protected(able) else "password"


def limit_words(factor: str) -> str:
    """How much money may leave when this has confirmed it."""
    cap = cap_of(factor)
    if cap.a_day is None or cap.five_days is None:
        return _("Withdrawals without a limit")
    return _("Withdraw up to USD %(day)s a day, USD %(five)s in five business days") % {
        "day": grouped(cap.a_day, 0),
        "five": grouped(cap.five_days, 0),
    }


@dataclass(frozen=True)
class Field:
    """One field of an offer; a secret one is a PIN of four digits."""

    name: str
    label: object
    kind: str = "text"

    @property
    def is_pin(self) -> bool:
        """Whether what is typed is four digits that nobody sees."""
        return self.kind == "password"


@dataclass(frozen=True)
class Offer:
    """A kind of device that may be added, in words, with what has to be said of it."""

    kind: Kind
    icon: str
    title: object
    words: object
    button: object
    fields: tuple[Field, ...] = (Field("name", gettext_lazy("Name")),)


_OFFERS = (
    Offer(
        Kind.PASSKEY,
        "fingerprint",
        gettext_lazy("Passkey"),
        gettext_lazy("Fingerprint, face or PIN of this computer or phone. The safest: it works on our page alone."),
        gettext_lazy("Add a passkey"),
    ),
    Offer(
        Kind.PHONE,
        "device-mobile",
        gettext_lazy("Phone key"),
        gettext_lazy(
            "A page on your phone answers a challenge with your PIN, fingerprint or face, also without a network."
        ),
        gettext_lazy("Add a phone"),
    ),
    Offer(
        Kind.CARD,
        "id",
        gettext_lazy("Security card"),
        gettext_lazy("A card with keys and a display, sent to you by mail. Choose its four-digit PIN now."),
        gettext_lazy("Ask for a card"),
        (
            Field("pin", gettext_lazy("PIN, four digits"), "password"),
            Field("same_pin", gettext_lazy("The same PIN again"), "password"),
        ),
    ),
    Offer(
        Kind.APP,
        "clock-shield",
        gettext_lazy("Authenticator app"),
        gettext_lazy("An app on your phone shows six digits that change every half minute."),
        gettext_lazy("Add an app"),
    ),
    Offer(
        Kind.TEXT,
        "message",
        gettext_lazy("Text message or call"),
        gettext_lazy(
            "Codes come to your telephone. Weaker than the others: a number can be taken over, so prefer one of those."
        ),
        gettext_lazy("Verify the number"),
        (Field("number", gettext_lazy("Mobile number"), "tel"),),
    ),
)


def offered(rows: list[Device], *, takes_texts: bool = True) -> list[Offer]:
    """What the page offers to add now, the strongest first."""
    kinds = [one for one in offers(rows) if takes_texts or one != Kind.TEXT]
    return [one for one in _OFFERS if one.kind in kinds]


def offers(rows: list[Device]) -> list[Kind]:
    """The kinds that may be added now, the strongest first."""
    active = [one.kind for one in rows if one.confirmed_at]
    found = [Kind.PASSKEY] if takes_passkeys() else []
    found += [Kind.PHONE, Kind.CARD, Kind.APP]
    if settings.OUTBOX_CARRIERS.get(Channel.SMS) and not any(one in BETTER_THAN_TEXT for one in active):
        found.append(Kind.TEXT)
    return [one for one in found if one == Kind.TEXT or active.count(one) < MOST[one]]


def takes_passkeys() -> bool:
    """Browsers make passkeys for names, not for numeric addresses."""
    try:
        ip_address(site().host)
    except ValueError:
        return True
    return False
