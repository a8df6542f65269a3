"""Cards: taking a vendor's file into stock, asking for one with a PIN, giving one to who has asked."""

from datetime import datetime, timedelta

from django.db import transaction

from accounts.ground.access.context import current_alias
from accounts.ground.people.models import User
from auth2fa.cards.models import StockedCard
from auth2fa.devices.actions import DeviceProblem, begin
from auth2fa.devices.models import Device, Kind
from auth2fa.devices.rules import ACTIVATE_WITHIN
from auth2fa.devices.secrets import box, seal
from auth2fa.factors.card import PIN, SUITE
from auth2fa.factors.ocra import hash_of_pin, parse
from auth2fa.factors.pskc import BadFile, Seed
from portal.lib.words import gettext_noop

# A wish that nobody has answered by then is asked for anew.
ASKED_FOR = timedelta(days=90)


def stock(*, seeds: list[Seed], at: datetime) -> int:
    """Put cards into stock. Raises `BadFile` where one is known already: all or nothing."""
    with transaction.atomic(using=current_alias.get()):
        known = set(
            StockedCard.unscoped.filter(serial__in=[one.serial for one in seeds]).values_list("serial", flat=True)
        )
        if known:
            raise BadFile(f"card {min(known)} is in stock already")
        StockedCard.unscoped.bulk_create(
            StockedCard(
                serial=one.serial,
                secret=box().seal(one.key, f"card {one.serial}"),
                suite=one.suite,
                counter=one.counter,
                imported_at=at,
            )
            for one in seeds
        )
    return len(seeds)


def ask_for(*, user: User, pin: str, same_pin: str, at: datetime) -> Device:
    """Ask for a card that opens with this PIN. Raises `DeviceProblem`."""
    if not PIN.fullmatch(pin):
        raise DeviceProblem(gettext_noop("The PIN of a card has four digits."))
    if pin != same_pin:
        raise DeviceProblem(gettext_noop("The two PINs are not the same."))
    with transaction.atomic(using=current_alias.get()):
        Device.unscoped.filter(user=user, kind=Kind.CARD, confirmed_at=None, revoked_at=None).update(revoked_at=at)
        device = begin(user=user, kind=Kind.CARD, name="", at=at)
        device.suite, device.activate_by = SUITE, at + ASKED_FOR
        device.pin = seal(device.pk, "pin", hash_of_pin(parse(SUITE), pin))
        device.save(update_fields=["suite", "pin", "activate_by"])
        return device


def give(*, user: User, serial: str, at: datetime) -> Device:
    """Give a card in stock to somebody who has asked for one; it is to be activated within 14 days.

    One card serves a second sign-in only of the same person in the books. Raises `DeviceProblem`.
    """
    with transaction.atomic(using=current_alias.get()):
        card = StockedCard.unscoped.select_for_update().filter(serial=serial).first()
        if card is None:
            raise DeviceProblem(gettext_noop("No card in stock has the serial number %(serial)s."), serial=serial)
        others = User.objects.filter(devices__serial=serial, devices__revoked_at=None).exclude(pk=user.pk)
        if any(other.party_id is None or other.party_id != user.party_id for other in others):
            raise DeviceProblem(gettext_noop("Card %(serial)s belongs to somebody else."), serial=serial)
        wish = Device.unscoped.select_for_update().filter(
            user=user, kind=Kind.CARD, confirmed_at=None, revoked_at=None, activate_by__gt=at
        )
        device = wish.order_by("-created_at").first()
        if device is None:
            raise DeviceProblem(gettext_noop("%(name)s has asked for no card."), name=user.username)
        device.secret = seal(device.pk, "secret", box().open(bytes(card.secret), f"card {serial}"))
        device.serial, device.suite, device.counter = serial, card.suite, card.counter
        device.activate_by = at + ACTIVATE_WITHIN
        device.save(update_fields=["secret", "serial", "suite", "counter", "activate_by"])
        card.given_at, card.given_to = at, user
        card.save(update_fields=["given_at", "given_to"])
        return device
