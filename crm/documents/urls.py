"""Addresses of documents."""

from django.urls import path

from crm.documents import views

app_name = "documents"

urlpatterns = [
    path("documents/", views.documents, name="list"),
    path("documents/<uuid:document>/", views.document, name="document"),
    path("documents/<uuid:document>/replace/", views.replace, name="replace"),
    path("documents/<uuid:document>/editions/<int:edition>/", views.file, name="edition"),
    path("documents/<uuid:document>/trash/", views.throw_away, name="throw_away"),
    path("documents/<uuid:document>/back/", views.take_back, name="take_back"),
]
