"""One's own mail: folders, lists, one mail with its files, and putting mails in their place."""

import io
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header, urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from accounts.ground.access.gates import SIGNED_IN, gate
from crm.contacts import chosen
from crm.contacts.rules import ContactProblem
from crm.documents import actions as documents
from crm.documents.rules import DocumentProblem
from crm.documents.scanning import scanner
from crm.mail import keeping, queries, reading
from crm.mail.context import access_of_own, asked, own_or_missing, wanted_of
from crm.mail.reading import MOST_AT_ONCE
from crm.mail.rules import LONGEST_WORDS, ServerProblem
from crm.vault.context import opened
from crm.vault.rules import PROVED, member_seat

# Nothing in a file runs or loads anything, wherever a browser puts it.
SHUT = "default-src 'none'; frame-ancestors 'none'; sandbox"


@gate(SIGNED_IN)
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """A page of a folder; without a mailbox, how one comes by one, for which nothing sealed is opened."""
    if not queries.is_connected(member_seat(request.seat)):  # type: ignore[attr-defined]
        return render(request, "crm/mail/none.html")
    vault = opened(request)
    mailbox = own_or_missing(vault)
    wanted = wanted_of(request.GET.dict())
    context: dict[str, Any] = {"mailbox": mailbox, "wanted": wanted}
    try:
        access = access_of_own(vault, mailbox)
        context["address"] = access.address
        context["found"] = asked(request, vault, "list", lambda: reading.look(access, wanted))
    except ServerProblem as problem:
        context["problem"] = str(problem)
    return render(request, "crm/mail/list.html", context)


@gate(SIGNED_IN)
@require_safe
def mail(request: HttpRequest, mail: str) -> HttpResponse:
    """One mail: its words first, its formatted form when asked for; looking at it marks it as read."""
    vault = opened(request)
    mailbox, folder = own_or_missing(vault), reading.folder_of(request.GET)
    if not reading.is_key(mail):
        raise Http404
    context: dict[str, Any] = {"folder": folder, "is_formatted": request.GET.get("as") == "formatted"}
    try:
        access = access_of_own(vault, mailbox)
        found = asked(request, vault, "mail", lambda: reading.read(access, folder, mail, is_seen=True))
        context["mail"] = found
        if found.folder.use not in ("drafts", "junk", "trash"):
            heads, now = found.line.heads, timezone.now()
            # Which of both it is says the folder: anybody can write our address above a mail.
            is_out, came = found.folder.use == "sent", found.line.came
            context["standing"] = keeping.keep(
                vault=vault, heads=heads, content=found.content, came=came, at=now, is_out=is_out
            )
            context["contacts"] = keeping.known(vault, [heads.sender.email])
            standing = context["standing"]
            about = [one.contact for one in (*standing.copies, *standing.unwanted)]
            context["about"] = list({one.pk: one for one in (*about, *context["contacts"])}.values())
    except ServerProblem as problem:
        context["problem"] = str(problem)
    return render(request, "crm/mail/mail.html", context)


@gate(PROVED)
@require_safe
def file(request: HttpRequest, mail: str, part: int) -> HttpResponse:
    """A file of a mail, looked through for malware and only ever saved."""
    vault = opened(request)
    mailbox, folder = own_or_missing(vault), reading.folder_of(request.GET)
    if not reading.is_key(mail):
        raise Http404
    try:
        access = access_of_own(vault, mailbox)
        name, content = asked(request, vault, "file", lambda: scanned(reading.fetch_file(access, folder, mail, part)))
    except (ServerProblem, DocumentProblem) as problem:
        messages.error(request, str(problem))
        return redirect(f"{reverse('mail:mail', args=[mail])}?{urlencode({'folder': folder})}")
    return as_file(name, content)


@gate(SIGNED_IN)
@require_POST
def to_documents(request: HttpRequest, mail: str, part: int) -> HttpResponse:
    """A file of a mail among the documents of a contact, or of the practice, by the rules of an upload."""
    vault = opened(request)
    mailbox, folder = own_or_missing(vault), reading.folder_of(request.POST)
    if not reading.is_key(mail):
        raise Http404
    try:
        about = chosen.contact_of(vault, request.POST.get("contact", ""))
        access = access_of_own(vault, mailbox)
        name, content = asked(request, vault, "file", lambda: reading.fetch_file(access, folder, mail, part))
        document = documents.keep(vault=vault, name=name, file=io.BytesIO(content), contact=about, at=timezone.now())
    except (ServerProblem, DocumentProblem, ContactProblem) as problem:
        # On a page of its own: the words name files, and what the next page tells stands readable until then.
        back = f"{reverse('mail:mail', args=[mail])}?{urlencode({'folder': folder})}"
        return render(request, "crm/mail/not_saved.html", {"problem": str(problem), "back": back}, status=422)
    messages.success(request, _("The file is among the documents."))
    return redirect("documents:document", document.pk)


@gate(SIGNED_IN)
@require_POST
def several(request: HttpRequest) -> HttpResponse:
    """Marked mails of a folder: as read, as unread, or into the server's trash."""
    vault = opened(request)
    mailbox, folder = own_or_missing(vault), reading.folder_of(request.POST)
    keys = [one for one in request.POST.getlist("mail")[:MOST_AT_ONCE] if reading.is_key(one)]
    # Where one was: on that page, with the search.
    place = {name: value for name in ("page", "q", "unread") if (value := request.POST.get(name, "")[:LONGEST_WORDS])}
    back = f"{reverse('mail:home')}?{urlencode({'folder': folder, **place})}"
    does = request.POST.get("do", "")
    if not keys or does not in ("read", "unread", "trash"):
        messages.error(request, _("No mail is chosen."))
        return redirect(back)
    try:
        access = access_of_own(vault, mailbox)
        if does == "trash":
            count = asked(request, vault, "put", lambda: reading.throw_away(access, folder, keys))
            words = ngettext("%(count)d mail is in the trash.", "%(count)d mails are in the trash.", count)
        else:
            is_read = does == "read"
            count = asked(request, vault, "put", lambda: reading.mark(access, folder, keys, is_read=is_read))
            words = (
                ngettext("%(count)d mail is marked as read.", "%(count)d mails are marked as read.", count)
                if is_read
                else ngettext("%(count)d mail is marked as unread.", "%(count)d mails are marked as unread.", count)
            )
        messages.success(request, words % {"count": count})
    except ServerProblem as problem:
        messages.error(request, str(problem))
    return redirect(back)


def as_file(name: str, content: bytes) -> HttpResponse:
    """Saved, whatever it is: nothing of a stranger's is shown by a browser."""
    answer = HttpResponse(content, content_type="application/octet-stream")
    answer["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cache-Control"] = "private, no-store"
    answer["Content-Security-Policy"] = SHUT
    return answer


def scanned(found: tuple[str, bytes]) -> tuple[str, bytes]:
    """A file that no scanner refuses. Raises DocumentProblem."""
    scanner().look(io.BytesIO(found[1]))
    return found
