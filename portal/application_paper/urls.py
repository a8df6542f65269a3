"""The address of an application's form."""

from django.urls import path

from portal.application_paper import views

app_name = "application_paper"

urlpatterns = [path("applications/<str:number>/form.pdf", views.application_pdf, name="application_pdf")]
