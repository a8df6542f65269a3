"""The advisor's pages of client applications: whom one has invited, what is still to be done, and the buttons."""

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import BadRequest
from django.db.models import Q
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.desk.applying import actions, papers, queries
from accounts.desk.applying.forms import InvitationForm
from accounts.desk.applying.models import ApplicationTask, Method, TaskOwner
from accounts.desk.applying.rules import ApplicationProblem
from accounts.desk.messages.views import handed_out
from accounts.ground.access.gates import gate
from accounts.ground.applications.forms import refuse_what_is_not_asked
from accounts.ground.applications.queries import own_master
from accounts.ground.clock import exchange_today
from accounts.ground.invitations.models import InvitationState
from accounts.ground.paging import order_of, page_of
from accounts.ground.tree.rules import TreeProblem
from portal.lib import csvtext


@gate("manage")
@require_safe
def applications(request: HttpRequest) -> HttpResponse:
    """Everybody who was asked to apply, newest first, by the state of the invitation."""
    state = request.GET.get("state", "")
    rows = queries.applications(request.seat, timezone.now())  # type: ignore[attr-defined]
    if state in InvitationState.values:
        rows = rows.filter(state_now=state)
    words = request.GET.get("q", "").strip()[:100]
    if words:
        rows = rows.filter(Q(name__icontains=words) | Q(account__number__istartswith=words))
    sort = request.GET.get("sort", queries.USUAL_ORDER)
    page = page_of(rows, order=order_of(sort, queries.ORDERS, queries.USUAL_ORDER), query=request.GET)
    for row in page.rows:
        row.state_words = InvitationState(row.state_now).label
    context = {"page": page, "sort": sort, "state": state, "states": InvitationState.choices, "words": words}
    return render(request, "applying/applications.html", context)


@gate("manage")
def invite(request: HttpRequest) -> HttpResponse:
    """Invite somebody to apply, fully electronically."""
    refuse_what_is_not_asked(set(request.POST))
    who = request.seat  # type: ignore[attr-defined]
    try:
        parent = own_master(who)
    except TreeProblem as problem:
        return _refused(request, problem)
    form = InvitationForm(
        request.POST or None, initial={"base_currency": parent.base_currency, "language": request.LANGUAGE_CODE}
    )
    if request.method == "POST" and form.is_valid():
        wish, at, day = actions.Wish(**form.cleaned_data), timezone.now(), exchange_today()
        try:
            made = actions.invite(who=who, parent=parent, wish=wish, site=settings.PUBLIC_URL, at=at, day=day)
        except (ApplicationProblem, TreeProblem) as problem:
            form.add_error(None, str(problem))
        else:
            messages.success(request, _("The invitation is on its way to %(email)s.") % {"email": made.email})
            return _at(made.account.number)
    return render(request, "applying/invite.html", {"form": form}, status=422 if form.errors else 200)


@gate("manage")
@require_safe
def tasks(request: HttpRequest, number: str) -> HttpResponse:
    """What is to be done before an application becomes an account."""
    who, now = request.seat, timezone.now()  # type: ignore[attr-defined]
    account, application = queries.application_for(who, number)
    context: dict[str, object] = {"account": account, "application": application}
    if application is not None:
        state = application.state_at(now)
        rows = queries.tasks_of(who, application)
        context |= {
            "rows": rows,
            "state": state,
            "state_words": InvitationState(state).label,
            "takers": [one for one in rows if takes_now(one)] if account.is_application else [],
            "may_send": account.status in (("N",) if application.submitted_at is None else ("N", "P"))
            and application.method != Method.SEMI,
            "may_cancel": application.link_hash is not None and application.submitted_at is None,
        }
    return render(request, "applying/tasks.html", context)


