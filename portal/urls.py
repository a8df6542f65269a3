"""Every address of the portal: each app is mounted once, below."""

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

from accounts.ground.access.gates import OFFICE, gated
from portal.shell.menu import alias_patterns

handler400 = "portal.refusals.bad_request"
handler403 = "portal.refusals.not_allowed"
handler404 = "portal.refusals.not_found"
handler500 = "portal.refusals.broken"

_admin_pages, _admin_app, _admin_name = admin.site.urls

urlpatterns: list[URLPattern | URLResolver] = [
    path("sign-in/", include("accounts.ground.people.urls")),
    path("sign-in/", include("auth2fa.door.urls")),
    path("office/nights/", include("portal.office.urls")),
    path("office/reconciliation/", include("portal.office.reconciliation.urls")),
    path("office/tickets/", include("portal.office.tickets.urls")),
    path("office/statements/", include("portal.office.statements.urls")),
    path("office/", (gated(OFFICE, _admin_pages), _admin_app, _admin_name)),
    path("api/", include("portal.api")),
    path("", include("portal.dashboard.urls")),
    path("", include("portal.records.urls")),
    path("", include("portal.statements.urls")),
    path("", include("portal.reports.urls")),
    path("", include("portal.examination.urls")),
    path("", include("portal.clients.urls")),
    path("", include("portal.transactions.urls")),
    path("", include("portal.structure.urls")),
    path("", include("portal.corrections.urls")),
    path("", include("portal.managed.urls")),
    path("", include("portal.tools.urls")),
    path("", include("accounts.broker.urls")),
    path("", include("accounts.broker.funding.urls")),
    path("", include("fees.urls")),
    path("", include("accounts.ground.applications.urls")),
    path("", include("portal.mass_upload.urls")),
    path("", include("portal.application_paper.urls")),
    path("", include("accounts.desk.applying.urls")),
    path("", include("accounts.desk.filling.urls")),
    path("", include("accounts.ground.linkage.urls")),
    path("", include("accounts.ground.consents.urls")),
    path("", include("accounts.ground.pinlinks.urls")),
    path("", include("accounts.desk.seats.urls")),
    path("", include("accounts.desk.seen_as.urls")),
    path("", include("accounts.desk.messages.urls")),
    path("", include("accounts.desk.marketplace.urls")),
    path("", include("accounts.desk.users.urls")),
    path("", include("accounts.desk.tokens.urls")),
    path("", include("accounts.desk.hooks.urls")),
    path("", include("accounts.desk.mailboxes.urls")),
    path("", include("auth2fa.devices.urls")),
    path("", include("auth2fa.sessions.urls")),
    path("", include("auth2fa.optouts.urls")),
    path("", include("auth2fa.carriers.urls")),
    path("", include("auth2fa.phone.urls")),
    path("", include("crm.vault.urls")),
    path("", include("crm.copies.urls")),
    path("", include("crm.notes.urls")),
    path("", include("crm.contacts.urls")),
    path("", include("crm.groups.urls")),
    path("", include("crm.changes.urls")),
    path("", include("crm.locks.urls")),
    path("", include("crm.tasks.urls")),
    path("", include("crm.calendar.urls")),
    path("", include("crm.feeds.urls")),
    path("", include("crm.mail.urls")),
    path("", include("crm.mailings.urls")),
    path("", include("crm.workflows.urls")),
    path("", include("crm.custom.urls")),
    path("", include("crm.duplicates.urls")),
    path("", include("crm.documents.urls")),
    path("", include("portal.preferences.urls")),
    path("", include("portal.news.urls")),
    path("", include("portal.exports.urls")),
    path("", include("portal.find.urls")),
    path("", include("accounts.desk.brand.urls")),
    path("", include("accounts.desk.topics.urls")),
    path("", include("portal.shell.urls")),
    *alias_patterns(),
]
