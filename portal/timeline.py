"""Fee notices in the stream of a contact: the client book and the fees meet under the roof."""

from decimal import Decimal
from typing import Any

from django.db.models import DateField, F, Func, QuerySet, TextField, Value
from django.db.models.functions import Cast
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.ground.access.scope import scope
from accounts.ground.amounts import money_words
from crm.timeline.legs import About, Kind, Line, leg, of_day
from crm.timeline.sources import KINDS
from fees.notices.models import Mode, Notice


def _notices(about: About) -> "QuerySet[Any]":
    rows = scope(about.who, Notice, "report").filter(account_id__in=about.accounts, practice_id=about.who.practice_id)
    rows = rows.filter(day__lte=Func(function="app_sealed_day", output_field=DateField())).exclude(mode=Mode.NONE)
    return leg(
        rows,
        at=of_day("day"),
        is_day=Value(True),
        words=Cast(F("amount"), TextField()),
        state=F("currency"),
        number=F("account__number"),
    )


def _said(line: Line, opened: str) -> str:
    return _("Fee notice of %(amount)s") % {"amount": money_words(Decimal(line.words), line.state)}


KINDS["notice"] = Kind(
    gettext_lazy("Fee notices"), "receipt", _notices, lambda line: reverse("fees:notice", args=[line.key]), said=_said
)
