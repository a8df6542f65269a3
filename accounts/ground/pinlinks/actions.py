"""Sending a PIN link, and the client's steps behind it. The secret of a link is only in the mail, never in a row."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from accounts.ground.access.context import Who, current_alias, cursor, enter, leave
from accounts.ground.access.scope import scope
from accounts.ground.consents import actions as consents
from accounts.ground.consents.models import Consent, ConsentState
from accounts.ground.consents.queries import consent_for
from accounts.ground.dates import day_text
from accounts.ground.outbox.actions import owe_person
from accounts.ground.outbox.models import Channel
from accounts.ground.outbox.tasks import deliver
from accounts.ground.people.models import Party, User
from accounts.ground.pinlinks import notices, rules
from accounts.ground.pinlinks.models import PinFact, PinLink
from accounts.ground.pinlinks.queries import links_of, recipient_of
from accounts.ground.signatures.rules import Hand
from accounts.ground.writing import told_in
from portal.lib.exchange import exchange_day


class LinkGone(Exception):
    """A link that was used, replaced, misused, is too old, or never was; all of them answer alike."""


class WrongProof(Exception):
    """What was typed is not right; it counts against the link."""


class TooLate(Exception):
    """An earlier step was proved too long ago, or in no way: begin again."""


@dataclass(frozen=True)
class Opened:
    """What a link that works opens: the question, the client, what the client will be asked, and from which address."""

    link_id: UUID
    consent_id: UUID
    party_id: int
    user_id: int
    seat_id: int
    mobile_end: str
    question_one: str
    question_two: str
    has_pin: bool
    code_made_at: datetime | None
    address: str


def send(*, who: Who, consent: Consent, at: datetime) -> PinLink:
    """Owe the client the mail with a new link; an older one dies with it. Raises ConsentProblem in words.

    The caller has found `consent` as one of the person's own practice.
    """
    found = recipient_of(consent.pk, at=at)
    if found is None:
        raise consents.ConsentConflict(_("A PIN link is only for clients who live in the United States."))
    if consent.state != ConsentState.WAITING or consent.expires_at <= at:
        raise consents.ConsentConflict(_("This has been answered already."))
    if found.problem:
        raise consents.ConsentConflict(found.problem)
    if len(links_of(who, consent)) >= rules.MOST_LINKS:
        raise consents.ConsentConflict(
            _("%(most)s links were sent already; the client can sign in and answer there.") % {"most": rules.MOST_LINKS}
        )
    secret, key = secrets.token_urlsafe(32), uuid4()
    with transaction.atomic(using=current_alias.get()):
        with cursor() as cur:
            said = [key, consent.pk, _hash_of(secret), at, at + rules.LIFETIME]
            cur.execute("SELECT app_send_pin_link(%s, %s, %s, %s, %s)", said)
            (user_id,) = cur.fetchone()
        made = scope(who, PinLink).filter(pk=key).first() if user_id else None
        if made is None:
            raise consents.ConsentConflict(_("This has been answered already."))
        _mail(made, consent, user_id, secret)
    return made


def _mail(made: PinLink, consent: Consent, user_id: int, secret: str) -> None:
    place = f"{settings.PUBLIC_URL.rstrip('/')}{reverse('pinlinks:open', args=[secret])}"
    with told_in(consent.language):
        subject = _("Your advisor asks for your approval")
        body = _(
            "A change of account %(number)s waits for you.\n\n"
            "Open this link to read and decide it without signing in:\n%(link)s\n\n"
            "You will need the mobile phone with the number that ends in %(end)s and the answers to your"
            " security questions. The link works once, until %(day)s. If you did not expect this mail, do nothing."
        ) % {
            "number": consent.account.number,
            "link": place,
            "end": made.mobile_end,
            "day": day_text(exchange_day(made.expires_at)),
        }
    owe_person(user_id=user_id, subject=subject, body=body, natural_key=f"pin link {made.pk}")


def open_link(*, secret: str, address: str, at: datetime) -> Opened:
    """What a link opens for whoever comes from this network address. Raises LinkGone for one that does not work."""
    with cursor() as cur:
        cur.execute("SELECT * FROM app_pin_link(%s, %s)", [_hash_of(secret), at])
        row = cur.fetchone()
    if row is None:
        raise LinkGone
    return Opened(*row, address=address)


def send_code(*, opened: Opened, secret: str, at: datetime) -> str:
    """Owe a text with the code to the number in the books, the same one again while it lives.

    Answers sent, wait, limit or stopped (no money or messages are left for texts today). Raises LinkGone.
    """
    cost = _as_client(opened, lambda _who, _held: _price(at))
    if cost is None:
        return "stopped"
    began = rules.code_began(opened.code_made_at, at)
    code = rules.code_of(settings.SECRET_KEY, opened.link_id, began)
    words = _("%(code)s is your code for the approval that your advisor asks for. Give it to nobody.") % {"code": code}
    with cursor() as cur:
        mark = _marks("code", opened.link_id, code)[0]
        limits = [rules.CODE_WAIT, rules.CODE_LIFETIME, rules.MOST_CODES, rules.MOST_CODES_A_DAY]
        said = [_hash_of(secret), mark, began, words, cost, at, *limits]
        cur.execute("SELECT app_pin_code(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)", said)
        (told,) = cur.fetchone()
    if told == "gone":
        raise LinkGone
    if told == "sent":
        transaction.on_commit(deliver.delay, using=current_alias.get(), robust=True)
    return told


def _price(at: datetime) -> Decimal | None:
    """What the text costs, asked of the room above that keeps the budget; None where it is spent."""
    price_of: Callable[..., Decimal | None] = import_string(settings.CODES_PRICED_BY)
    return price_of(country=rules.COUNTRY, channel=Channel.SMS, at=at)


def prove_mobile(*, opened: Opened, secret: str, code: str, at: datetime) -> None:
    """The code that came by text. Raises WrongProof or LinkGone."""
    _prove(secret, "mobile", _marks("code", opened.link_id, "".join(code.split())), [], at)


def prove_answers(*, opened: Opened, secret: str, one: str, two: str, at: datetime) -> None:
    """Both answers to the security questions. Raises WrongProof, TooLate or LinkGone."""
    first, second = (_answer(opened.party_id, place, text) for place, text in (("one", one), ("two", two)))
    _prove(secret, "answers", first, second, at)


def agree(*, opened: Opened, secret: str, pin: str, hand: Hand, seen: str, at: datetime) -> Consent:
    """Sign as the client with the PIN, created now or known from before; the link dies.

    Raises WrongProof, TooLate or LinkGone, or ConsentProblem after which the caller lets nothing stay.
    """
    _prove(secret, "pin", _marks("pin", opened.party_id, pin), [], at)
    signed = Hand(name=hand.name, address=hand.address, agent=hand.agent, session=_hash_of(secret))
    return _as_client(opened, lambda who, held: consents.agree(who=who, consent=held, hand=signed, seen=seen, at=at))


def decline(*, opened: Opened, secret: str, at: datetime) -> Consent:
    """Decline as the client; the link dies, no PIN is asked. Raises TooLate or LinkGone."""
    _prove(secret, "decline", [], [], at)
    return _as_client(opened, lambda who, held: consents.decline(who=who, consent=held, at=at))


def question_of(opened: Opened) -> tuple[Consent, User]:
    """The question with its text, and who is asked; read as the client."""
    found: list[Consent] = []
    _as_client(opened, lambda who, held: found.append(held))
    return found[0], User.objects.get(pk=opened.user_id)


def verify(*, party: Party, mobile: str, answers: dict[str, str], at: datetime) -> PinFact:
    """What the back office has verified of a client: the mobile number and two answers. A PIN begins anew.

    `answers` holds exactly two questions. It serves after three days, and the client and the former number are told;
    whoever was sent a link before has to be sent another.
    """
    (one, first), (two, second) = answers.items()
    with transaction.atomic(using=current_alias.get()):
        _end_links(party.pk, at)
        former = PinFact.unscoped.select_for_update().filter(party=party).values_list("mobile", flat=True).first()
        fact, _is_new = PinFact.unscoped.update_or_create(
            party=party,
            defaults={
                "firm_id": party.firm_id,
                "mobile": mobile,
                "question_one": one,
                "answer_one": _answer(party.pk, "one", first)[0],
                "question_two": two,
                "answer_two": _answer(party.pk, "two", second)[0],
                "pin": "",
                "verified_at": at,
            },
        )
        notices.tell_verified(fact, former=former or "", at=at)
    return fact


def forget_pin(*, fact: PinFact, at: datetime) -> bool:
    """Let the client create another PIN in three days, and tell it; False where there was none."""
    with transaction.atomic(using=current_alias.get()):
        done = PinFact.unscoped.filter(pk=fact.pk).exclude(pin="").update(pin="", verified_at=at)
        if done:
            _end_links(fact.party_id, at)
            notices.tell_forgotten(fact, at=at)
    return bool(done)


def _end_links(party_id: int, at: datetime) -> None:
    PinLink.unscoped.filter(party_id=party_id, used_at=None, ended_at=None).update(ended_at=at)


def _as_client(opened: Opened, do: Callable[[Who, Consent], Any]) -> Any:
    """Act in the client's own seat, for this question alone; whoever else is signed in here does not act."""
    who = enter(opened.user_id, seat_id=opened.seat_id, address=opened.address)
    try:
        if who is None:
            raise LinkGone
        return do(who, consent_for(who, opened.consent_id, "sign"))
    finally:
        leave()


def _prove(secret: str, step: str, marks: list[str], others: list[str], at: datetime) -> None:
    limits: list[object] = [rules.MOST_WRONG, rules.CODE_TRIES, rules.CODE_LIFETIME, rules.PROOF_LIFETIME]
    with cursor() as cur:
        said = [_hash_of(secret), step, marks, others, at, *limits]
        cur.execute("SELECT app_pin_prove(%s, %s, %s, %s, %s, %s, %s, %s, %s)", said)
        (told,) = cur.fetchone()
    if told != "right":
        raise {"gone": LinkGone, "late": TooLate, "wrong": WrongProof}[told]


def _answer(party_id: int, place: str, text: str) -> list[str]:
    return _marks(f"answer {place}", party_id, rules.plain(text))


def _marks(purpose: str, whose: object, text: str) -> list[str]:
    return rules.marks_of((settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS), purpose, whose, text)


def _hash_of(secret: str) -> str:
    return sha256(secret.encode("utf-8", "replace")).hexdigest()
