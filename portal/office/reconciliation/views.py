"""The page on which expected fees, the ledger and the broker's own lines are held against each other."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.broker.transmit.actions import LONGEST_REASON, NOT_REVERSIBLE, ReversalRefused, ask_reversal
from accounts.broker.transmit.models import Instruction
from accounts.desk.mailboxes.queries import given_back as mailbox_given_back
from accounts.ground.access.gates import OFFICE, SURE_OFFICE, gate
from accounts.ground.amounts import money_words
from accounts.ground.clock import exchange_today
from accounts.ground.ledger.models import TransferKind
from accounts.ground.people.queries import desk_users
from fees.posting.reversal import given_back
from fees.reconciliation.actions import NoteRefused, look_after
from fees.reconciliation.queries import (
    MOST_LISTED,
    difference,
    differences,
    notes_of,
    sides,
    sides_of_masters,
)
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
        self.fields["owner"].choices = [("", ""), *((str(pk), name) for pk, name in desk_users())]  # type: ignore[attr-defined]


@gate(OFFICE)
@require_safe
def reconciliation(request: HttpRequest) -> HttpResponse:
    """What differs now, the oldest first, and the totals of thirty days."""
    today = exchange_today()
    found = differences(today)
    counts = Counter(one.kind for one in found)
    desk = desk_users()
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
        "masters": sides_of_masters(today - STRETCH, today),
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
        said = form.cleaned_data
        noted(said["what"], owner_id=said["owner"], note=said["note"], by=request.user.pk, at=timezone.now())
    except NoteRefused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("Noted."))
    return HttpResponseRedirect(reverse("reconciliation:now"))


@gate(SURE_OFFICE)
@require_POST
def take_back(request: HttpRequest) -> HttpResponse:
    """Have the next night take back what the broker rejected."""
    reason = request.POST.get("note", "")[:LONGEST_REASON]
    try:
        give_up(request.POST.get("what", ""), reason=reason, by=request.user.pk, at=timezone.now())
    except ReversalRefused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("The next night takes it back."))
    return HttpResponseRedirect(reverse("reconciliation:now"))


def noted(what: str, *, owner_id: int | None, note: str, by: int | None, at: datetime) -> None:
    """Write down a word about the difference of that kind and reference; NoteRefused where it is gone."""
    found = _named(what)
    if found is None:
        raise NoteRefused(_("This difference is gone; there is nothing left to look after."))
    look_after(difference=found, owner_id=owner_id, note=note, by=by or 0, at=at)


def give_up(what: str, *, reason: str, by: int | None, at: datetime) -> None:
    """Ask to take back the movement behind the difference of that kind and reference; ReversalRefused says why not."""
    found = _named(what)
    rejected = found.reference if found is not None and found.kind == Kind.REJECTED else None
    told = Instruction.unscoped.filter(transfer_id=rejected).order_by("-attempt").first() if rejected else None
    if told is None:
        raise ReversalRefused(_(NOT_REVERSIBLE))
    back = mailbox_given_back(told.transfer_id) if told.kind == TransferKind.MAILBOX else given_back(told.transfer_id)
    if back > 0:
        words = _("%(amount)s of it was given back already; send it to the broker again instead.")
        raise ReversalRefused(words % {"amount": money_words(back, told.currency)})
    ask_reversal(instruction=told, reason=reason, by=by or 0, at=at)


def _named(what: str) -> Difference | None:
    kind, _bar, reference = what.partition("|")
    if kind not in tuple(Kind) or "\0" in reference:
        return None
    return difference(exchange_today(), Kind(kind), reference)


def _rows(found: list[Difference], names: dict[int, str]) -> list[Row]:
    notes = notes_of(found)
    rows = []
    for one in found:
        told = notes.get((one.kind, one.reference))
        owner = told.owner_id if told else None
        rows.append(Row(one, owner, names.get(owner or 0, ""), told.note if told else ""))
    return rows
