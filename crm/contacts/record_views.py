"""The pages of one contact: profile, configuration, financial, agenda, and the look from the list."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import get_language_info
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.ground.access.gates import SIGNED_IN, gate
from accounts.ground.clock import exchange_today
from accounts.ground.runs.queries import sealed_day
from crm.calendar import queries as calendar
from crm.contacts import queries, relations
from crm.contacts.fields import FINANCIAL, PARTS, PROFILE, Field, in_words, of_part
from crm.contacts.filters import book
from crm.contacts.models import Kind, State
from crm.contacts.queries import Known, Read
from crm.contacts.rules import MOVES
from crm.contacts.search import found_outside
from crm.custom.queries import fields
from crm.documents.rules import KINDS as DOCUMENT_KINDS
from crm.groups.queries import groups, of_contacts
from crm.tasks import queries as tasks
from crm.timeline.legs import About
from crm.timeline.queries import stream
from crm.timeline.sources import KINDS
from crm.vault.context import opened
from crm.vault.sealed import Opened
from crm.workflows import queries as workflows
from portal.lib.filekinds import MEGA

SHOWN_TASKS = 8


@gate(SIGNED_IN)
@require_safe
def profile(request: HttpRequest, contact: UUID) -> HttpResponse:
    """Who this is, and what the practice knows."""
    vault, read = enter(request, contact, in_part=True)
    context: dict[str, Any] = {"parts": told(read, PROFILE, fields(vault)), "accounts": _accounts(vault, read)}
    if read.contact.kind == Kind.HOUSEHOLD:
        context |= _household(vault, read)
    if read.contact.party is not None:
        context["language"] = _language(read.contact.party.language)
    return _page(request, "profile", read, context)


@gate(SIGNED_IN)
@require_safe
def configuration(request: HttpRequest, contact: UUID) -> HttpResponse:
    """What the broker knows of the client, how the accounts are set up, and what somebody is."""
    vault, read = enter(request, contact)
    context: dict[str, Any] = {
        "accounts": _accounts(vault, read),
        "moves": [(state, State(state).label) for state in MOVES.get(read.contact.state, ())],
    }
    context["related"] = relations.of(vault, read)
    held, every = of_contacts(vault, [read.contact.pk]), groups(vault)
    context["groups"] = [one for one in every if one.pk in held]
    context["other_groups"] = [one for one in every if one.may_change and one.count is not None and one.pk not in held]
    if words := request.GET.get("with", "").strip()[:100]:
        found = book(vault).filter(pk__in=found_outside(words)).exclude(pk=read.contact.pk)
        context |= {
            "asked": words,
            "others": found.order_by("sort_key", "pk")[: queries.SUGGESTED],
            "ties": [(key, word) for key, (word, _back) in relations.KINDS.items()],
        }
    if read.contact.party_id is None:
        words = request.GET.get("client", "")
        context |= {"clients": queries.clients_without(vault.who, words)[: queries.SUGGESTED], "words": words}
    return _page(request, "configuration", read, context)


@gate(SIGNED_IN)
@require_safe
def financial(request: HttpRequest, contact: UUID) -> HttpResponse:
    """What the accounts are worth, and what somebody has said of their means."""
    vault, read = enter(request, contact, in_part=True)
    accounts = _accounts(vault, read)
    worth = [one.value for one in accounts if one.value is not None]
    context = {
        "accounts": accounts,
        "total": sum(worth, Decimal(0)) if worth else None,
        "currency": accounts[0].account.firm.base_currency if accounts else "",
        "parts": told(read, FINANCIAL),
    }
    return _page(request, "financial", read, context)


@gate(SIGNED_IN)
@require_safe
def agenda(request: HttpRequest, contact: UUID) -> HttpResponse:
    """What is to be done about the contact, and what happened around it, newest first."""
    vault, read = enter(request, contact)
    accounts = queries.known_accounts(vault.who, read.contact)
    only = request.GET.get("only", "")
    about = About(vault.who, contact, tuple(one.account.pk for one in accounts), timezone.now())
    today, zone = exchange_today(), timezone.get_current_timezone()
    due = [tasks.read(vault, one, today) for one in tasks.of_contact(vault.who, contact, today, SHOWN_TASKS)]
    context = {
        "accounts": accounts,
        "stream": stream(vault, about, only=only, after=request.GET.get("after", "")),
        "only": only if only in KINDS else "",
        "kinds": [(key, kind.words) for key, kind in KINDS.items()],
        "due_tasks": due,
        "flows": workflows.due_first(vault, today, SHOWN_TASKS, contact),
        "events": calendar.of_contact(vault, contact, timezone.localdate(), zone, SHOWN_TASKS),
        "here": request.path,
        "most": settings.DOCUMENT_BYTES // MEGA,
        "endings": ",".join(f".{one}" for one in DOCUMENT_KINDS),
    }
    return _page(request, "agenda", read, context)


@gate(SIGNED_IN)
@require_safe
def peek(request: HttpRequest, contact: UUID) -> HttpResponse:
    """A look from the list, without leaving the row; as a page of its own where there is no script."""
    vault, read = enter(request, contact, in_part=True)
    context = {"read": read, "contact": read.contact, "accounts": _accounts(vault, read)}
    context["parts"] = told(read, PROFILE, fields(vault))
    name = "crm/contacts/peek.html" if request.headers.get("HX-Request") else "crm/contacts/peek_page.html"
    return render(request, name, context)


def enter(request: HttpRequest, pk: UUID, *, in_part: bool = False) -> tuple[Opened, Read]:
    """The open vault, then the contact; what is not the practice's is missing."""
    vault = opened(request, in_part=in_part)
    contact = queries.one(vault, pk)
    if contact is None:
        raise Http404
    return vault, queries.read(vault, contact)


def told(
    read: Read, parts: Iterable[str], own: Sequence[Field] = ()
) -> list[tuple[str | Promise, list[tuple[Field, str]]]]:
    """The parts of a record that say anything, each field in words; the practice's own come last."""
    found: list[tuple[str | Promise, list[tuple[Field, str]]]] = []
    every: list[tuple[str | Promise, Sequence[Field]]] = [
        (PARTS[part], of_part(part, read.contact.kind)) for part in parts
    ]
    every.append((_("Own fields"), own))
    for words, those in every:
        lines = [(one, in_words(one, read.record[one.key])) for one in those if read.record.get(one.key)]
        if lines:
            found.append((words, lines))
    return found


def _household(vault: Opened, read: Read) -> dict[str, Any]:
    """Who is in it, and what their accounts are worth together."""
    members = [one.contact for one in relations.of(vault, read) if one.kind == "member"]
    rows = queries.with_accounts(vault.who, members, sealed_day())
    worth = [row.value for row in rows if row.value is not None]
    first = next((known for row in rows for known in row.accounts), None)
    return {
        "household": rows,
        "household_total": sum(worth, Decimal(0)) if worth else None,
        "currency": first.account.firm.base_currency if first else "",
    }


def _language(code: str) -> str:
    """A language in the reader's words; a code that nobody knows stays one."""
    try:
        return str(get_language_info(code)["name_translated"]).capitalize()
    except KeyError:
        return code


def _accounts(vault: Opened, read: Read) -> list[Known]:
    return queries.known_accounts(vault.who, read.contact, sealed_day())


def _page(request: HttpRequest, tab: str, read: Read, context: dict[str, Any]) -> HttpResponse:
    context |= {"read": read, "contact": read.contact, "tab": tab}
    return render(request, f"crm/contacts/{tab}.html", context)
