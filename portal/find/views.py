"""Search everywhere: what is offered while somebody types, and the same as a page of its own."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from accounts.ground.access.gates import gate
from portal.find.queries import found
from portal.find.used import remember
from portal.records.queries import named

# Fields that show what is found below themselves, each with ids of its own.
FIELDS = ("top", "palette")


@gate("view")
def find(request: HttpRequest) -> HttpResponse:
    """What a few letters may mean. A whole account number that was sent off opens its account."""
    text, field = request.GET.get("q"), request.GET.get("for")
    if field in FIELDS:
        return render(
            request, "find/found.html", {"found": found(request, text, is_palette=field == "palette"), "prefix": field}
        )
    result = found(request, text, on_page=True)
    if number := named(request.seat, result.text):  # type: ignore[attr-defined]
        return redirect("records:account", number)
    return render(request, "find/page.html", {"found": result})


@gate("view")
@require_POST
def used(request: HttpRequest) -> HttpResponse:
    """Remember what was chosen."""
    remember(request, request.POST.get("address", "")[:200])
    return HttpResponse(status=204)
