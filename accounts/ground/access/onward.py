"""Where a form leads when it is done: the page that somebody came from, if it is one of ours."""

from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme


def onward(request: HttpRequest) -> str:
    """The path that the field or the query `next` names; "" where it leads to another site, or nowhere."""
    there = request.POST.get("next") or request.GET.get("next") or ""
    is_ours = there.startswith("/") and url_has_allowed_host_and_scheme(there, allowed_hosts=None)
    return there if is_ours else ""
