"""Mail about requests for trading permissions: to who decides, and back to who asked."""

from collections.abc import Mapping

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.broker.permissions.models import PermissionRequest, PermissionState
from accounts.ground.access.context import cursor
from accounts.ground.outbox.actions import owe_people

Words = tuple[object, object]

LETTERS: Mapping[str, Mapping[str, Words]] = {
    PermissionState.REQUESTED: {
        "owner": (
            _("Your advisor asks for trading permissions for you"),
            _("Read the agreement for account %(number)s and sign it if you want them. Nothing changes before."),
        )
    },
    PermissionState.REVIEW: {
        "decider": (
            _("Trading permissions are asked for"),
            _("Account %(number)s asks for trading permissions. A review normally takes up to 48 business hours."),
        )
    },
    PermissionState.APPROVED: {
        "asker": (
            _("Your trading permissions were approved"),
            _("Account %(number)s has the permissions you asked for. Check its market data subscriptions next."),
        )
    },
    PermissionState.DECLINED: {
        "asker": (
            _("Your trading permissions were declined"),
            _("Account %(number)s keeps the permissions it has. Sign in to read why."),
        )
    },
    PermissionState.CANCELLED: {
        "decider": (
            _("A request for trading permissions was taken back"),
            _("Account %(number)s does not ask for trading permissions any more."),
        )
    },
    PermissionState.EXPIRED: {
        "asker": (
            _("Your request for trading permissions has expired"),
            _("Nobody decided about account %(number)s in 90 days, so nothing has changed. You can ask again."),
        ),
        "decider": (
            _("A request for trading permissions has expired"),
            _("Nobody decided about account %(number)s in 90 days, so nothing has changed."),
        ),
    },
}


def tell(found: PermissionRequest, number: str) -> None:
    """A mail to everybody whom the state that the request has reached concerns."""
    for side, (subject, text) in LETTERS[found.state].items():
        with cursor() as cur:
            cur.execute("SELECT user_id FROM broker_people_of_permission(%s, %s)", [found.pk, side])
            users = [row[0] for row in cur.fetchall()]
        owe_people(
            users=users,
            subject=subject,
            text=text,
            said={"number": number},
            path=_path(found, number),
            natural_key=f"permission {found.pk} {found.state} {side}",
            firm_id=found.firm_id,
        )


def _path(found: PermissionRequest, number: str) -> str:
    """Who has to go on with a request is led to it, everybody else to the account's permissions."""
    if found.state == PermissionState.REQUESTED:
        return reverse("trading:permission", args=[found.pk])
    return reverse("trading:account_products", args=[number])
