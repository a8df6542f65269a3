"""Client applications in the back office: what was answered and handed in, tasks done or rejected, the approval."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.files.storage import default_storage
from django.db import models, transaction
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.debug import sensitive_variables

from accounts.desk.applying.behind import code_of, document_of, hidden_answers, of_row
from accounts.desk.applying.models import Application, ApplicationFile, ApplicationTask, TaskStanding
from accounts.desk.applying.rules import ApplicationProblem
from accounts.desk.approving import actions
from accounts.desk.messages.views import handed_out
from accounts.ground.access.admin import OfficeAdmin, RelatedFilter
from accounts.ground.access.context import current_alias
from accounts.ground.access.forms import OfficeForm
from accounts.ground.clock import exchange_today
from accounts.ground.tree.rules import TreeProblem

REFUSALS = (ApplicationProblem, TreeProblem)


class RefusingAdmin(OfficeAdmin):
    """What an action refuses is said, and neither noted nor praised as a change."""

    def changeform_view(self, request: HttpRequest, *args: Any, **more: Any) -> HttpResponse:
        try:
            return super().changeform_view(request, *args, **more)
        except REFUSALS as problem:
            self.message_user(request, str(problem), messages.ERROR)
            return HttpResponseRedirect(request.path)


class ApplicationForm(OfficeForm):
    """The one thing that is typed: the broker's number."""

    number = forms.CharField(label=gettext_lazy("The broker's account number"), max_length=12)

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        if "number" in self.fields:
            self.fields["number"].initial = self.instance.account.number


class TaskForm(OfficeForm):
    """Why a task is rejected."""

    reason = forms.CharField(
        label=gettext_lazy("Reason for rejecting"),
        max_length=actions.LONGEST_REASON,
        help_text=gettext_lazy("The practice and the client read it; saving rejects the task"),
    )


@admin.register(Application)
class ApplicationAdmin(RefusingAdmin):
    words = gettext_lazy("Client applications")
    may_add = False
    form = ApplicationForm
    list_display = ["name", "number", "status", "kind", "method", "state", "practice", "submitted_at", "left"]
    list_filter = ["state", "method", "account__status", ("firm", RelatedFilter)]
    list_select_related = ["account", "practice"]
    search_fields = ["name", "email", "account__number"]
    number_lookup = "account__number"
    ordering = ["-created_at", "pk"]
    actions = ["approve", "show_numbers"]
    sensitive_actions = ("show_numbers",)
    fields = ["name", "email", "username", "number", "status", "kind", "country", "tax_country", "method", "state"]
    fields += [
        "practice",
        "tells_opening",
        "sent_at",
        "expires_at",
        "attempted_at",
        "submitted_at",
        "signed_name",
        "duties",
    ]
    fields += ["code", "signed_text"]
    readonly_fields = [name for name in fields if name != "number"]

    def get_queryset(self, request: HttpRequest) -> "models.QuerySet[Any]":
        left = models.Q(tasks__for_approval=True) & ~models.Q(tasks__standing=TaskStanding.DONE)
        rows = super().get_queryset(request).select_related("account", "practice")
        return rows.annotate(tasks_left=models.Count("tasks", filter=left))

    @admin.display(description=gettext_lazy("Account number"), ordering="account__number")
    def number(self, row: Any) -> str:
        return row.account.number

    @admin.display(description=gettext_lazy("Status"), ordering="account__status")
    def status(self, row: Any) -> str:
        return row.account.get_status_display()

    @admin.display(description=gettext_lazy("Tasks left"))
    def left(self, row: Any) -> int:
        return row.tasks_left

    @admin.display(description=gettext_lazy("Tasks"))
    def duties(self, row: Any) -> SafeString:
        tasks = ApplicationTask.unscoped.filter(application=row).order_by("place")
        name = "admin:desk_applicationtask_change"
        lines = [(reverse(name, args=[one.pk]), str(one), one.get_standing_display()) for one in tasks]
        return format_html_join("", '<p><a href="{}">{}</a>: {}</p>', lines)

    @admin.display(description=gettext_lazy("What was signed"))
    def signed_text(self, row: Any) -> SafeString:
        return format_html("<pre>{}</pre>", document_of(row.document or row.paper) or "—")

    @admin.display(description=gettext_lazy("Code at the foot of the signed form"))
    def code(self, row: Any) -> str:
        return code_of(row.paper_hash) or "—"

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        is_under_way = obj is None or obj.account.is_application
        return super().has_change_permission(request, obj) and is_under_way

    def row_actions(self, request: HttpRequest, row: Any) -> list[str]:
        shown = ["show_numbers"] if row.answers else []
        return ["approve", *shown] if row.account.is_application else shown

    @admin.action(description=gettext_lazy("Show the tax number"))
    @sensitive_variables()
    def show_numbers(self, request: HttpRequest, rows: "models.QuerySet[Application]") -> HttpResponse | None:
        """In the answer itself, for one application at a time; who has looked stays noted."""
        row = rows.first() if rows.count() == 1 else None
        if row is None:
            self.message_user(request, _("Choose one application; the number is shown here and now."), messages.WARNING)
            return None
        self.log_change(request, row, _("The tax number was shown."))
        context = {
            **self.admin_site.each_context(request),
            "title": _("Tax number"),
            "row": row,
            "numbers": hidden_answers(of_row(row), exchange_today()),
            "opts": self.opts,
        }
        return TemplateResponse(request, "office/hidden_answers.html", context, headers={"Cache-Control": "no-store"})

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        actions.give_number(application=obj, number=form.cleaned_data["number"])

    @admin.action(description=gettext_lazy("Approve, and open the account"))
    def approve(self, request: HttpRequest, rows: "models.QuerySet[Application]") -> None:
        done = 0
        for row in rows:
            try:
                with transaction.atomic(using=current_alias.get()):
                    actions.approve(application=row, day=exchange_today())
            except REFUSALS as problem:
                self.message_user(request, f"{row}: {problem}", messages.ERROR)
            else:
                self.log_change(request, row, _("Approved."))
                done += 1
        if done:
            words = ngettext("%(count)d account was opened.", "%(count)d accounts were opened.", done)
            self.message_user(request, words % {"count": done}, messages.SUCCESS)


