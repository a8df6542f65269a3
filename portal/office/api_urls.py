"""API addresses of what the back office decides."""

from django.urls import path

from portal.office import urls as pages
from portal.office.api import LookAfter, NightDecisions, NightWatcher, TakeBack
from portal.office.tickets.api import OfficeTicket, OfficeTickets

__all__ = ["pages"]

urlpatterns = [
    # The converter of days comes with the pages' addresses.
    path("nights/<day:day>/decisions/", NightDecisions.as_view(), name="api_night_decisions"),
    path("nights/watch/", NightWatcher.as_view(), name="api_night_watch"),
    path("reconciliation/look-after/", LookAfter.as_view(), name="api_look_after"),
    path("reconciliation/take-back/", TakeBack.as_view(), name="api_take_back"),
    path("office/tickets/", OfficeTickets.as_view(), name="api_office_tickets"),
    path("office/tickets/<uuid:pk>/", OfficeTicket.as_view(), name="api_office_ticket"),
]
