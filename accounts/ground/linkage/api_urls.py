"""API addresses of links."""

from django.urls import path

from accounts.ground.linkage.api import AccountLink, AdvisorLink, Link, LinkDecision, Links

urlpatterns = [
    path("links/", Links.as_view(), name="api_links"),
    path("links/<uuid:pk>/", Link.as_view(), name="api_link"),
    path("links/<uuid:pk>/decision/", LinkDecision.as_view(), name="api_link_decision"),
    path("accounts/<str:number>/link/", AccountLink.as_view(), name="api_account_link"),
    path("accounts/<str:number>/join/", AdvisorLink.as_view(), name="api_account_join"),
]
