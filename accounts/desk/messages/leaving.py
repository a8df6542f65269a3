"""Conversations that somebody who leaves has written in: being about accounts, they go on with every colleague."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.desk.messages.models import Message
from accounts.ground.leaving.actions import belonging
from accounts.ground.people.models import Seat


def _written_in(seat: Seat) -> list[str]:
    found = Message.unscoped.filter(author_id=seat.user_id, firm_id=seat.firm_id).values("thread_id").distinct().count()
    return [ngettext("%(count)d conversation", "%(count)d conversations", found) % {"count": found}] if found else []


belonging("conversations", _("Conversations"), _written_in, None, stays=True)
