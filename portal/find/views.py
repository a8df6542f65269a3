"""What the palette and the header's search offer while somebody types."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.ground.access.gates import gate
from accounts.ground.tree.queries import typed
from portal.find.rules import commands
from portal.records.queries import suggested


@gate("view")
def find(request: HttpRequest) -> HttpResponse:
    """What a few letters may mean: for the palette places and accounts, for the header accounts alone."""
    who = request.seat  # type: ignore[attr-defined]
    text = typed(request.GET.get("q"))
    is_palette = request.GET.get("for") == "palette"
    context = {
        "prefix": "palette" if is_palette else "top",
        "commands": commands(who.role, who.abilities, text) if is_palette else [],
        "accounts": suggested(who, text) if text else [],
    }
    return render(request, "find/found.html", context)
