"""Bringing contacts in from a file: upload, look at what would become of each row, take, take back."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.ground.access.gates import SIGNED_IN, gate
from accounts.ground.access.scope import scope
from accounts.ground.amounts import grouped
from accounts.ground.clock import exchange_today
from crm.contacts import earlier, importing, placing, waiting
from crm.contacts.earlier import Moves
from crm.contacts.fields import BY_KEY, Field
from crm.contacts.importing import FILL, HELD, UPDATE, Plan
from crm.contacts.intakes import Intake, IntakeState, Policy
from crm.contacts.rules import ContactProblem
from crm.contacts.waiting import Line
from crm.custom.queries import fields
from crm.imports.contacts import CREATE, REJECT, SKIP, read
from crm.imports.draft import ImportRefused
from crm.vault.context import opened
from crm.vault.sealed import Opened
from portal.lib import csvtext, xlsx
from portal.lib.words import Sentence

SHOWN = 100
# So many rows go into the book in one request that nobody watches.
MOST_AT_ONCE = 2000
CHANGING = (FILL, UPDATE, HELD)
# A verdict on a row: as a filter, and as what has become of it.
VERDICTS = {
    CREATE: (gettext_lazy("New"), gettext_lazy("New")),
    SKIP: (gettext_lazy("In the book"), gettext_lazy("Left as it is.")),
    FILL: (gettext_lazy("Filled"), gettext_lazy("Empty fields were filled.")),
    UPDATE: (gettext_lazy("Written over"), gettext_lazy("The chosen fields were written over.")),
    HELD: (gettext_lazy("Left alone"), gettext_lazy("Left as it is: somebody is changing it, or it is gone.")),
    REJECT: (gettext_lazy("Rejected"), gettext_lazy("Its name does not do.")),
}
WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
KEPT_FOR = timedelta(days=30)
TEMPLATE = (
    (
        *("Kind", "Salutation", "First name", "Middle name", "Last name", "Suffix", "Email", "Phone", "Mobile phone"),
        *("Home street", "Home city", "Home state", "Home postal code", "Home country", "Date of birth"),
        *("Marital status", "Company", "Job title", "Net worth", "Source", "Groups", "Notes"),
    ),
    (
        *("person", "Ms.", "Ana", "", "Ruiz", "", "ana@example.com", "+1 212 555 0100", "+1 917 555 0100"),
        *("5 Elm Street", "Reno", "NV", "89501", "United States", "1980-03-22"),
        *("married", "Elm Dental", "Dentist", "1250000", "Referral", "VIP", "Prefers mornings"),
    ),
)


@gate(SIGNED_IN)
@require_http_methods(["GET", "HEAD", "POST"])
def upload(request: HttpRequest) -> HttpResponse:
    """A file of contacts; nothing is in the book before somebody has looked at it."""
    vault = opened(request)
    problem = ""
    if request.method == "POST":
        given = request.FILES.get("file")
        if given is None:
            problem = _("Choose a file.")
        else:
            try:
                content = given.read(settings.CONTACT_IMPORT_BYTES + 1)
                file = read(content, most_rows=settings.CONTACT_IMPORT_ROWS, most_bytes=settings.CONTACT_IMPORT_BYTES)
            except ImportRefused as refused:
                problem = in_words(refused.sentence)
            else:
                intake = waiting.lay_down(vault=vault, name=given.name or "", file=file, at=timezone.now())
                return redirect("contacts:intake", intake.pk)
    else:
        waiting.collect(vault=vault, at=timezone.now())
    known = [(one, waiting.about(vault, one)["name"]) for one in _intakes(vault)[:20]]
    context = {"problem": problem, "known": known, "most": grouped(settings.CONTACT_IMPORT_ROWS, 0)}
    return render(request, "crm/contacts/import.html", context, status=422 if problem else 200)


@gate(SIGNED_IN)
@require_safe
def intake(request: HttpRequest, intake: UUID) -> HttpResponse:
    """What would become of each row, or what has become of it."""
    vault, found = _enter(request, intake)
    lines, about = waiting.lines_of(vault, found), waiting.about(vault, found)
    became = dict(zip((one.line for one in lines), outcomes(found), strict=False))
    verdicts = [became.get(one.line, one.verdict) for one in lines]
    verdict = request.GET.get("verdict", "")
    chosen = [one for one, is_of in zip(lines, verdicts, strict=True) if verdict in ("", is_of)]
    page = Paginator(chosen, SHOWN).get_page(request.GET.get("page"))
    waits = found.state == IntakeState.WAITING
    own = {one.key: one for one in fields(vault)}
    columns = placing.places(vault, about["unknown"]) if waits else {}
    speaks = importing.speaks(vault, lines, own, columns) if waits else []
    plan = plan_of(request.GET, speaks)
    moves = importing.preview(vault, list(page), plan, own, exchange_today(), columns) if waits else {}
    context = {
        "intake": found,
        "about": about,
        "columns": list(columns.items()),
        "targets": placing.targets(vault).values() if waits and about["unknown"] else [],
        "rows": [_row(one, became.get(one.line, ""), moves.get(one.line, {}), own) for one in page],
        "page": page,
        "counts": _counts(verdicts),
        "verdict": verdict,
        "waits": waits,
        "plan": plan,
        "policies": Policy.choices,
        "speaks": [(key, earlier.label_of({**BY_KEY, **own}, key)) for key in speaks],
        "kept_query": _said(request),
        "to_undo": importing.still_to_undo(vault, found) if found.state == IntakeState.UNDOING else 0,
    }
    return render(request, "crm/contacts/intake.html", context)


@gate(SIGNED_IN)
@require_POST
def columns(request: HttpRequest, intake: UUID) -> HttpResponse:
    """Where columns go that nothing is known of, now and in every later file."""
    vault, found = _enter(request, intake)
    unknown = waiting.about(vault, found)["unknown"]
    said = dict(zip(request.POST.getlist("column"), request.POST.getlist("to"), strict=False))
    try:
        wanted = {column: to for column, to in said.items() if column in unknown}
        placing.place(vault=vault, columns=wanted, at=timezone.now())
        messages.success(request, _("The columns have their places, in later files too."))
    except ContactProblem as problem:
        messages.error(request, str(problem))
    return redirect("contacts:intake", found.pk)


@gate(SIGNED_IN)
@require_POST
def take(request: HttpRequest, intake: UUID) -> HttpResponse:
    """The next rows into the book; a script asks for slices one after the other and shows how far it is."""
    vault, found = _enter(request, intake)
    most = importing.SLICE if _is_by_script(request) else MOST_AT_ONCE
    try:
        found = importing.take(
            vault=vault,
            intake=found,
            plan=plan_of(request.POST),
            at=timezone.now(),
            today=exchange_today(),
            most=most,
        )
    except ContactProblem as problem:
        return _refused(request, found, problem)
    if found.state == IntakeState.TAKEN:
        said = ngettext("%(count)d contact is in the book.", "%(count)d contacts are in the book.", found.created)
        messages.success(request, said % {"count": found.created})
    return _onward(request, found, done=found.done, of=found.size)


@gate(SIGNED_IN)
@require_POST
def undo(request: HttpRequest, intake: UUID) -> HttpResponse:
    """What the file made goes to the trash, what it wrote over is put back; a file that still waits is thrown away."""
    vault, found = _enter(request, intake)
    most = importing.SLICE if _is_by_script(request) else MOST_AT_ONCE
    try:
        if found.state == IntakeState.WAITING:
            importing.forget(vault=vault, intake=found)
            messages.success(request, _("The file was thrown away; nothing was imported."))
            return redirect("contacts:import")
        found = importing.take_back(vault=vault, intake=found, at=timezone.now(), most=most)
    except ContactProblem as problem:
        return _refused(request, found, problem)
    left = importing.still_to_undo(vault, found)
    if found.state == IntakeState.UNDONE:
        gone, kept = importing.taken_back(vault, found)
        said = ngettext("%(count)d contact was taken back.", "%(count)d contacts were taken back.", gone)
        stays = ngettext("%(count)d that was changed since stays.", "%(count)d that were changed since stay.", kept)
        messages.success(request, said % {"count": gone} + (" " + stays % {"count": kept} if kept else ""))
    wrote = found.filled + found.updated
    return _onward(request, found, done=wrote - left, of=wrote)


@gate(SIGNED_IN, proved=True)
@require_safe
def template(request: HttpRequest) -> HttpResponse:
    """The columns of an import with one row as an example."""
    return table(TEMPLATE, name="contacts-template", is_workbook=request.GET.get("format") == "xlsx")


def table(rows: Iterable[Sequence[csvtext.Cell]], *, name: str, is_workbook: bool) -> HttpResponse:
    """A table as a download, XLSX or CSV."""
    content = xlsx.write_bytes(rows) if is_workbook else csvtext.write_bytes(rows)
    answer = HttpResponse(content, content_type=WORKBOOK if is_workbook else "text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}.{"xlsx" if is_workbook else "csv"}"'
    return answer


def in_words(sentence: Sentence | None) -> str:
    """A sentence of a reader in the person's language."""
    if sentence is None:
        return ""
    params = {key: _(str(value)) if key == "why" else value for key, value in sentence.params.items()}
    return _(sentence.msgid) % params if params else _(sentence.msgid)


