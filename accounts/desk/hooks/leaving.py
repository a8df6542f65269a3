"""Webhooks of somebody who leaves: their addresses are told nothing any more."""

from django.utils.translation import gettext_lazy as _

from accounts.desk.hooks.actions import end_with, hooks_of
from accounts.ground.leaving.actions import belonging
from accounts.ground.people.models import Seat


def _kept(seat: Seat) -> list[str]:
    return list(hooks_of(seat).values_list("name", flat=True))


belonging("webhooks", _("Webhooks"), _kept, None, end_with)
