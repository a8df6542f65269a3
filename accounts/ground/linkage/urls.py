"""Addresses of links."""

from django.urls import path

from accounts.ground.linkage import views

app_name = "links"

urlpatterns = [
    path("links/", views.links, name="list"),
    path("links/ask/<str:number>/", views.ask, name="ask"),
    path("links/join/<str:number>/", views.join, name="join"),
    path("links/<uuid:pk>/decision/", views.decide, name="decide"),
    path("links/<uuid:pk>/cancel/", views.cancel, name="cancel"),
]