def outcomes(intake: Intake) -> list[str]:
    """What has become of the rows that are done."""
    return [importing.OUTCOMES[letter] for letter in intake.outcomes]


def plan_of(said: QueryDict, usual: Sequence[str] = ()) -> Plan:
    """What is to be done with whom the book has already."""
    policy = said.get("policy", Policy.SKIP)
    chosen = [one[:60] for one in said.getlist("field")[:200]] or ([] if "policy" in said else list(usual))
    return Plan(policy if policy in Policy.values else Policy.SKIP, tuple(chosen))


def _counts(verdicts: Sequence[str]) -> list[tuple[str, str, int]]:
    """Chips above the rows: a verdict, its word, how many have it."""
    counted = Counter(verdicts)
    words = [("", _("All")), *((key, str(VERDICTS[key][0])) for key in VERDICTS)]
    usual = ("", CREATE, SKIP, REJECT)
    return [(key, word, counted[key] if key else len(verdicts)) for key, word in words if key in usual or counted[key]]


def _row(line: Line, outcome: str, moves: Moves, own: Mapping[str, Field]) -> dict[str, Any]:
    """A row of the file as it is shown."""
    known = {**BY_KEY, **own}
    said = in_words(line.words)
    became = str(VERDICTS[outcome][1]) if outcome in CHANGING or (outcome == REJECT and not said) else ""
    return {
        "line": line,
        "words": f"{said} {became}".strip() or str(VERDICTS[CREATE][1]),
        "remarks": [in_words(remark) for remark in line.remarks],
        "moves": [earlier.line_of(known, key, *pair) for key, pair in moves.items()],
    }


