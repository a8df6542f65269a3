"""Addresses of the nights, below the back office's own."""

from datetime import date

from django.urls import path, register_converter

from portal.office import views


class DayConverter:
    """A day in an address: 2026-11-19."""

    regex = r"\d{4}-\d{2}-\d{2}"

    def to_python(self, text: str) -> date:
        return date.fromisoformat(text)

    def to_url(self, day: date) -> str:
        return day.isoformat()


register_converter(DayConverter, "day")

app_name = "nights"

urlpatterns = [
    path("", views.night_list, name="list"),
    path("run/", views.run_any, name="run_any"),
    path("<day:day>/", views.night, name="night"),
    path("<day:day>/log/", views.log, name="log"),
    path("watch/", views.watch, name="watch"),
    path("<day:day>/run/", views.run, name="run"),
    path("<day:day>/retry/", views.retry, name="retry"),
    path("decide/", views.decide_any, name="decide_any"),
    path("<day:day>/decide/", views.decide, name="decide"),
]
