"""The form of a semi-electronic application as a PDF: what was answered, the agreement, and where the client signs."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.http import require_safe

from accounts.desk.applying import queries
from accounts.desk.applying.behind import Behind, of_row, seen_hash, text_of
from accounts.desk.applying.rules import ApplicationProblem
from accounts.desk.filling.actions import check_printable
from accounts.ground.access.gates import gate
from accounts.ground.clock import exchange_today
from fees.papers.paper import Paper

LINE = "_" * 48


@gate("manage", proved=True)
@require_safe
def application_pdf(request: HttpRequest, number: str) -> HttpResponse:
    """To be printed and signed, once every page is answered."""
    who, day = request.seat, exchange_today()  # type: ignore[attr-defined]
    try:
        application = queries.begun(who, number)
        check_printable(application, day)
    except ApplicationProblem as problem:
        return render(request, "applying/refused.html", {"words": str(problem)}, status=409)
    behind = of_row(application)
    with override(application.language):
        content = _printed(behind, text_of(behind, day))
    answer = HttpResponse(content, content_type="application/pdf")
    answer["Content-Disposition"] = f'attachment; filename="application-{application.account.number}.pdf"'
    return answer


def _printed(behind: Behind, text: str) -> bytes:
    paper = Paper(f"{behind.number}  \N{MIDDLE DOT}  {seen_hash(text)[:16]}")
    paper.add_page()
    paper.say(behind.name, size=16, after=4)
    for line in text.split("\n"):
        if line:
            paper.say(line)
        else:
            paper.ln(3)
    paper.ln(12)
    paper.say(f"{_('Signature')}  {LINE}", after=8)
    paper.say(f"{_('Date')}  {LINE}")
    return bytes(paper.output())
