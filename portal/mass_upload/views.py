"""The page of mass upload: a workbook of at least twenty accounts, its template, and what is wrong with each row."""

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_safe

from accounts.desk.applying.forms import dressed
from accounts.desk.applying.kinds import BY_KEY, GROUP_WORDS
from accounts.desk.applying.rules import ApplicationProblem
from accounts.ground.access.gates import gate
from accounts.ground.applications.queries import own_master
from accounts.ground.clock import exchange_today
from accounts.ground.tree.rules import TreeProblem
from portal.lib import xlsx
from portal.mass_upload import actions, reading

WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
EXAMPLE = ("C1", "Ana Ruiz", "ana@example.com", "ruizan", "USA", "", "USD", "", "1980-03-22")


class UploadForm(forms.Form):
    """A workbook, and the one kind of account that all of its rows ask for."""

    kind = forms.ChoiceField(label=gettext_lazy("Kind of account"), choices=[])
    language = forms.ChoiceField(label=gettext_lazy("Language of the invitation"), choices=settings.LANGUAGES)
    file = forms.FileField(label=gettext_lazy("Workbook"), help_text=gettext_lazy("XLSX or CSV; 20 to 200 accounts"))
    sends = forms.BooleanField(label=gettext_lazy("Invite every client by e-mail at once"), required=False)

    def __init__(self, *args: object, **more: object) -> None:
        super().__init__(*args, **more)  # type: ignore[arg-type]
        groups = [(words, [(one.key, one.words) for one in reading.BULK_KINDS if one.group == group])
                  for group, words in GROUP_WORDS.items()]  # fmt: skip
        self.fields["kind"].choices = [one for one in groups if one[1]]  # type: ignore[attr-defined]
        dressed(self)


@gate("manage")
def upload(request: HttpRequest) -> HttpResponse:
    """All rows become applications, or none does and the report names what to mend."""
    who, lines = request.seat, []  # type: ignore[attr-defined]
    form = UploadForm(request.POST or None, request.FILES or None, initial={"language": request.LANGUAGE_CODE})
    try:
        parent = own_master(who)
        actions.check_may(parent)
    except (TreeProblem, ApplicationProblem) as problem:
        return render(request, "applying/refused.html", {"words": str(problem)}, status=409)
    if request.method == "POST" and form.is_valid():
        said, at, day = form.cleaned_data, timezone.now(), exchange_today()
        try:
            content = said["file"].read(reading.MOST_BYTES + 1)
            kind = BY_KEY[said["kind"]]
            lines = actions.read(content=content, kind=kind, parent=parent, language=said["language"], day=day)
            made = actions.apply_for_all(
                who=who, parent=parent, lines=lines, sends=said["sends"], site=settings.PUBLIC_URL, at=at, day=day
            )
        except (ApplicationProblem, TreeProblem) as problem:
            form.add_error(None, str(problem))
        else:
            words = ngettext("%(count)d application was made.", "%(count)d applications were made.", len(made))
            messages.success(request, words % {"count": len(made)})
            return redirect("applying:client_applications")
    context = {"form": form, "wrong": [one for one in lines if one.problems], "right": _right(lines)}
    return render(request, "mass_upload/upload.html", context, status=422 if form.errors else 200)


@gate("manage", proved=True)
@require_safe
def template(request: HttpRequest) -> HttpResponse:
    """The columns with one row as an example."""
    content = xlsx.write_bytes([reading.COLUMNS, EXAMPLE], sheet=_("Account information"))
    answer = HttpResponse(content, content_type=WORKBOOK)
    answer["Content-Disposition"] = 'attachment; filename="accounts.xlsx"'
    return answer


def _right(lines: list[reading.Line]) -> int:
    return sum(not one.problems for one in lines)