def _said(request: HttpRequest) -> str:
    """The address without its page and verdict."""
    said = request.GET.copy()
    for name in ("page", "verdict"):
        said.pop(name, None)
    return said.urlencode()


def _is_by_script(request: HttpRequest) -> bool:
    return request.headers.get("X-Requested-With") == "XMLHttpRequest"


def _onward(request: HttpRequest, found: Intake, *, done: int, of: int) -> HttpResponse:
    if _is_by_script(request):
        is_over = found.state in (IntakeState.TAKEN, IntakeState.UNDONE)
        return JsonResponse({"done": done, "of": of, "over": is_over})
    return redirect("contacts:intake", found.pk)


def _refused(request: HttpRequest, found: Intake, problem: ContactProblem) -> HttpResponse:
    messages.error(request, str(problem))
    if _is_by_script(request):
        return JsonResponse({"done": 0, "of": 0, "over": True})
    return redirect("contacts:intake", found.pk)


def _intakes(vault: Opened) -> "QuerySet[Intake]":
    rows = scope(vault.who, Intake).filter(at__gte=timezone.now() - KEPT_FOR)
    return rows.exclude(state=IntakeState.UNDONE).select_related("user").order_by("-at", "pk")


def _enter(request: HttpRequest, pk: UUID) -> tuple[Opened, Intake]:
    vault = opened(request)
    found = scope(vault.who, Intake).filter(pk=pk).select_related("user").first()
    if found is None:
        raise Http404
    return vault, found
