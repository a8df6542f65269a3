"""Mails kept with contacts: reading one, throwing it away and taking it back."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.ground.access.gates import SIGNED_IN, gate
from accounts.ground.paging import page_of
from crm.mail import forgetting, keeping
from crm.mail.models import KeptMail
from crm.vault.context import opened
from crm.vault.sealed import Opened


@gate(SIGNED_IN)
@require_safe
def kept(request: HttpRequest, kept: UUID) -> HttpResponse:
    """A mail kept with a contact, the trash included."""
    vault = opened(request)
    return render(request, "crm/mail/kept.html", {"read": keeping.read(vault, _one(vault, kept))})


@gate(SIGNED_IN)
@require_safe
def trash(request: HttpRequest) -> HttpResponse:
    """The mails that were forgotten and can be taken back, the newest first."""
    vault = opened(request)
    page = page_of(forgetting.trashed(vault), order=forgetting.ORDER, query=request.GET, is_counted=False)
    return render(
        request, "crm/mail/trash.html", {"page": page, "found": [keeping.read(vault, one) for one in page.rows]}
    )


@gate(SIGNED_IN)
@require_POST
def throw_away(request: HttpRequest, kept: UUID) -> HttpResponse:
    """Into the trash."""
    vault = opened(request)
    found = _one(vault, kept)
    forgetting.throw_away(vault=vault, mail=found, at=timezone.now())
    messages.success(request, _("The copy is in the trash; it can be taken back there."))
    return redirect("contacts:agenda", found.contact_id)


@gate(SIGNED_IN)
@require_POST
def take_back(request: HttpRequest, kept: UUID) -> HttpResponse:
    """Out of the trash; what is not there any more is kept again when it is opened."""
    vault = opened(request)
    contact = forgetting.contact_of(vault, kept)
    if contact is None:
        raise Http404
    if forgetting.take_back(vault=vault, pk=kept):
        messages.success(request, _("The copy is back."))
        return redirect("mail:kept", kept)
    messages.success(request, _("The mail is kept with its contact again when somebody opens it in a mailbox."))
    return redirect("contacts:agenda", contact.pk)


def _one(vault: Opened, pk: UUID) -> KeptMail:
    found = keeping.one(vault, pk)
    if found is None:
        raise Http404
    return found
