"""Saved views of somebody who leaves: they go to the colleague who takes over."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from accounts.ground.access.context import cursor
from accounts.ground.leaving.actions import belonging
from accounts.ground.people.models import Seat


def _views(seat: Seat) -> list[str]:
    with cursor() as cur:
        cur.execute("SELECT view FROM portal_views_of_leaver(%s) view", [seat.pk])
        return [name for (name,) in cur.fetchall()]


def _move(*, seat: Seat, heir: Seat, at: datetime) -> None:
    with cursor() as cur:
        cur.execute("SELECT portal_move_views(%s, %s)", [seat.pk, heir.pk])


belonging("views", _("Saved views"), _views, _move)
