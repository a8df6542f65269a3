"""Addresses of the storage password."""

from django.urls import path

from crm.vault import views

app_name = "vault"

urlpatterns = [
    path("settings/storage-password/", views.home, name="home"),
    path("settings/storage-password/set-up/", views.set_up, name="set_up"),
    path("settings/storage-password/code/", views.confirm_code, name="confirm_code"),
    path("settings/storage-password/code/new/", views.new_code, name="new_code"),
    path("settings/storage-password/words/", views.words, name="words"),
    path("settings/storage-password/change/", views.change_password, name="change"),
    path("settings/storage-password/recover/", views.recover, name="recover"),
    path("settings/storage-password/sheets/", views.sheets, name="sheets"),
    path("settings/storage-password/protects/", views.protects, name="protects"),
    path("settings/storage-password/members/", views.members, name="members"),
    path("settings/storage-password/members/<uuid:member>/", views.admit, name="member"),
    path("settings/storage-password/members/<uuid:member>/out/", views.take_out, name="take_out"),
    path("unlock/", views.unlock, name="unlock"),
    path("lock/", views.lock, name="lock"),
]
