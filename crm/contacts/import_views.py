"""Bringing contacts in from a file: upload, look at what would become of each row, take, take back."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.ground.access.gates import SIGNED_IN, gate
from accounts.ground.access.scope import scope
from accounts.ground.clock import exchange_today
from crm.contacts import importing, placing
from crm.contacts.intakes import Intake, IntakeState
from crm.contacts.rules import ContactProblem
from crm.imports.contacts import CREATE, REJECT, SKIP, read
from crm.imports.draft import ImportRefused
from crm.vault.context import opened
from crm.vault.sealed import Opened
from portal.lib import csvtext, xlsx
from portal.lib.words import Sentence

SHOWN = 100
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
                intake = importing.lay_down(vault=vault, name=given.name or "", file=file, at=timezone.now())
                return redirect("contacts:intake", intake.pk)
    else:
        importing.collect(vault=vault, at=timezone.now())
    known = [(one, importing.about(vault, one)["name"]) for one in _intakes(vault)[:20]]
    context = {"problem": problem, "known": known, "most": f"{settings.CONTACT_IMPORT_ROWS:,}"}
    return render(request, "crm/contacts/import.html", context, status=422 if problem else 200)


@gate(SIGNED_IN)
@require_safe
def intake(request: HttpRequest, intake: UUID) -> HttpResponse:
    """What would become of each row, or what has become of it."""
    vault, found = _enter(request, intake)
    lines = importing.lines_of(vault, found)
    verdict = request.GET.get("verdict", "")
    shown = [one for one in lines if not verdict or one.verdict == verdict]
    page = Paginator(shown, SHOWN).get_page(request.GET.get("page"))
    counts = [
        (verdict, word, sum(one.verdict == verdict for one in lines) if verdict else len(lines))
        for verdict, word in (("", _("All")), (CREATE, _("New")), (SKIP, _("In the book")), (REJECT, _("Rejected")))
    ]
    about = importing.about(vault, found)
    waits = found.state == IntakeState.WAITING
    context = {
        "intake": found,
        "about": about,
        "columns": list(placing.places(vault, about["unknown"]).items()) if waits else [],
        "targets": placing.targets(vault).values() if waits and about["unknown"] else [],
        "rows": [(one, in_words(one.words), [in_words(remark) for remark in one.remarks]) for one in page],
        "page": page,
        "counts": counts,
        "verdict": verdict,
        "waits": waits,
        "may_undo": found.state == IntakeState.TAKEN,
    }
    return render(request, "crm/contacts/intake.html", context)


@gate(SIGNED_IN)
@require_POST
def columns(request: HttpRequest, intake: UUID) -> HttpResponse:
    """Where columns go that nothing is known of, now and in every later file."""
    vault, found = _enter(request, intake)
    unknown = importing.about(vault, found)["unknown"]
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
    """Into the book."""
    vault, found = _enter(request, intake)
    policy = importing.FILL if request.POST.get("policy") == importing.FILL else SKIP
    try:
        counted = importing.take(vault=vault, intake=found, policy=policy, at=timezone.now(), today=exchange_today())
    except ContactProblem as problem:
        messages.error(request, str(problem))
        return redirect("contacts:intake", found.pk)
    said = ngettext("%(count)d contact is in the book.", "%(count)d contacts are in the book.", counted[CREATE])
    messages.success(request, said % {"count": counted[CREATE]})
    return redirect("contacts:intake", found.pk)


@gate(SIGNED_IN)
@require_POST
def undo(request: HttpRequest, intake: UUID) -> HttpResponse:
    """What the file made goes to the trash; a file that still waits is thrown away."""
    vault, found = _enter(request, intake)
    try:
        if found.state == IntakeState.WAITING:
            importing.forget(vault=vault, intake=found)
            messages.success(request, _("The file was thrown away; nothing was imported."))
            return redirect("contacts:import")
        gone, kept = importing.take_back(vault=vault, intake=found, at=timezone.now())
    except ContactProblem as problem:
        messages.error(request, str(problem))
        return redirect("contacts:intake", found.pk)
    said = ngettext("%(count)d contact went to the trash.", "%(count)d contacts went to the trash.", gone)
    stays = ngettext("%(count)d that was changed since stays.", "%(count)d that were changed since stay.", kept)
    words = said % {"count": gone} + (" " + stays % {"count": kept} if kept else "")
    messages.success(request, words)
    return redirect("contacts:intake", found.pk)


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


def _intakes(vault: Opened) -> "QuerySet[Intake]":
    rows = scope(vault.who, Intake).filter(at__gte=timezone.now() - KEPT_FOR)
    return rows.exclude(state=IntakeState.UNDONE).select_related("user").order_by("-at", "pk")


def _enter(request: HttpRequest, pk: UUID) -> tuple[Opened, Intake]:
    vault = opened(request)
    found = scope(vault.who, Intake).filter(pk=pk).select_related("user").first()
    if found is None:
        raise Http404
    return vault, found
