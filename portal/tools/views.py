"""The page that leads to the tools."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.ground.access.gates import gate
from portal.tools.rmd.views import advisor


@gate("report")
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What there is, and what each is for."""
    advisor(request)
    return render(request, "tools/home.html")
