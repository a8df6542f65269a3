"""Adding, confirming and removing the networks from which a user may work.  Nothing holds before a nightly restart."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _

from accounts.ground.access.context import Who, current_alias, cursor
from accounts.ground.addresses.models import AddressRule
from accounts.ground.addresses.queries import staying
from accounts.ground.addresses.rules import BadAddress, holds, network_of, next_restart
from accounts.ground.outbox.actions import owe_person
from accounts.ground.people.models import Seat, User
from accounts.ground.writing import told_in
from portal.lib.words import gettext_noop

MOST = 20
MOST_WRONG = 5
CONFIRMED_WITHIN = timedelta(hours=24)
DIGITS = 8


def add(*, who: Who, seat: Seat, text: str, address: str, accepts_lock_out: bool = False, at: datetime) -> AddressRule:
    """Write down a network for a user; it waits for the number that is mailed to whoever added it.

    `address` is where the asking person is now. Raises `BadAddress`: also when it would lock out that very person and
    that has not been accepted.
    """
    if not User.objects.filter(pk=who.user_id).exclude(email="").exists():
        raise BadAddress(gettext_noop("You have no e-mail address to which the number could be sent; enter one first."))
    network = str(network_of(text, takes_documentation=settings.ADDRESSES_FOR_DOCUMENTATION))
    with transaction.atomic(using=current_alias.get()):
        Seat.unscoped.select_for_update().get(pk=seat.pk)
        live = AddressRule.unscoped.filter(seat=seat, removed_at=None)
        if live.filter(network=network).exists():
            raise BadAddress(gettext_noop("%(network)s is on the list already."), network=network)
        if live.count() >= MOST:
            raise BadAddress(gettext_noop("A user has at most %(most)s addresses; remove one first."), most=MOST)
        if seat.pk == who.seat_id and not accepts_lock_out:
            _check_lock_out([*staying(seat), network], address)
        rule = AddressRule.unscoped.create(
            firm_id=seat.firm_id, seat=seat, network=network, added_at=at, added_by_id=who.user_id
        )
        _mail_number(rule, seat.user.username)
    return rule


def confirm(*, who: Who, rule: AddressRule, number: str, at: datetime) -> AddressRule:
    """Take the mailed number: the network holds from the next restart on. Raises `BadAddress`; the caller counts it."""
    with transaction.atomic(using=current_alias.get()):
        held = AddressRule.unscoped.select_for_update().get(pk=rule.pk)
        if held.starts_at is not None or held.removed_at is not None:
            raise BadAddress(gettext_noop("Nothing waits for a number here."))
        if held.wrong_numbers >= MOST_WRONG or at > held.added_at + CONFIRMED_WITHIN:
            raise BadAddress(gettext_noop("The number no longer works; remove the address and add it again."))
        if not constant_time_compare(number_of(held), number.strip()):
            raise BadAddress(gettext_noop("That is not the number in the mail."))
        held.starts_at = next_restart(at)
        held.save(update_fields=["starts_at"])
    return held


def count_wrong(*, rule: AddressRule) -> None:
    """Count a wrong number, after what the refused request wrote has been taken back."""
    with cursor() as cur:
        cur.execute("SELECT app_wrong_number(%s)", [rule.pk])


def remove(*, who: Who, rule: AddressRule, address: str, accepts_lock_out: bool = False, at: datetime) -> AddressRule:
    """Take a network off the list: one that holds does so until the next restart, any other is gone at once."""
    with transaction.atomic(using=current_alias.get()):
        held = AddressRule.unscoped.select_for_update().get(pk=rule.pk)
        if held.removed_at is not None:
            return held
        if held.seat_id == who.seat_id and held.starts_at is not None and not accepts_lock_out:
            rest = [one for one in staying(held.seat) if one != held.network]
            if rest:
                _check_lock_out(rest, address)
        is_in_force = held.starts_at is not None and held.starts_at <= at
        held.removed_at, held.ends_at = at, next_restart(at) if is_in_force else at
        held.save(update_fields=["removed_at", "ends_at"])
    return held


def lift(*, user: User, at: datetime) -> int:
    """For somebody who is locked out: every network of the sign-in ends at the restart after the next 24 hours, and
    the person is told at once, in case somebody else asked. Returns how many there were."""
    rows = AddressRule.unscoped.filter(seat__user=user, removed_at=None)
    lifted = rows.update(removed_at=at, ends_at=next_restart(at + timedelta(hours=24)))
    if lifted:
        with told_in(user.language):
            owe_person(
                user_id=user.pk,
                subject=_("Your IP restrictions will be lifted"),
                body=_(
                    "The restrictions of your sign-in %(name)s to certain network addresses end at the nightly restart"
                    " in one to two days, because somebody asked the back office for it. If that was not you, tell it"
                    " at once."
                )
                % {"name": user.username},
                natural_key=f"addresses lifted {user.pk} {at.isoformat()}",
            )
    return lifted


def lift_own(*, user: User, at: datetime) -> int:
    """What somebody at the door has restricted themselves to, proved with a recovery code; returns how many there were.

    What others imposed stays: the primary users of the place are asked, and told of the rest.
    """
    with cursor() as cur:
        cur.execute("SELECT app_lift_own(%s, %s)", [at, next_restart(at + timedelta(hours=24))])
        lifted: int = cur.fetchone()[0]
        cur.execute("SELECT app_imposed()")
        imposed: int = cur.fetchone()[0]
        cur.execute("SELECT app_primaries()")
        others = [row[0] for row in cur.fetchall()]
    for person in User.objects.filter(pk__in=[user.pk, *others] if lifted or imposed else []).order_by("pk"):
        with told_in(person.language):
            owe_person(
                user_id=person.pk,
                subject=_("Shut out by IP restrictions"),
                body="\n\n".join(_lifted_words(lifted, imposed)) % {"name": user.username},
                natural_key=f"addresses lifted by code {user.pk} {at.isoformat()} {person.pk}",
            )
    return lifted


def _lifted_words(lifted: int, imposed: int) -> Iterator[str]:
    yield _("Somebody gave the password of %(name)s and a recovery code where %(name)s may not work from.")
    if lifted:
        yield _(
            "The addresses to which %(name)s had restricted this sign-in end at the nightly restart in one to two days."
        )
    if imposed:
        yield _("Addresses that others have set stay: a primary user takes them off under Users & Access Rights.")
    yield _("If %(name)s did not ask for it, change the password at once and tell the back office.")


def tell_refused(*, user: User, address: str, at: datetime) -> None:
    """Tell a person that the right password was given at an address that may not enter; once a day and address."""
    with told_in(user.language):
        owe_person(
            user_id=user.pk,
            subject=_("A sign-in was refused"),
            body=_(
                "Somebody gave your username %(name)s and the right password at the network address %(address)s, from"
                " which you may not work. If that was not you, change your password at once."
            )
            % {"name": user.username, "address": address or "?"},
            natural_key=f"address refused {user.pk} {address} {at:%Y-%m-%d}",
        )


def number_of(rule: AddressRule) -> str:
    """The number in the mail. It is worked out anew each time and stored nowhere."""
    code = salted_hmac("addresses.confirm", f"{rule.pk} {rule.added_at.isoformat()}", algorithm="sha256").digest()
    return str(int.from_bytes(code[:8], "big") % 10**DIGITS).zfill(DIGITS)


def _mail_number(rule: AddressRule, name: str) -> None:
    person = rule.added_by
    with told_in(person.language):
        owe_person(
            user_id=person.pk,
            subject=_("Confirm an IP restriction"),
            body=_(
                "You added %(network)s to the addresses from which %(name)s may work. To confirm it, type this number"
                " on the user's page within 24 hours: %(number)s. If you did not, change your password at once."
            )
            % {"network": rule.network, "name": name, "number": number_of(rule)},
            natural_key=f"address number {rule.pk}",
        )


def _check_lock_out(networks: list[str], address: str) -> None:
    if not holds(networks, address):
        msgid = gettext_noop(
            "You are at %(address)s now, which is not on the list: from the next nightly restart you could not work"
            " here yourself. Tick the box below if that is what you want."
        )
        raise BadAddress(msgid, address=address or "?")