@gate("manage", proved=True)
@require_safe
def tasks_file(request: HttpRequest, number: str) -> HttpResponse:
    """The tasks as a list to save."""
    who = request.seat  # type: ignore[attr-defined]
    try:
        application = queries.begun(who, number)
    except ApplicationProblem as problem:
        return _refused(request, problem)
    head = (_("Task"), _("Form number"), _("Owner"), _("State"), _("Required for approval"), _("Required for trading"))
    table = [(*head, _("Reason for rejecting"), _("Started"), _("Completed"))]
    table += [line_of(one) for one in queries.tasks_of(who, application)]
    answer = HttpResponse(csvtext.write_bytes(table), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="tasks-{application.account.number}.csv"'
    return answer


@gate("manage")
@require_POST
def send(request: HttpRequest, number: str) -> HttpResponse:
    """Send the invitation again with a new link; the one before no longer opens anything."""
    try:
        application = queries.begun(request.seat, number)  # type: ignore[attr-defined]
        actions.send(application=application, site=settings.PUBLIC_URL, at=timezone.now())
    except ApplicationProblem as problem:
        return _refused(request, problem)
    messages.success(request, _("A new link is on its way; the one before no longer works."))
    return _at(application.account.number)


@gate("manage")
@require_POST
def cancel(request: HttpRequest, number: str) -> HttpResponse:
    """Make the link worthless."""
    try:
        application = queries.begun(request.seat, number)  # type: ignore[attr-defined]
        actions.cancel(application=application)
    except ApplicationProblem as problem:
        return _refused(request, problem)
    messages.success(request, _("The invitation is cancelled; its link no longer works."))
    return _at(application.account.number)


@gate("manage")
@require_POST
def notice(request: HttpRequest, number: str) -> HttpResponse:
    """Whether the client is told by mail when the account opens."""
    try:
        application = queries.begun(request.seat, number)  # type: ignore[attr-defined]
    except ApplicationProblem as problem:
        return _refused(request, problem)
    actions.set_notice(application=application, tells_opening=request.POST.get("tells") == "yes")
    messages.success(request, _("Saved."))
    return _at(application.account.number)


@gate("manage")
@require_POST
def upload(request: HttpRequest, number: str) -> HttpResponse:
    """Hand a document in for the client."""
    who = request.seat  # type: ignore[attr-defined]
    try:
        application = queries.begun(who, number)
        if "task" not in request.POST:
            raise BadRequest("no task named")
        task = queries.task_for(who, application, request.POST["task"])
        file = request.FILES.get("file")
        if file is None:
            raise ApplicationProblem(_("Choose a file first."))
        papers.hand_in(who=who, task=task, file=file, at=timezone.now())
    except ApplicationProblem as problem:
        return _refused(request, problem)
    messages.success(request, _("The document is with the back office."))
    return _at(application.account.number)


@gate("manage", proved=True)
@require_safe
def file(request: HttpRequest, number: str, file: UUID) -> HttpResponse | FileResponse:
    """A document that was handed in, to be saved."""
    who = request.seat  # type: ignore[attr-defined]
    try:
        application = queries.begun(who, number)
    except ApplicationProblem as problem:
        return _refused(request, problem)
    return handed_out(queries.file_for(who, application, file))


def takes_now(task: ApplicationTask) -> bool:
    """Whether a document can be handed in for a task."""
    return task.takes_file and task.owner == TaskOwner.CLIENT and task.completed_at is None


def line_of(task: ApplicationTask) -> tuple[csvtext.Cell, ...]:
    """A task as a line of the list."""
    said = (_("Yes"), _("No"))
    return (
        str(task),
        task.form_number,
        task.get_owner_display(),
        task.get_standing_display(),
        said[not task.for_approval],
        said[not task.for_trading],
        task.reject_reason,
        task.started_on,
        task.completed_at,
    )


def _at(number: str) -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("applying:application_tasks", args=[number]))


def _refused(request: HttpRequest, problem: Exception) -> HttpResponse:
    return render(request, "applying/refused.html", {"words": str(problem)}, status=409)
