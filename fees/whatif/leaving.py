"""What-ifs of somebody who leaves: they were worked out with that person's rights, so they end."""

from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.ground.access.context import Who, cursor
from accounts.ground.leaving.actions import belonging
from accounts.ground.people.models import Seat


def _kept(seat: Seat) -> list[str]:
    with cursor() as cur:
        cur.execute("SELECT fees_what_ifs_of_leaver(%s)", [seat.pk])
        found = cur.fetchone()[0]
    return [_("%(count)s kept") % {"count": found}] if found else []


def _end(*, who: Who, seat: Seat, at: datetime) -> None:
    with cursor() as cur:
        cur.execute("SELECT fees_end_what_ifs(%s)", [seat.pk])


belonging("what_ifs", gettext_lazy("What-ifs"), _kept, None, _end)
