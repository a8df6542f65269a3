"""Addresses of one's own mail."""

from django.urls import path

from crm.mail import box_views, kept_views, views, writing_views

app_name = "mail"

urlpatterns = [
    path("email/", views.home, name="home"),
    path("email/box/", box_views.box, name="box"),
    path("email/box/let-go/", box_views.let_go, name="let_go"),
    path("email/several/", views.several, name="several"),
    path("email/write/", writing_views.write, name="write"),
    path("email/kept/", kept_views.trash, name="trash"),
    path("email/kept/<uuid:kept>/", kept_views.kept, name="kept"),
    path("email/kept/<uuid:kept>/trash/", kept_views.throw_away, name="throw_away"),
    path("email/kept/<uuid:kept>/back/", kept_views.take_back, name="take_back"),
    path("email/mails/<slug:mail>/", views.mail, name="mail"),
    path("email/mails/<slug:mail>/files/<int:part>/", views.file, name="file"),
    path("email/mails/<slug:mail>/files/<int:part>/document/", views.to_documents, name="to_documents"),
]
