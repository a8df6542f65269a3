"""API addresses of what-ifs."""

from django.urls import path

from fees.whatif.api import OneWhatIf, ProposeWhatIf, WhatIfLines, WhatIfs

urlpatterns = [
    path("fee-what-ifs/", WhatIfs.as_view(), name="api_what_ifs"),
    path("fee-what-ifs/<uuid:trial>/", OneWhatIf.as_view(), name="api_what_if"),
    path("fee-what-ifs/<uuid:trial>/accounts/", WhatIfLines.as_view(), name="api_what_if_accounts"),
    path("fee-what-ifs/<uuid:trial>/send/", ProposeWhatIf.as_view(), name="api_send_what_if"),
]
