"""The practice's own fields of contacts: made, renamed, removed and taken back."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from accounts.ground.access.gates import SIGNED_IN, gate
from accounts.ground.clock import exchange_today
from crm.contacts.rules import ContactProblem
from crm.custom import actions, queries
from crm.custom.models import Form
from crm.vault.context import opened

TEXTS = ("label", "choices", "default")


@gate(SIGNED_IN)
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters(*TEXTS)
def fields(request: HttpRequest) -> HttpResponse:
    """All of them, and a form for one more."""
    vault, problem = opened(request), ""
    if request.method == "POST":
        said = {name: request.POST.get(name, "") for name in (*TEXTS, "form")}
        try:
            actions.create(vault=vault, at=timezone.now(), today=exchange_today(), **said)
        except ContactProblem as refused:
            problem = str(refused)
        else:
            messages.success(request, _("The field is kept; it stands in the form of every contact."))
            return redirect("custom:fields")
    context = {
        "own": queries.own(vault),
        "removed": queries.own(vault, is_removed=True),
        "forms": Form.choices,
        "problem": problem,
        "typed": request.POST,
    }
    return render(request, "crm/custom/fields.html", context, status=422 if problem else 200)


@gate(SIGNED_IN)
@require_POST
@sensitive_post_parameters(*TEXTS)
def change(request: HttpRequest, field: UUID) -> HttpResponse:
    """Another name or more choices; removed, or taken back."""
    vault = opened(request)
    row, do = queries.one(vault, field), request.POST.get("do")
    if row is None:
        raise Http404
    try:
        if do == "remove":
            actions.remove(row=row, at=timezone.now())
            messages.success(request, _("The field is removed. What contacts say there is kept; it can be taken back."))
        elif do == "back":
            actions.take_back(vault=vault, row=row)
            messages.success(request, _("The field is back with all that contacts say there."))
        else:
            said = {name: request.POST.get(name, "") for name in TEXTS}
            actions.change(vault=vault, row=row, today=exchange_today(), **said)
            messages.success(request, _("The field is kept; it stands in the form of every contact."))
    except ContactProblem as refused:
        messages.error(request, str(refused))
    return redirect("custom:fields")
