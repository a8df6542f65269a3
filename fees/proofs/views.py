"""The proof page of a charge, the same for advisor and client, and its recomputation."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.ground.access.gates import gate
from fees.engine.investments import Investment
from fees.engine.results import Part
from fees.engine.types import Accrual, Segment
from fees.groups.showing import shared
from fees.posting.models import Charge
from fees.proofs.actions import recompute_charge
from fees.proofs.queries import Proof, charge_for, proof
from fees.proofs.words import exact, method_title, tell
from portal.lib.words import Sentence


@gate("view")
@require_GET
def show(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Inputs, arithmetic in words, fingerprint."""
    return render(request, "fees/proofs/proof.html", context(request, proof(_charge(request, pk))))


@gate("view")
@require_POST
def recompute(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Work the fee out again and say whether it agrees; nothing is changed by it."""
    opened = proof(_charge(request, pk))
    verdict = recompute_charge(opened.charge, opened.evidence)
    more = {
        "verdict": verdict,
        "verdict_exact": None if verdict.exact is None else exact(verdict.exact),
        "problem": tell(verdict.problem) if verdict.problem else "",
    }
    is_fragment = bool(request.headers.get("HX-Request"))
    template = "fees/proofs/verdict.html" if is_fragment else "fees/proofs/proof.html"
    return render(request, template, context(request, opened) | more)


def context(request: HttpRequest, opened: Proof) -> dict[str, object]:
    """What the page shows, in the reader's words."""
    charge, made_of = opened.charge, opened.made_of
    return {
        "proof": opened,
        "group": shared(request.seat, charge, opened.bases),  # type: ignore[attr-defined]
        "charge": charge,
        "label": _(opened.method.label),
        "title": method_title(charge.method),
        "shows_payee": request.seat.is_advisor,  # type: ignore[attr-defined]
        "exact_amount": exact(charge.exact),
        "story": [tell(sentence) for sentence in opened.story],
        # A flat fee multiplies by nothing: its lines carry a rate of one, which would only puzzle.
        "shows_rate": any(one.rate != 1 for one, _words in opened.days),
        "days": [_day(one, words) for one, words in opened.days],
        "closing": made_of.closing if made_of else None,
        "closing_value": exact(made_of.closing.nlv) if made_of and made_of.closing else "",
        "segments": [_segment(one) for one in (made_of.segments if made_of else ())],
        "parts": [_part(one) for one in (opened.measured.parts if opened.measured else ())],
        "investments": [_investment(one) for one in opened.investments],
        "corrections": [
            {"day": one.day, "then": exact(one.then), "now": exact(one.now)} for one in opened.evidence.corrections
        ],
    }


def _day(one: Accrual, words: Sentence) -> dict[str, object]:
    return {
        "day": one.day,
        "base": exact(one.base),
        "rate": exact(one.rate * 100, 0),
        "amount": exact(one.amount),
        "words": tell(words),
    }


def _segment(one: Segment) -> dict[str, object]:
    return {"days": one.days, "rate": exact(one.rate * 100, 0), "annual": exact(one.annual)}


def _part(one: Part) -> dict[str, object]:
    """A stretch of a fee on profit."""
    figures = ("begin", "end", "deposits", "withdrawals", "profit")
    told: dict[str, object] = {name: exact(getattr(one, name)) for name in figures}
    return told | {"begin_day": one.begin_day, "end_day": one.end_day, "share": exact(one.share * 100, 0) + " %"}


def _investment(one: Investment) -> dict[str, object]:
    """A fund of a fee on hedge funds."""
    told: dict[str, object] = {"fund": one.fund, "days": one.days}
    if one.closing and one.rate is not None:
        told |= {"worth": exact(one.closing.value), "day": one.closing.day, "rate": exact(one.rate * 100, 0)}
    if one.gain and one.profit_share is not None:
        told |= {"profit": exact(one.gain.profit), "share": exact(one.profit_share * 100, 0) + " %"}
        told |= {"since": one.gain.begin.day, "until": one.gain.end.day}
    return told


def _charge(request: HttpRequest, pk: UUID) -> Charge:
    return charge_for(request.seat, pk)  # type: ignore[attr-defined]
