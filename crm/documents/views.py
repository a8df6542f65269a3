"""The documents of a practice: list and upload, one with its editions, the file itself, renaming, replacing, trash."""

from collections.abc import Mapping
from time import monotonic
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.ground.access.gates import SIGNED_IN, gate
from accounts.ground.paging import page_of
from crm.contacts import chosen
from crm.contacts import queries as contacts
from crm.contacts.models import Contact
from crm.contacts.rules import ContactProblem
from crm.documents import actions, queries
from crm.documents.actions import DocumentChanged
from crm.documents.models import Document, Edition
from crm.documents.queries import Filters
from crm.documents.rules import KINDS, DocumentProblem, Label
from crm.documents.scanning import NoAnswer
from crm.vault import files
from crm.vault.context import opened
from crm.vault.engine.encoding import Unopened
from crm.vault.rules import PROVED
from crm.vault.sealed import Opened
from crm.vault.stores import StoreFailed
from portal.lib.filekinds import MEGA

TEXT_SHOWN = 64 * 1024
# So many seconds one request may wait for the scanner of malware, over all its files.
LONGEST_LOOK = 60
# Nothing in a file runs or loads anything, wherever a browser shows it.
SHUT = "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'self'"


@gate(SIGNED_IN)
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def documents(request: HttpRequest) -> HttpResponse:
    """Documents by what the address asks for, the newest on top; new ones come in here."""
    vault, filters = opened(request), Filters.of(request.GET)
    if request.method != "POST":
        return _list(request, vault, filters)
    given = request.FILES.getlist("file")
    problems = [] if given else [_("Choose a file.")]
    kept, said = 0, request.POST
    try:
        about = chosen.contact_of(vault, said.get("contact", ""))
    except ContactProblem as problem:
        return _list(request, vault, filters, list(problem.problems.values()))
    until = monotonic() + LONGEST_LOOK
    for file in given:
        try:
            taken(vault, file, about=about, folder=said.get("folder", ""), tags=said.get("tags", ""))
            kept += 1
        except DocumentProblem as problem:
            problems.append(str(problem))
            if isinstance(problem, NoAnswer):
                break
        if file is not given[-1] and monotonic() > until:
            problems.append(
                _("Looking for malware takes too long; the files that follow are not kept. Try again later.")
            )
            break
    if not kept:
        return _list(request, vault, filters, problems)
    words = ngettext("%(count)d document is kept.", "%(count)d documents are kept.", kept)
    messages.success(request, words % {"count": kept})
    if problems:
        # An answer that refuses takes everything back, and the good ones of several files stay. The lines name files:
        # they are told here, for what the next page tells stands readable in a cookie or a row until then.
        if _is_by_script(request):
            return JsonResponse({"problems": problems})
        return _list(request, vault, filters, problems, status=200)
    if about is not None and said.get("next") == "agenda":
        return _onward(request, reverse("contacts:agenda", args=[about.pk]))
    return _onward(request, reverse("documents:list"))


@gate(SIGNED_IN)
@sensitive_post_parameters("name", "folder", "tags")
@require_http_methods(["GET", "HEAD", "POST"])
def document(request: HttpRequest, document: UUID) -> HttpResponse:
    """One document: a look into it, its editions, its name and place."""
    vault = opened(request)
    found = one(vault, document)
    if request.method != "POST":
        return _page(request, vault, found)
    said, version = request.POST, request.POST.get("version", "")
    typed = {name: said.get(name, "") for name in ("name", "folder", "tags")}
    known = int(version) if version.isascii() and version.isdigit() and len(version) < 9 else 0
    try:
        actions.rename(vault=vault, document=found, version=known, at=timezone.now(), **typed)
    except DocumentProblem as problem:
        return _page(request, vault, found, str(problem), typed)
    except Unopened:
        return _page(request, vault, found, _("This document was changed from outside and does not open."), typed)
    except DocumentChanged:
        words = _("Somebody has changed this document since you opened it. Save again to replace that.")
        return _page(request, vault, one(vault, document), words, typed, status=409)
    messages.success(request, _("The document is saved."))
    return redirect("documents:document", found.pk)


@gate(SIGNED_IN)
@require_POST
def replace(request: HttpRequest, document: UUID) -> HttpResponse:
    """A newer edition of the document."""
    vault = opened(request)
    found = one(vault, document)
    file: Any = request.FILES.get("file")
    try:
        if file is None:
            raise DocumentProblem(_("Choose a file."))
        actions.replace(vault=vault, document=found, name=file.name or "", file=file, at=timezone.now())
    except DocumentProblem as problem:
        return _page(request, vault, one(vault, document), str(problem))
    except (DocumentChanged, Unopened):
        words = _("Somebody has changed this document meanwhile. Look at it, then try again.")
        return _page(request, vault, one(vault, document), words, status=409)
    messages.success(request, _("The newer edition is kept; the older ones stay below."))
    return _onward(request, reverse("documents:document", args=[found.pk]))


@gate(PROVED)
@require_safe
def file(request: HttpRequest, document: UUID, edition: int) -> HttpResponseBase:
    """The file itself, shown where a browser can do so safely, saved otherwise or when asked."""
    vault = opened(request)
    return handed_out(vault, one(vault, document), edition, is_saved=request.GET.get("save") == "1")


