"""Mail about applications: the link to the client, the news to who has invited, and that an account is open."""

from datetime import datetime

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts.desk.applying.kinds import BY_KEY
from accounts.desk.applying.models import Application
from accounts.desk.brand.queries import brand_at
from accounts.ground.access.context import cursor
from accounts.ground.outbox.actions import owe, owe_person
from accounts.ground.outbox.models import Channel
from accounts.ground.people.models import User
from accounts.ground.tree.models import Practice
from portal.lib.words import gettext_noop

SUBMITTED_EVENT = gettext_noop("Application submitted by the client")
SUBMITTED_NEWS = gettext_noop("A client has submitted an application")


def place_of(practice: Practice, at: datetime) -> str:
    """The name under which the practice's clients know it."""
    brand = brand_at(at)
    return brand.name if brand else practice.name


def invite(application: Application, *, place: str, link: str) -> None:
    """The link, to the address that was typed; its text is forgotten once it has left."""
    with override(application.language):
        said = {"name": application.name, "place": place, "link": link, "kind": BY_KEY[application.kind].words}
        body = _(
            "Hello %(name)s,\n\n%(place)s invites you to open an account: %(kind)s.\n\n"
            "Open this link to fill in the application. What you have entered is kept, and you can go on another day:\n"
            "%(link)s\n\n"
            "The link is yours alone and works for 30 days. If you did not expect this mail, do nothing."
        )
        owe(
            channel=Channel.MAIL,
            recipient=application.email,
            subject=(_("Your application at %(place)s") % said)[:200],
            body=body % said,
            natural_key=f"application {application.pk} {application.times_sent}",
            firm_id=application.firm_id,
            is_secret=True,
        )


def submitted(*, application_id: object, link_hash: str, number: str) -> None:
    """To who has invited, or to whoever leads the practice by now: somebody has applied. The mail names nobody."""
    page = f"{settings.PUBLIC_URL.rstrip('/')}{reverse('applying:application_tasks', args=[number])}"
    with cursor() as cur:
        cur.execute("SELECT * FROM desk_told_of_application(%s)", [link_hash])
        found = [pk for (pk,) in cur.fetchall()]
    for user in User.objects.filter(pk__in=found).order_by("pk"):
        with override(user.language):
            owe_person(
                user_id=user.pk,
                subject=_("A client has submitted an application"),
                body=_("The tasks that are left are on this page:\n%(page)s") % {"page": page},
                natural_key=f"application {application_id} submitted {user.pk}",
            )


def opened(application: Application) -> None:
    """To the client, once: the account is open."""
    with override(application.language):
        said = {"name": application.name, "number": application.account.number, "place": application.practice.name}
        owe(
            channel=Channel.MAIL,
            recipient=application.email,
            subject=_("Your account is open"),
            body=_("Hello %(name)s,\n\nyour account %(number)s at %(place)s is open.") % said,
            natural_key=f"application {application.pk} opened",
            firm_id=application.firm_id,
        )
