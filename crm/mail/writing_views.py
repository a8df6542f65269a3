"""Writing a mail: a new one, a reply, one handed on, or a draft gone on with; sent once, or saved as a draft."""

from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts.ground.access.gates import SIGNED_IN, gate
from crm.contacts.filters import book
from crm.documents.rules import DocumentProblem
from crm.mail import queries, reading, sending
from crm.mail.context import access_of_own, asked
from crm.mail.keeping import keep_sent
from crm.mail.reading import Mail
from crm.mail.rules import Access, MailProblem, ServerProblem, Unsure, room_for_files
from crm.mail.sending import Origin, Sent, Upload
from crm.mail.writing import (
    DRAFT,
    FORWARD,
    MOST_FILES,
    MOST_PEOPLE,
    REPLY,
    REPLY_ALL,
    Letter,
    answer_to,
    looked_through,
)
from crm.vault.context import opened
from crm.vault.sealed import Opened
from portal.lib.filekinds import MEGA

KINDS = (REPLY, REPLY_ALL, FORWARD, DRAFT)
LINES = ("to", "cc", "bcc", "subject", "body", "in_reply_to", "references")
# The fields that a problem can be told at.
LINKED = ("to", "cc", "bcc", "subject", "body", "file")


@gate(SIGNED_IN)
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def write(request: HttpRequest) -> HttpResponse:
    """The form; what is posted is sent, or saved among the drafts at the server."""
    vault = opened(request)
    mailbox = queries.own(vault)
    if mailbox is None:
        messages.error(request, _("Connect your mailbox first; then you can write from here."))
        return redirect("mail:home")
    address = ""
    try:
        access = access_of_own(vault, mailbox)
        address = access.address
        if request.method == "POST":
            return _posted(request, vault, access)
        origin, mail = _origin(request.GET), None
        if origin is not None:
            mail = asked(request, vault, "mail", lambda: reading.read(access, origin.folder, origin.key, is_seen=True))
        letter = answer_to(mail, origin.kind, access.address) if mail and origin else _begun(request, vault)
    except ServerProblem as problem:
        # Writing needs no server, only what it follows does.
        heading = _("What this mail follows cannot be fetched now") if address else _("Your mailbox cannot be used now")
        letter, found = _begun(request, vault), {"": str(problem)}
        return _page(request, letter, None, address=address, problems=found, heading=heading, status=200)
    return _page(request, letter, origin, mail=mail, address=access.address)


def _posted(request: HttpRequest, vault: Opened, access: Access) -> HttpResponse:
    said = request.POST
    letter = Letter(**{name: said.get(name, "") for name in LINES})
    origin = _origin(said)
    uploads = [Upload(one.name or "", one) for one in request.FILES.getlist("file")]  # type: ignore[arg-type]
    is_draft = said.get("do") == "draft"
    try:
        sendable = looked_through(letter, is_draft=is_draft)
        at = timezone.now()
        if is_draft:
            asked(request, vault, "send", lambda: sending.save_draft(access, sendable, uploads, origin, at=at))
            messages.success(request, _("The draft is saved at your mail server."))
            return redirect("mail:home")
        once = f"{vault.who.user_id}/{_key(said)}"
        sent = asked(request, vault, "send", lambda: sending.send(access, sendable, uploads, origin, once=once, at=at))
    except (MailProblem, ServerProblem, DocumentProblem) as problem:
        found = problem.problems if isinstance(problem, MailProblem) else {getattr(problem, "field", ""): str(problem)}
        heading = _("It is not known whether the mail has left") if isinstance(problem, Unsure) else ""
        return _page(request, letter, origin, address=access.address, problems=found, heading=heading)
    keep_sent(vault=vault, raw=sent.raw, hidden=sent.hidden, at=at)
    _tell(request, sent)
    return redirect("mail:home")


def _tell(request: HttpRequest, sent: Sent) -> None:
    """That it has left, and what of it has not gone as wished."""
    if sent.refused:
        # Without their names: what the next page tells stands readable until then.
        words = ngettext(
            "The mail is sent, but the server takes none to %(count)d of its recipients.",
            "The mail is sent, but the server takes none to %(count)d of its recipients.",
            len(sent.refused),
        )
        messages.warning(request, words % {"count": len(sent.refused)})
    elif not sent.is_filed:
        messages.warning(request, _("The mail is sent, but no copy of it could be put among the sent ones."))
    else:
        messages.success(request, _("The mail is sent."))


def _origin(said: QueryDict) -> Origin | None:
    """The mail at the server that this one follows."""
    kind, key = said.get("kind", ""), said.get("mail", "")
    if not kind and not key:
        return None
    if kind not in KINDS or not reading.is_key(key):
        raise Http404
    parts = [int(one) for one in said.getlist("part") if one.isascii() and one.isdigit() and len(one) < 4]
    return Origin(reading.folder_of(said), key, kind, tuple(parts[: MOST_FILES + 1]))


def _begun(request: HttpRequest, vault: Opened) -> Letter:
    """To the contacts that the address names."""
    keys = []
    for text in request.GET.getlist("contact")[:MOST_PEOPLE]:
        try:
            keys.append(UUID(text))
        except ValueError:
            continue
    found = [one.shown_email for one in book(vault).filter(pk__in=keys)] if keys else []
    return Letter(to=", ".join(filter(None, found)), subject=request.GET.get("subject", "")[:200])


def _key(said: QueryDict) -> str:
    try:
        return UUID(said.get("key", "")).hex
    except ValueError:
        return uuid4().hex


def _page(
    request: HttpRequest,
    letter: Letter,
    origin: Origin | None,
    *,
    mail: Mail | None = None,
    address: str = "",
    problems: dict[str, str] | None = None,
    heading: str = "",
    status: int = 422,
) -> HttpResponse:
    carries = origin is not None and origin.kind in (FORWARD, DRAFT)
    context: dict[str, Any] = {
        "letter": letter,
        "origin": origin,
        "address": address,
        "files": mail.content.files if carries and mail and mail.content else (),
        "parts": origin.parts if origin else (),
        "key": request.POST.get("key") or uuid4(),
        "problems": problems or {},
        "heading_of_problems": heading or _("The mail has not left"),
        "most_files": MOST_FILES,
        "most": room_for_files() // MEGA,
        "is_ready": bool(address),
        "linked": LINKED,
        "is_posted": request.method == "POST",
        "is_unopened": mail is not None and mail.content is None,
    }
    return render(request, "crm/mail/write.html", context, status=status if problems else 200)
