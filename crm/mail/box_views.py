"""Connecting one's own mailbox: it is tried out before anything is kept, and let go when asked."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from accounts.ground.access.gates import SIGNED_IN, gate
from crm.mail import actions, queries
from crm.mail.context import access_of_own, any_port, own_or_missing, tried_out
from crm.mail.rules import Access, MailProblem, ServerProblem, access_of
from crm.vault.context import opened

FIELDS = ("address", "name", "username", "imap_host", "imap_port", "smtp_host", "smtp_port", "password")


@gate(SIGNED_IN)
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def box(request: HttpRequest) -> HttpResponse:
    """How one's mailbox is reached; saving signs in at both servers first, and keeps nothing that does not work."""
    vault = opened(request)
    mailbox = queries.own(vault)
    known: Access | None = None
    if mailbox is not None:
        try:
            known = access_of_own(vault, mailbox)
        except ServerProblem as problem:
            messages.error(request, str(problem))
    values = {name: str(getattr(known, name)) for name in FIELDS if name != "password"} if known else _usual()
    if request.method != "POST":
        return render(request, "crm/mail/box.html", {"mailbox": mailbox, "values": values})
    said = {name: request.POST.get(name, "") for name in FIELDS}
    try:
        access = access_of(said, any_port=any_port(), known=known)
        tried_out(request, vault, access)
    except (MailProblem, ServerProblem) as problem:
        found = problem.problems if isinstance(problem, MailProblem) else {problem.field: str(problem)}
        # What was typed as a password goes into no page.
        context = {"mailbox": mailbox, "values": {**said, "password": ""}, "problems": found}
        return render(request, "crm/mail/box.html", context, status=422)
    actions.connect(vault=vault, access=access, at=timezone.now())
    messages.success(request, _("Your mailbox is connected: both servers have taken the password."))
    return redirect("mail:home")


@gate(SIGNED_IN)
@require_POST
def let_go(request: HttpRequest) -> HttpResponse:
    """Forget the mailbox and its password."""
    vault = opened(request)
    own_or_missing(vault)
    actions.let_go(vault=vault)
    messages.success(
        request, _("The mailbox is let go and its password forgotten. The mails stay at your mail server.")
    )
    return redirect("mail:home")


def _usual() -> dict[str, str]:
    return {"imap_port": "993", "smtp_port": "465"}
