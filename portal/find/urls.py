"""The address of what is offered while somebody types."""

from django.urls import path

from portal.find import views

app_name = "find"

urlpatterns = [path("find/", views.find, name="find")]
