"""Addresses of workflows."""

from django.urls import path

from crm.workflows import board_views, views

app_name = "workflows"

urlpatterns = [
    path("workflows/", views.workflows, name="list"),
    path("workflows/board/", board_views.show, name="board"),
    path("workflows/new/", views.new, name="new"),
    path("workflows/templates/", views.patterns, name="patterns"),
    path("workflows/templates/<uuid:pattern>/forget/", views.forget_pattern, name="forget_pattern"),
    path("workflows/templates/<uuid:pattern>/back/", views.take_pattern_back, name="take_pattern_back"),
    path("workflows/<uuid:workflow>/", views.workflow, name="workflow"),
    path("workflows/<uuid:workflow>/stages/<uuid:stage>/", views.end_stage, name="end_stage"),
    path("workflows/<uuid:workflow>/move/", board_views.move, name="move"),
    path("workflows/<uuid:workflow>/open/", views.open_again, name="open_again"),
    path("workflows/<uuid:workflow>/trash/", views.throw_away, name="throw_away"),
    path("workflows/<uuid:workflow>/back/", views.take_back, name="take_back"),
]
