"""The page on which expected fees, the ledger and the broker's own lines are held against each other."""

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.broker.transmit.actions import LONGEST_REASON, ReversalRefused, ask_reversal
from accounts.broker.transmit.models import Instruction
from accounts.ground.access.gates import OFFICE, SURE_OFFICE, gate
from accounts.ground.clock import exchange_today
from accounts.ground.people.models import User
from fees.reconciliation.actions import NoteRefused, look_after
from fees.reconciliation.queries import MOST_LISTED, differences, notes_of, sides
from fees.reconciliation.rules import OLD_DAYS, WORDS, Difference, Kind
from portal.office.views import framed

STRETCH = timedelta(days=30)
SHOWN = 200


@dataclass(frozen=True)
class Row:
    """A difference with who looks after it and what is known."""

    one: Difference
    owner_id: int | None
    owner: str
    note: str

    @property
    def key(self) -> str:
        return f"{self.one.kind}|{self.one.reference}"

    @property
    def is_rejected(self) -> bool:
        return self.one.kind == Kind.REJECTED


class NoteForm(forms.Form):
    """A word about a difference."""

    what = forms.CharField(max_length=240)
    owner = forms.TypedChoiceField(coerce=int, empty_value=None, required=False)
    note = forms.CharField(max_length=300, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"].choices = [("", ""), *((str(pk), name) for pk, name in _desk())]  # type: ignore[attr-defined]


def _desk() -> list[tuple[int, str]]:
    """Who may look after a difference."""
    rows = User.objects.filter(seats__role="office", seats__is_active=True, is_active=True).distinct()
    return list(rows.order_by("username").values_list("pk", "username"))


@gate(OFFICE)
@require_safe
def reconciliation(request: HttpRequest) -> HttpResponse:
    """What differs now, the oldest first, and the totals of thirty days."""
    today = exchange_today()
    found = differences(today)
    counts = Counter(one.kind for one in found)
    desk = _desk()
    show, whose, age = (request.GET.get(name, "") for name in ("show", "owner", "age"))
    rows = _rows(found, dict(desk))
    if show in list(Kind):
        rows = [row for row in rows if row.one.kind == show]
    if whose in ("me", "none"):
        rows = [row for row in rows if row.owner_id == (request.user.pk if whose == "me" else None)]
    if age == "old":
        rows = [row for row in rows if row.one.age >= OLD_DAYS]
    context = {
        "day": today,
        "sides": sides(today - STRETCH, today),
        "rows": rows[:SHOWN],
        "is_cut": len(rows) > SHOWN or max(counts.values(), default=0) >= MOST_LISTED,
        "total": len(found),
        "counts": [(kind.value, WORDS[kind], counts[kind]) for kind in Kind if counts[kind]],
        "old": sum(one.age >= OLD_DAYS for one in found),
        "old_days": OLD_DAYS,
        "show": show,
        "whose": whose,
        "age": age,
        "desk": desk,
    }
    return render(request, "office/reconciliation.html", framed(request, context))


@gate(SURE_OFFICE)
@require_POST
def note(request: HttpRequest) -> HttpResponse:
    """Take a difference, give it to somebody, or say what is known about it."""
    form = NoteForm(request.POST)
    try:
        if not form.is_valid():
            raise NoteRefused(_("That cannot be noted."))
        look_after(
            difference=_named(form.cleaned_data["what"]),
            owner_id=form.cleaned_data["owner"],
            note=form.cleaned_data["note"],
            by=request.user.pk or 0,
            at=timezone.now(),
        )
    except NoteRefused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("Noted."))
    return HttpResponseRedirect(reverse("reconciliation:now"))


@gate(SURE_OFFICE)
@require_POST
def take_back(request: HttpRequest) -> HttpResponse:
    """Have the next night take back what the broker rejected."""
    found = _named(request.POST.get("what", ""), refuse=False)
    reason = request.POST.get("note", "")[:LONGEST_REASON]
    try:
        if found is None or found.kind != Kind.REJECTED:
            raise ReversalRefused(_("Only a fee or an invoice that the broker rejected can be taken back."))
        told = Instruction.unscoped.filter(transfer_id=found.reference).order_by("-attempt").first()
        if told is None:
            raise ReversalRefused(_("Only a fee or an invoice that the broker rejected can be taken back."))
        ask_reversal(instruction=told, reason=reason, by=request.user.pk or 0, at=timezone.now())
    except ReversalRefused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("The next night takes it back."))
    return HttpResponseRedirect(reverse("reconciliation:now"))


def _named(what: str, *, refuse: bool = True) -> Any:
    """The difference of that kind and reference, as it is now."""
    kind, _bar, reference = what.partition("|")
    found = next((one for one in differences(exchange_today()) if (one.kind, one.reference) == (kind, reference)), None)
    if found is None and refuse:
        raise NoteRefused(_("This difference is gone; there is nothing left to look after."))
    return found


def _rows(found: list[Difference], names: dict[int, str]) -> list[Row]:
    notes = notes_of(found)
    rows = []
    for one in found:
        told = notes.get((one.kind, one.reference))
        owner = told.owner_id if told else None
        rows.append(Row(one, owner, names.get(owner or 0, ""), told.note if told else ""))
    return rows
