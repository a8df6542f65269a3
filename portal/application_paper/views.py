"""The form of a semi-electronic application as a PDF: what was answered, the agreement, and where the client signs."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.desk.applying import queries
from accounts.desk.applying.behind import Behind, code_of, of_row, seen_hash
from accounts.desk.applying.kinds import Group
from accounts.desk.applying.rules import ApplicationProblem
from accounts.desk.filling.actions import printed
from accounts.ground.access.gates import gate
from accounts.ground.writing import told_in
from fees.papers.paper import Paper

LINE = "_" * 48


@gate("manage", proved=True)
@require_safe
def application_pdf(request: HttpRequest, number: str) -> HttpResponse:
    """To be printed and signed, once every page is answered."""
    who = request.seat  # type: ignore[attr-defined]
    try:
        application = queries.begun(who, number)
        text = printed(application, timezone.now())
    except ApplicationProblem as problem:
        return render(request, "applying/refused.html", {"words": str(problem)}, status=409)
    with told_in(application.language):
        content = _printed(of_row(application), text)
    answer = HttpResponse(content, content_type="application/pdf")
    answer["Content-Disposition"] = f'attachment; filename="application-{application.account.number}.pdf"'
    return answer


def _printed(behind: Behind, text: str) -> bytes:
    paper = Paper(f"{behind.number}  \N{MIDDLE DOT}  {code_of(seen_hash(text))}")
    paper.add_page()
    paper.say(behind.name, size=16, after=4)
    for line in text.split("\n"):
        if line:
            paper.say(line)
        else:
            paper.ln(3)
    for _hand in range(2 if behind.kind.group == Group.JOINT else 1):
        paper.ln(12)
        paper.say(f"{_('Signature')}  {LINE}", after=8)
        paper.say(f"{_('Date')}  {LINE}")
    return bytes(paper.output())
