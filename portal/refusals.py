"""Refusals from outside the views: addresses that no page can mean, and errors in the shape that the asker reads.

People get a page, programs below /api/ get problem details, whoever refuses: the framework, a gate or a view.
"""

import json
from collections.abc import Callable, Iterable
from itertools import chain

from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotAllowed
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views import csrf, defaults

from crm.vault.rules import Locked

API = "/api/"
NUL = "\0"
METHODS_OF_PAGES = ("GET", "HEAD", "OPTIONS", "POST")


class WellFormed:
    """What no page can mean is refused before anything asks the database.

    PostgreSQL knows no null character, and a page is read or sent a form; other methods are for programs.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.method not in METHODS_OF_PAGES and not request.path_info.startswith(API):
            return HttpResponseNotAllowed(METHODS_OF_PAGES)
        if NUL in request.path_info:
            return not_found(request, Http404("a null character"))
        if any(NUL in text for text in _texts(request)):
            return bad_request(request, BadRequest("a null character"))
        return self.get_response(request)


def _texts(request: HttpRequest) -> Iterable[str]:
    """Every text of a request but its path: query, cookies, and the fields of a form."""
    yield from chain(*request.COOKIES.items())
    for said in (request.GET, request.POST) if request.method == "POST" else (request.GET,):
        for name, values in said.lists():
            yield name
            yield from (value for value in values if isinstance(value, str))


def problem_details(title: str, status: int, detail: str = "") -> HttpResponse:
    """An error of the API (RFC 9457); the detail is a sentence about this very case."""
    body = {"type": "about:blank", "title": title, "status": status, **({"detail": detail} if detail else {})}
    return HttpResponse(json.dumps(body), status=status, content_type="application/problem+json")


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400."""
    if request.path_info.startswith(API):
        return problem_details(_("Not valid"), 400)
    return defaults.bad_request(request, exception)


def not_allowed(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403, with the rule in words where a right was missing."""
    words = str(getattr(exception, "words", ""))
    if request.path_info.startswith(API):
        return problem_details(_("Not allowed"), 403, words)
    if isinstance(exception, Locked):
        told = {"words": words, "opens": exception.opens, "next": request.get_full_path()}
        return render(request, "crm/vault/locked.html", told, status=403)
    context = {"words": words, "other_seats": getattr(exception, "other_seats", False)}
    return render(request, "403.html", context, status=403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404."""
    if request.path_info.startswith(API):
        return problem_details(_("Not found"), 404)
    return defaults.page_not_found(request, exception)


def broken(request: HttpRequest) -> HttpResponse:
    """500: our mistake."""
    if request.path_info.startswith(API):
        return problem_details(_("Something broke on our side"), 500)
    return defaults.server_error(request)


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 for a form that did not come from a page of ours."""
    if request.path_info.startswith(API):
        return problem_details(_("Not allowed"), 403)
    return csrf.csrf_failure(request, reason)
