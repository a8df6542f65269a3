"""API addresses of fee notices."""

from django.urls import path

from fees.notices.api import NoticeList, NoticeMode, OneNotice

urlpatterns = [
    path("fee-notices/", NoticeList.as_view(), name="api_notices"),
    path("fee-notices/mode/", NoticeMode.as_view(), name="api_notice_mode"),
    path("fee-notices/<uuid:pk>/", OneNotice.as_view(), name="api_notice"),
]
