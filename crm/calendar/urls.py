"""Addresses of the calendar."""

from django.urls import path

from crm.calendar import editing_views, file_views, views
from crm.calendar.periods import AGENDA, DAY, MONTH, WEEK

app_name = "calendar"

urlpatterns = [
    path("calendar/", views.shown, {"shape": MONTH}, name="month"),
    path("calendar/week/", views.shown, {"shape": WEEK}, name="week"),
    path("calendar/days/", views.shown, {"shape": DAY}, name="days"),
    path("calendar/agenda/", views.shown, {"shape": AGENDA}, name="agenda"),
    path("calendar/trash/", views.trash, name="trash"),
    path("calendar/import/", file_views.bring_in, name="import"),
    path("calendar/export/", file_views.save_all, name="export"),
    path("calendar/events/<uuid:event>/ics/", file_views.save_one, name="save"),
    path("calendar/new/", editing_views.new, name="new"),
    path("calendar/events/<uuid:event>/", editing_views.event, name="event"),
    path("calendar/events/<uuid:event>/trash/", editing_views.throw_away, name="throw_away"),
    path("calendar/events/<uuid:event>/back/", editing_views.take_back, name="take_back"),
    path("calendar/events/<uuid:event>/undo/", editing_views.undo, name="undo"),
]
