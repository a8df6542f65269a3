"""Ordering a text or call. The order is a row in the caller's transaction; a worker delivers it."""

import hashlib
import logging
from datetime import datetime
from decimal import Decimal

from allauth.core.internal.ratelimit import truncate_ip
from django.conf import settings
from django.db import transaction
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.ground.access.context import current_alias, cursor
from accounts.ground.access.locks import one_at_a_time
from accounts.ground.outbox.models import Channel
from accounts.ground.outbox.tasks import deliver
from accounts.ground.writing import told_in
from auth2fa.carriers.rules import NOTICES_A_NUMBER_AND_DAY, Counts, refusal
from auth2fa.challenge.models import Challenge, SentCode
from auth2fa.devices.models import Device, Kind
from auth2fa.devices.secrets import box
from auth2fa.factors.numbers import Line, country_of
from auth2fa.factors.prices import Spent, is_half, over_budget, price_of
from auth2fa.texts.queries import texts_end
from portal.lib.exchange import exchange_day

log = logging.getLogger(__name__)

# Instead of a challenge: the message says nothing to anybody, it tells the service that a code was used.
FEEDBACK = "feedback"


class CannotSend(Exception):
    """`reason` is wait, limit, stopped, over, firm (it takes none) or none (nothing here carries texts)."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def send(*, challenge: Challenge, channel: str, address: str, at: datetime) -> SentCode:
    """Order the challenge's code by text or call; each time the same code. A fixed line is called, whatever was asked.

    Raises `CannotSend`.
    """
    with transaction.atomic(using=current_alias.get()):
        device = Device.unscoped.select_for_update().get(pk=challenge.device_id)
        channel = Channel.VOICE if device.line == Line.FIXED else channel
        if device.kind != Kind.TEXT or challenge.used_at or challenge.voided_at or at >= challenge.expires_at:
            raise CannotSend("over")
        if not settings.OUTBOX_CARRIERS.get(Channel.SMS):
            raise CannotSend("none")
        ends = texts_end(device.user_id)
        if ends is not None and ends <= exchange_day(at):
            raise CannotSend("firm")
        sent = list(SentCode.unscoped.filter(challenge=challenge).order_by("sent_at"))
        number, place = _hashed("number", device.number), _hashed("place", truncate_ip(address) if address else "")
        one_at_a_time("codes of a day")  # what others have ordered a moment ago counts, committed or not
        counts = _counts(number, place, at)
        why = refusal(
            counts,
            last=sent[-1].sent_at if sent else None,
            at=at,
            firm_most=settings.CODES_A_FIRM_AND_DAY,
            most=settings.CODES_A_DAY,
        )
        country = country_of(device.number)
        price = price_of(settings.CODES_PRICES, country)
        spent, cost = _spent(country, at), price.of(channel)
        over = over_budget(spent, price, cost, a_day=settings.CODES_USD_A_DAY)
        if why and why != "stopped":
            raise CannotSend(why)
        if not why and not over:
            if is_half(spent, cost, a_day=settings.CODES_USD_A_DAY):
                _alarm_half(at)
            row = SentCode(
                challenge=challenge,
                user_id=device.user_id,
                channel=channel,
                number_hash=number,
                place_hash=place,
                country=country,
                cost=cost,
                sent_at=at,
            )
            return _order(row, challenge, device, len(sent))
    if why:
        _alarm(counts, at)
    else:
        _alarm_spent(over, country, spent, at)
    raise CannotSend("stopped")


def send_notice(*, device: Device, body: str, key: str, at: datetime) -> bool:
    """Order a plain text to the number of a device: no code, but of the day's money like one.

    It leaves also where codes are stopped, since it warns of somebody; a number gets at most so many a day. In the
    back office it goes to whomever the device belongs to.
    """
    if device.line == Line.FIXED:
        return False
    one_at_a_time("codes of a day")
    country = country_of(device.number)
    cost = price_of(settings.CODES_PRICES, country).of(Channel.SMS)
    function = "app_owe_office_notice" if current_alias.get() == "office" else "app_owe_notice"
    said = [device.pk, body, key, _hashed("number", device.number), country, cost, at, NOTICES_A_NUMBER_AND_DAY]
    with cursor() as cur:
        cur.execute(f"SELECT {function}(%s, %s, %s, %s, %s, %s, %s, %s)", said)  # one of two names of ours
        return bool(cur.fetchone()[0])


def count_text(*, number: str, firm_id: int | None, at: datetime) -> None:
    """Count a plain text of another room, which the back office owes to a number, in the money of the day."""
    country = country_of(number)
    SentCode.unscoped.create(
        channel=Channel.SMS,
        number_hash=_hashed("number", number),
        firm_id=firm_id,
        country=country,
        cost=price_of(settings.CODES_PRICES, country).of(Channel.SMS),
        sent_at=at,
    )


def price_to_send(*, country: str, channel: str, at: datetime) -> Decimal | None:
    """What one more message of another room costs in US dollars, or None: it may not leave, and the office hears why.

    Asked in the name of the person whom it is for. The room counts its messages in `app_codes_sent` and `_spent`.
    """
    one_at_a_time("codes of a day")
    counts = _counts("", "", at)
    most = {"firm_most": settings.CODES_A_FIRM_AND_DAY, "most": settings.CODES_A_DAY}
    why = refusal(counts, last=None, at=at, **most)
    price = price_of(settings.CODES_PRICES, country)
    spent, cost = _spent(country, at), price.of(channel)
    over = over_budget(spent, price, cost, a_day=settings.CODES_USD_A_DAY)
    if why == "stopped":
        _alarm(counts, at)
    elif over:
        _alarm_spent(over, country, spent, at)
    elif not why and is_half(spent, cost, a_day=settings.CODES_USD_A_DAY):
        _alarm_half(at)
    return None if why or over else cost


def _order(row: SentCode, challenge: Challenge, device: Device, before: int) -> SentCode:
    """The row that limits count, and the message that a worker delivers; the service names the row in its events."""
    channel = row.channel
    with cursor() as cur:
        said = f"{challenge.expires_at.isoformat()} {get_language() or 'en'} {row.pk}"
        key = f"code {challenge.pk} {channel} {before}"
        cur.execute("SELECT app_owe_code(%s, %s, %s, %s, %s)", [device.pk, channel, str(challenge.pk), said, key])
        cur.execute("SELECT min(firm_id) FROM accounts_seat WHERE user_id = app_person() AND is_active")
        row.firm_id = cur.fetchone()[0]
    transaction.on_commit(deliver.delay, using=current_alias.get(), robust=True)
    row.save(force_insert=True)
    return row


def tell_service(*, device: Device, one: Challenge) -> None:
    """Let the service know that its message came back as a right answer, so that its own figures are true."""
    for sent in SentCode.unscoped.filter(challenge=one).exclude(service_id=""):
        with cursor() as cur:
            cur.execute(
                "SELECT app_owe_code(%s, %s, %s, %s, %s)",
                [device.pk, "sms", FEEDBACK, sent.service_id, f"feedback {sent.pk}"],
            )


def _alarm(counts: Counts, at: datetime) -> None:
    """Somebody may be sending codes to numbers of their own, at our cost: the back office hears of it once a day."""
    log.error(
        "codes are stopped: %s of the last %s came back, %s left within a day",
        counts.recent_right,
        counts.recent,
        counts.all_day,
    )
    with told_in("en"):
        body = _(
            "Texts and calls with codes are stopped: %(right)s of the last %(recent)s came back as a right answer, and"
            " %(day)s left within a day. Look for a number or network that asks for too many, and at the bill."
        ) % {"right": counts.recent_right, "recent": counts.recent, "day": counts.all_day}
        key = f"codes stopped {at:%Y-%m-%d}"
        _tell_office(_("Codes by text and call are stopped"), body, key)


def _alarm_half(at: datetime) -> None:
    """Before anybody is kept out: whoever looks after the installation may look at what asks for so many."""
    log.warning("half of the money for codes of a day is spent")
    with told_in("en"):
        body = _(
            "Texts and calls with codes have cost half of the USD %(most)s that they may within a day. At the whole"
            " they stop. Look for a number or network that asks for too many."
        ) % {"most": settings.CODES_USD_A_DAY}
        _tell_office(_("Half of a day's money for codes is spent"), body, f"codes half spent {at:%Y-%m-%d}")


def _alarm_spent(over: str, country: str, spent: Spent, at: datetime) -> None:
    """No more money today, everywhere or for one country: the back office hears of it once a day."""
    log.error("codes are stopped (%s): USD %s within a day, %s of them to %s", over, *_sums(spent), country)
    with told_in("en"):
        body = _(
            "Texts and calls with codes are stopped%(where)s: they have cost USD %(all)s within a day, USD %(country)s"
            " of them to this country. Look for a number or network that asks for too many, and at the bill."
        ) % {
            "where": f" ({country})" if over == "country" else "",
            "all": _sums(spent)[0],
            "country": _sums(spent)[1],
        }
        key = f"codes spent {over} {country if over == 'country' else ''} {at:%Y-%m-%d}"
        _tell_office(_("Codes by text and call are stopped"), body, key)


def _sums(spent: Spent) -> tuple[str, str]:
    return f"{spent.everywhere:.2f}", f"{spent.country:.2f}"


def _tell_office(subject: str, body: str, key: str) -> None:
    with cursor() as cur:
        cur.execute("SELECT app_alarm_office(%s, %s, %s)", [subject, body, key])


def channel_of(text: str) -> str:
    """Text unless a call was asked for."""
    return Channel.VOICE if text == Channel.VOICE else Channel.SMS


def _counts(number: str, place: str, at: datetime) -> Counts:
    with cursor() as cur:
        cur.execute("SELECT * FROM app_codes_sent(%s, %s, %s)", [number, place, at])
        return Counts(*cur.fetchone())


def _spent(country: str, at: datetime) -> Spent:
    with cursor() as cur:
        cur.execute("SELECT everywhere, country FROM app_codes_spent(%s, %s)", [country, at])
        return Spent(*cur.fetchone())


def _hashed(kind: str, text: str) -> str:
    return hashlib.sha256(box().mark("sent", kind, text)).hexdigest()
