"""The API's root: where each slice's endpoints hang, and the schema that describes them."""

from threading import Lock
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.urls import URLPattern, URLResolver, include, path
from django.utils.translation import get_language, override
from drf_spectacular.views import SpectacularAPIView
from rest_framework.request import Request

from accounts.ground.access.gates import SIGNED_IN, gate


@gate(SIGNED_IN)
class Schema(SpectacularAPIView):
    """The OpenAPI description, for people who are signed in: the same for all of them, and written once by a process,
    in each language and format, because that takes seconds."""

    _written: dict[tuple[str, str], tuple[bytes, str, str]] = {}
    _writing = Lock()

    def _get_version_parameter(self, request: Request) -> None:
        """There is one version: what an address asks for beside it is not said to those who come later."""

    def _get_schema_response(self, request: Request) -> HttpResponse:
        language = get_language() if get_language() in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
        asked = (language, request.accepted_renderer.format)
        with self._writing, override(language):
            if asked not in self._written:
                self._written[asked] = self._write(request)
        content, media_type, named = self._written[asked]
        return HttpResponse(content, content_type=media_type, headers={"Content-Disposition": named})

    def _write(self, request: Request) -> tuple[bytes, str, str]:
        described: Any = super()._get_schema_response(request)
        renderer = request.accepted_renderer
        content = renderer.render(described.data, request.accepted_media_type, {})
        return content, renderer.media_type, described.headers["Content-Disposition"]


urlpatterns: list[URLPattern | URLResolver] = [
    path("schema/", Schema.as_view(), name="api_schema"),
    path("v1/", include("accounts.ground.tree.api_urls")),
    path("v1/", include("accounts.ground.applications.api_urls")),
    path("v1/", include("accounts.desk.applying.api_urls")),
    path("v1/", include("accounts.desk.filling.api_urls")),
    path("v1/", include("portal.mass_upload.api_urls")),
    path("v1/", include("accounts.ground.linkage.api_urls")),
    path("v1/", include("accounts.ground.consents.api_urls")),
    path("v1/", include("accounts.ground.pinlinks.api_urls")),
    path("v1/", include("accounts.ground.requests.api_urls")),
    path("v1/", include("accounts.desk.messages.api_urls")),
    path("v1/", include("accounts.desk.marketplace.api_urls")),
    path("v1/", include("accounts.desk.users.api_urls")),
    path("v1/", include("accounts.broker.api_urls")),
    path("v1/", include("accounts.broker.funding.api_urls")),
    path("v1/", include("accounts.desk.brand.api_urls")),
    path("v1/", include("accounts.desk.topics.api_urls")),
    path("v1/", include("accounts.desk.hooks.api_urls")),
    path("v1/", include("accounts.desk.mailboxes.api_urls")),
    path("v1/", include("auth2fa.devices.api_urls")),
    path("v1/", include("auth2fa.sessions.api_urls")),
    path("v1/", include("auth2fa.optouts.api_urls")),
    path("v1/", include("crm.vault.api_urls")),
    path("v1/", include("crm.copies.api_urls")),
    path("v1/", include("crm.notes.api_urls")),
    path("v1/", include("crm.contacts.api_urls")),
    path("v1/", include("crm.groups.api_urls")),
    path("v1/", include("crm.changes.api_urls")),
    path("v1/", include("crm.locks.api_urls")),
    path("v1/", include("crm.mail.api_urls")),
    path("v1/", include("crm.mailings.api_urls")),
    path("v1/", include("crm.tasks.api_urls")),
    path("v1/", include("crm.timeline.api_urls")),
    path("v1/", include("crm.calendar.api_urls")),
    path("v1/", include("crm.feeds.api_urls")),
    path("v1/", include("crm.workflows.api_urls")),
    path("v1/", include("crm.custom.api_urls")),
    path("v1/", include("crm.duplicates.api_urls")),
    path("v1/", include("crm.documents.api_urls")),
    path("v1/", include("fees.proofs.api_urls")),
    path("v1/", include("fees.billing.api_urls")),
    path("v1/", include("fees.borne.api_urls")),
    path("v1/", include("fees.minimums.api_urls")),
    path("v1/", include("fees.funds.api_urls")),
    path("v1/", include("fees.differences.api_urls")),
    path("v1/", include("fees.history.api_urls")),
    path("v1/", include("fees.invoicing.api_urls")),
    path("v1/", include("fees.reimbursements.api_urls")),
    path("v1/", include("fees.notices.api_urls")),
    path("v1/", include("fees.proposals.api_urls")),
    path("v1/", include("fees.patterns.api_urls")),
    path("v1/", include("fees.overview.api_urls")),
    path("v1/", include("fees.whatif.api_urls")),
    path("v1/", include("portal.statements.api_urls")),
    path("v1/", include("portal.reports.api_urls")),
    path("v1/", include("portal.examination.api_urls")),
    path("v1/", include("portal.transactions.api_urls")),
    path("v1/", include("portal.clients.api_urls")),
    path("v1/", include("portal.find.api_urls")),
    path("v1/", include("portal.news.api_urls")),
    path("v1/", include("portal.corrections.api_urls")),
    path("v1/", include("portal.managed.api_urls")),
    path("v1/", include("portal.preferences.api_urls")),
    path("v1/", include("portal.tools.api_urls")),
    path("v1/", include("portal.office.statements.api_urls")),
    path("v1/", include("portal.office.api_urls")),
]
