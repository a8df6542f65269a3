"""The page behind the contact's invitation icon."""

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.desk.applying.actions import Wish
from accounts.desk.applying.forms import InvitationForm
from accounts.desk.applying.rules import ApplicationProblem
from accounts.ground.access.gates import SIGNED_IN, gate
from accounts.ground.applications.queries import own_master
from accounts.ground.clock import exchange_today
from accounts.ground.tree.rules import TreeProblem
from crm.contacts import inviting
from crm.contacts.record_views import enter
from crm.contacts.rules import ContactProblem
from crm.locks.actions import LockedBy
from crm.locks.views import told


@gate(SIGNED_IN)
def invite(request: HttpRequest, contact: UUID) -> HttpResponse:
    """Name and e-mail come from the contact; who has no e-mail cannot be invited."""
    vault, read = enter(request, contact)
    inviting.check_may_invite(vault)
    found = read.contact
    try:
        inviting.check_reachable(found)
        parent = own_master(vault.who)
    except (ApplicationProblem, TreeProblem) as problem:
        messages.error(request, str(problem))
        return redirect("contacts:profile", found.pk)
    country = read.record.get("residence") or (found.party.residence if found.party else "") or "USA"
    begun = {
        "name": inviting.name_of(found),
        "email": found.shown_email,
        "kind": inviting.USUAL_KIND.get(found.kind, "individual"),  # type: ignore[call-overload]
        "country": country,
        "base_currency": parent.base_currency,
        "language": found.party.language if found.party else request.LANGUAGE_CODE,
    }
    form = InvitationForm(request.POST or None, initial=begun)
    if request.method == "POST" and form.is_valid():
        wish, at, day = Wish(**form.cleaned_data), timezone.now(), exchange_today()
        try:
            made = inviting.invite(vault=vault, contact=found, wish=wish, site=settings.PUBLIC_URL, at=at, day=day)
        except LockedBy as locked:
            return told(request, locked)
        except (ApplicationProblem, TreeProblem, ContactProblem) as problem:
            form.add_error(None, str(problem))
        else:
            messages.success(request, _("The invitation is on its way to %(email)s.") % {"email": made.email})
            return redirect("contacts:configuration", found.pk)
    context = {"form": form, "contact": found}
    return render(request, "crm/contacts/invite.html", context, status=422 if form.errors else 200)