@gate(SIGNED_IN)
@require_http_methods(["GET", "HEAD", "POST"])
def throw_away(request: HttpRequest, document: UUID) -> HttpResponse:
    """Into the trash, after a question."""
    vault = opened(request)
    found = one(vault, document)
    if request.method == "POST":
        try:
            is_confirmed = request.POST.get("confirm") == "yes"
            actions.throw_away(document=found, is_confirmed=is_confirmed, at=timezone.now())
        except DocumentProblem as problem:
            context = {"read": queries.read(vault, found), "problem": str(problem)}
            return render(request, "crm/documents/throw_away.html", context, status=422)
        trash = format_html('<a href="{}?trash=1">{}</a>', reverse("documents:list"), _("Open the trash"))
        messages.success(request, format_html("{} {}", _("The document is in the trash for 30 days."), trash))
        return redirect("documents:list")
    return render(request, "crm/documents/throw_away.html", {"read": queries.read(vault, found)})


@gate(SIGNED_IN)
@require_POST
def take_back(request: HttpRequest, document: UUID) -> HttpResponse:
    """Out of the trash."""
    vault = opened(request)
    found = queries.one(vault.who, document, in_trash=True)
    if found is None:
        raise Http404
    if not actions.take_back(vault=vault, document=found):
        raise Http404
    messages.success(request, _("The document is back."))
    return redirect("documents:list")


def one(vault: Opened, pk: UUID) -> Document:
    """A document of the practice that is not in the trash; any other is missing."""
    found = queries.one(vault.who, pk)
    if found is None:
        raise Http404
    return found


def taken(vault: Opened, file: Any, *, about: Contact | None, folder: str, tags: str) -> Document:
    """One file of an upload, kept. Raises DocumentProblem."""
    return actions.keep(
        vault=vault,
        name=file.name or "",
        file=file,
        contact=about,
        folder=folder,
        tags=tags,
        at=timezone.now(),
    )


def handed_out(vault: Opened, document: Document, number: int, *, is_saved: bool) -> HttpResponseBase:
    """An edition of a document; each chunk is checked before it is sent."""
    edition = queries.edition(vault.who, document, number)
    label = queries.label_of(vault, edition) if edition else None
    if edition is None or label is None:
        raise Http404
    try:
        length = files.length_of(edition.file)
        content = files.content(vault=vault, row=edition.file)
    except Unopened:
        raise Http404 from None
    is_saved = is_saved or not label.is_shown
    kind = "text/plain; charset=utf-8" if label.is_text else label.kind
    answer = StreamingHttpResponse(content, content_type=kind)
    answer["Content-Length"] = str(length)
    answer["Content-Disposition"] = content_disposition_header(is_saved, label.name) or "attachment"
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cache-Control"] = "private, no-store"
    # A browser's own reader of PDFs does not work in a sandbox.
    answer["Content-Security-Policy"] = SHUT if label.kind == "application/pdf" else f"{SHUT}; sandbox"
    return answer


def _onward(request: HttpRequest, there: str) -> HttpResponse:
    """On to the page that says what was kept; a script that sent the file is told where, and leaves the words to it."""
    if _is_by_script(request):
        return JsonResponse({"to": there})
    return redirect(there)


def _is_by_script(request: HttpRequest) -> bool:
    return request.headers.get("X-Requested-With") == "XMLHttpRequest"


def _list(
    request: HttpRequest, vault: Opened, filters: Filters, problems: list[str] | None = None, status: int = 422
) -> HttpResponse:
    rows = queries.rows(vault.who, filters)
    found = queries.look_through(vault, rows, filters) if filters.looks_inside else queries.Found()
    page = None
    if not filters.looks_inside:
        page = page_of(rows, order=queries.ORDER, query=request.GET, is_counted=False)
        found.reads = [queries.read(vault, row) for row in page.rows]
        found.folders.update(one.label.folder for one in found.reads if one.label and one.label.folder)
    about = contacts.one(vault, filters.contact) if filters.contact else None
    context = {
        "found": found,
        "cut": queries.FOUND if found.is_cut else 0,
        "page": page,
        "filters": filters,
        "folders": sorted(found.folders.items()),
        "about": about,
        "problems": problems or [],
        "typed": request.POST,
        "most": settings.DOCUMENT_BYTES // MEGA,
        "endings": ",".join(f".{one}" for one in KINDS),
    }
    return render(request, "crm/documents/documents.html", context, status=status if problems else 200)


def _page(
    request: HttpRequest,
    vault: Opened,
    found: Document,
    problem: str = "",
    typed: Mapping[str, str] | None = None,
    status: int = 422,
) -> HttpResponse:
    read = queries.read(vault, found)
    every = queries.editions(vault, found)
    label = read.label
    stored = {"name": label.name, "folder": label.folder, "tags": ", ".join(label.tags)} if label else {}
    # The beginning of a file is a file: who may have none sees none of it either.
    may_look = request.may_have_files()  # type: ignore[attr-defined]
    text = _text(vault, every[0][0], label) if label and every and may_look else None
    context = {
        "read": read,
        "document": found,
        "editions": every,
        "values": typed if typed is not None else stored,
        "problem": problem,
        "text": text,
        "most": settings.DOCUMENT_BYTES // MEGA,
        "endings": ",".join(f".{one}" for one in KINDS),
    }
    return render(request, "crm/documents/document.html", context, status=status if problem else 200)


def _text(vault: Opened, edition: Edition, label: Label) -> str | None:
    """The beginning of a text; None for what is none or does not open."""
    if not label.is_text:
        return None
    try:
        content = b"".join(files.content(vault=vault, row=edition.file, end=TEXT_SHOWN))
    except (Unopened, StoreFailed):
        return None
    return content.decode("utf-8-sig", "replace")
