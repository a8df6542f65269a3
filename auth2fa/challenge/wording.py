"""What became of an answer or of a text, in words for the person."""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from auth2fa.challenge.actions import Outcome
from auth2fa.devices.models import Device


def outcome_words(outcome: Outcome) -> str:
    """What to do now."""
    return {
        Outcome.WRONG: _("That is not right. Look again and type it once more."),
        Outcome.EXPIRED: _("The passcode expired. Begin again with a new one."),
        Outcome.LOCKED: _("There were too many wrong answers. Wait a quarter of an hour, or use another device."),
        Outcome.OVER: _("This was answered already or tried too often. Begin again with a new one."),
    }.get(outcome, "")


def closed_words(devices: Iterable[Device]) -> str:
    """Why every device that there was is switched off."""
    if any(one.by_firm for one in devices):
        return _("Your firm takes no codes by text or call any more. Ask the back office to let you in.")
    return _("Your device was switched off after many wrong answers. Ask the back office to open it again.")


def unsent_words(reason: str) -> str:
    """Why no code has left."""
    return {
        "wait": _("A code has just left. Wait half a minute before you ask for it again."),
        "limit": _("Too many codes were sent. Wait an hour, or use another device."),
        "stopped": _("Codes are not sent at the moment. Use another device, or ask the back office."),
        "many": _("Too many questions were left open within an hour. Wait a while, or ask the back office."),
        "firm": _("Your firm takes no codes by text or call any more. Use another device, or ask the back office."),
        "none": _("Codes are not sent at the moment. Use another device, or ask the back office."),
    }.get(reason, _("This is over. Begin again with a new one."))
