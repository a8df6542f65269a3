"""Addresses of client applications: the advisor's pages, and those behind a client's link."""

from django.urls import path

from accounts.desk.applying import client_views, views

app_name = "applying"

urlpatterns = [
    path("applications/", views.applications, name="client_applications"),
    path("applications/invite/", views.invite, name="invite_client"),
    path("applications/<str:number>/tasks/", views.tasks, name="application_tasks"),
    path("applications/<str:number>/tasks/export/", views.tasks_file, name="application_tasks_file"),
    path("applications/<str:number>/send/", views.send, name="send_application"),
    path("applications/<str:number>/cancel/", views.cancel, name="cancel_application"),
    path("applications/<str:number>/notice/", views.notice, name="application_notice"),
    path("applications/<str:number>/upload/", views.upload, name="application_upload"),
    path("applications/<str:number>/files/<uuid:file>/", views.file, name="application_file"),
    path("apply/<str:secret>/", client_views.begin, name="apply"),
    path("apply/<str:secret>/sign/", client_views.sign, name="apply_sign"),
    path("apply/<str:secret>/status/", client_views.status, name="apply_status"),
    path("apply/<str:secret>/<slug:step>/", client_views.step, name="apply_step"),
]
