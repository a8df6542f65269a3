"""Contacts as files: the list as it is filtered, and one contact."""

from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.ground.access.gates import SIGNED_IN, gate
from accounts.ground.amounts import grouped
from accounts.ground.runs.queries import sealed_day
from crm.contacts import columns, queries
from crm.contacts.exporting import card_of, rows_of
from crm.contacts.filters import Filters, shown
from crm.contacts.import_views import table
from crm.contacts.models import Contact
from crm.contacts.record_views import enter
from crm.custom.queries import fields
from crm.vault.context import opened
from crm.vault.sealed import Opened

# A longer list is refused, never cut: the file is made in memory, because nothing of it may stand on a disk.
MOST = 100_000
OPENED_AT_ONCE = 500


@gate(SIGNED_IN, proved=True)
@require_safe
def export(request: HttpRequest) -> HttpResponse:
    """The list as it is filtered and sorted: with what the records say, a file that can be imported again, or with the
    columns that the page shows, in their order."""
    vault, filters = opened(request), Filters.of(request.GET)
    return exported(request, vault, shown(vault, filters), is_workbook=request.GET.get("format") == "xlsx")


def exported(request: HttpRequest, vault: Opened, rows: "QuerySet[Contact]", *, is_workbook: bool) -> HttpResponse:
    """The rows in the order of the address, as a table: all of them, or none."""
    count = rows.count()
    if count > MOST:
        said = _("These are %(count)s contacts, and a file holds %(most)s. Narrow the list, and save it in parts.")
        messages.error(request, said % {"count": grouped(count, 0), "most": grouped(MOST, 0)})
        return redirect(f"{reverse('contacts:list')}?{request.GET.urlencode()}")
    rows = rows.order_by(*queries.order(request.GET.get("sort", queries.USUAL_ORDER)))
    if request.GET.get("as") == "shown":
        keys = columns.arranged(request.GET.get("columns", "").split(","))
        lines = columns.table(vault, queries.noted(vault.who, rows), keys, fields(vault), sealed_day())
        return table(lines, name="contacts", is_workbook=is_workbook)
    found = (queries.read(vault, one) for one in rows.iterator(chunk_size=OPENED_AT_ONCE))
    return table(rows_of(found, fields(vault)), name="contacts", is_workbook=is_workbook)


@gate(SIGNED_IN, proved=True)
@require_safe
def card(request: HttpRequest, contact: UUID) -> HttpResponse:
    """One contact as a vCard."""
    _vault, read = enter(request, contact)
    answer = HttpResponse(card_of(read), content_type="text/vcard; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="contact.vcf"'
    return answer
