"""Stopping codes by text and call at a firm, and taking that back: people are told, and numbers close on the day.

All of it is done under the back office's own login.
"""

from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import transaction

from accounts.ground.access.context import as_role, current_alias
from accounts.ground.people.models import Seat
from accounts.ground.tree.models import Firm
from auth2fa.devices.models import Device, Kind
from auth2fa.devices.notices import tell_texts_end
from auth2fa.devices.queries import beyond_texts
from auth2fa.texts.models import FirmWithoutTexts
from auth2fa.texts.queries import texts_end
from auth2fa.texts.rules import day_problem
from portal.lib.exchange import exchange_day
from portal.lib.words import Sentence, gettext_noop


class TextsProblem(ValueError):
    """Why it cannot be done; `sentence` says so in words of the catalogue."""

    def __init__(self, sentence: Sentence) -> None:
        super().__init__(sentence.msgid % sentence.params)
        self.sentence = sentence


def stop(*, firm: Firm, from_day: date, by: int, at: datetime) -> FirmWithoutTexts:
    """No code leaves by text or call to people of the firm from a day on; whoever has a number is told now.

    Raises `TextsProblem`.
    """
    with transaction.atomic(using=current_alias.get()):
        Firm.unscoped.select_for_update().get(pk=firm.pk)
        if FirmWithoutTexts.unscoped.filter(firm=firm, ended_at=None).exists():
            raise TextsProblem(Sentence(gettext_noop("This firm has decided so already; take that back first."), {}))
        numbers = _numbers(firm.pk)
        alone = {one.user_id for one in numbers} - beyond_texts(one.user_id for one in numbers)
        problem = day_problem(from_day, today=exchange_day(at), alone=len(alone))
        if problem is not None:
            raise TextsProblem(problem)
        made = FirmWithoutTexts.unscoped.create(firm=firm, from_day=from_day, decided_by_id=by, decided_at=at)
        for one in numbers:
            tell_texts_end(one, from_day, at)
        return made


def take_back(*, row: FirmWithoutTexts, at: datetime) -> int:
    """Codes may leave again; how many numbers open, each held as one that was closed is."""
    with transaction.atomic(using=current_alias.get()):
        held = FirmWithoutTexts.unscoped.select_for_update().get(pk=row.pk)
        if held.ended_at is not None:
            return 0
        held.ended_at = at
        held.save(update_fields=["ended_at"])
        opened = 0
        for one in _numbers(held.firm_id):
            day = texts_end(one.user_id)
            if one.by_firm and (day is None or day > exchange_day(at)):
                one.disabled_at, one.by_firm = None, False
                one.trusted_at = at + timedelta(hours=settings.DEVICE_HOLD_HOURS)
                one.save(update_fields=["disabled_at", "by_firm", "trusted_at"])
                opened += 1
        return opened


def close_due(*, at: datetime) -> int:
    """Close the numbers of people whose firm takes no codes any more; how many. Run twice, it closes nothing anew."""
    closed = 0
    with as_role("office"):
        due = FirmWithoutTexts.unscoped.filter(ended_at=None, from_day__lte=exchange_day(at))
        for firm_id in due.values_list("firm_id", flat=True):
            with transaction.atomic(using="office"):
                for one in _numbers(firm_id):
                    if one.disabled_at is None:
                        one.disabled_at, one.by_firm = at, True
                        one.save(update_fields=["disabled_at", "by_firm"])
                        closed += 1
    return closed


def _numbers(firm_id: int) -> list[Device]:
    people = Seat.unscoped.filter(firm_id=firm_id, is_active=True, user__is_active=True).values("user_id")
    rows = Device.unscoped.filter(user_id__in=people, kind=Kind.TEXT, confirmed_at__isnull=False, revoked_at=None)
    return list(rows.select_for_update(of=("self",)).select_related("user").order_by("pk"))