@admin.register(ApplicationTask)
class ApplicationTaskAdmin(RefusingAdmin):
    words = gettext_lazy("Tasks of applications")
    may_add = False
    form = TaskForm
    list_display = ["task", "number", "client", "owner", "standing", "for_approval", "practice", "started_on"]
    list_filter = ["standing", "owner", "for_approval", ("firm", RelatedFilter)]
    list_select_related = ["account", "practice", "application"]
    search_fields = ["account__number", "application__name"]
    number_lookup = "account__number"
    ordering = ["-started_on", "application", "place"]
    actions = ["finish"]
    fields = ["task", "number", "client", "form_number", "owner", "standing", "for_approval", "for_trading"]
    fields += ["documents", "reject_reason", "started_on", "completed_at", "reason"]
    readonly_fields = [name for name in fields if name != "reason"]

    @admin.display(description=gettext_lazy("Task"))
    def task(self, row: Any) -> str:
        return str(row)

    @admin.display(description=gettext_lazy("Account number"), ordering="account__number")
    def number(self, row: Any) -> str:
        return row.account.number

    @admin.display(description=gettext_lazy("Client"))
    def client(self, row: Any) -> str:
        return row.application.name

    @admin.display(description=gettext_lazy("Documents"))
    def documents(self, row: Any) -> SafeString | str:
        files = ApplicationFile.unscoped.filter(task=row).order_by("at")
        name = "admin:desk_applicationtask_file"
        links = [(reverse(name, args=[one.pk]), one.name, one.at.strftime("%Y-%m-%d %H:%M")) for one in files]
        return format_html_join("", '<p><a href="{}">{}</a>, {}</p>', links) or "—"

    def get_urls(self) -> list[Any]:
        found = path("file/<uuid:file>/", self.admin_site.admin_view(self.file), name="desk_applicationtask_file")
        return [found, *super().get_urls()]

    def file(self, request: HttpRequest, file: Any) -> FileResponse:
        """A document that was handed in, to be saved."""
        found = ApplicationFile.unscoped.filter(pk=file).first()
        if found is None or not default_storage.exists(found.place):
            raise Http404
        return handed_out(found)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        # What was handed in may turn out not to be enough until the account is open, whoever found it good.
        is_open = obj is None or (obj.account.is_application and (obj.takes_file or obj.standing != TaskStanding.DONE))
        return super().has_change_permission(request, obj) and is_open

    def row_actions(self, request: HttpRequest, row: Any) -> list[str]:
        return ["finish"] if row.standing != TaskStanding.DONE else []

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        actions.reject(task=obj, reason=form.cleaned_data["reason"], day=exchange_today())

    @admin.action(description=gettext_lazy("Mark as done"))
    def finish(self, request: HttpRequest, rows: "models.QuerySet[ApplicationTask]") -> None:
        at, done = timezone.now(), 0
        for row in rows:
            try:
                with transaction.atomic(using=current_alias.get()):
                    is_new = actions.finish(task=row, at=at)
            except ApplicationProblem as problem:
                self.message_user(request, f"{row}: {problem}", messages.ERROR)
            else:
                done += is_new
                self.log_change(request, row, _("Done."))
        if done:
            words = ngettext("%(count)d task is done.", "%(count)d tasks are done.", done)
            self.message_user(request, words % {"count": done}, messages.SUCCESS)
