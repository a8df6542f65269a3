"""Mail about applications: the link to the client, the news to who has invited, and that an account is open."""

from datetime import date, datetime
from hashlib import sha256

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.desk.applying.kinds import BY_KEY
from accounts.desk.applying.models import Application, ApplicationTask, Method
from accounts.desk.applying.tasklist import words_of
from accounts.ground.access.context import current_alias, cursor
from accounts.ground.outbox.actions import owe, owe_people, owe_person
from accounts.ground.outbox.models import Channel
from accounts.ground.people.models import Seat, User
from accounts.ground.writing import told_in
from portal.lib.words import gettext_noop

SUBMITTED_EVENT = gettext_noop("Application submitted by the client")
SUBMITTED_NEWS = gettext_noop("A client has submitted an application")


def place_of(practice_id: int, at: datetime | None = None) -> str:
    """The name under which the practice's clients know it; without a moment, now. Pages know those of their firm."""
    asked = "desk_place_of_practice" if current_alias.get() == "office" else "desk_place_in_firm"
    with cursor() as cur:
        cur.execute(f"SELECT {asked}(%s, %s)", [practice_id, at])
        return cur.fetchone()[0]


def show(application: Application, *, place: str, link: str) -> None:
    """A new link to whoever has signed already: how far it is, and where papers are handed in."""
    with told_in(application.language):
        said = {"name": application.name, "place": place, "link": link}
        body = _(
            "Hello %(name)s,\n\nthis link shows how far your application at %(place)s is, and takes what is still"
            " needed:\n%(link)s\n\nThe link is yours alone and works for 30 days."
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


def invite(application: Application, *, place: str, link: str) -> None:
    """The link, to the address that was typed; its text is forgotten once it has left."""
    with told_in(application.language):
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
        with told_in(user.language):
            owe_person(
                user_id=user.pk,
                subject=_("A client has submitted an application"),
                body=_("The tasks that are left are on this page:\n%(page)s") % {"page": page},
                natural_key=f"application {application_id} submitted {user.pk}",
            )


def rejected(task: ApplicationTask, day: date) -> None:
    """A paper does not do: to the client with the reason, where the client hands in, and to the practice's people."""
    application = task.application
    key = f"application task {task.pk} rejected {day} {sha256(task.reject_reason.encode()).hexdigest()[:12]}"
    if application.method != Method.SEMI:
        with told_in(application.language):
            said = {
                "name": application.name,
                "place": place_of(application.practice_id),
                "task": str(words_of(task.key)),
                "reason": task.reject_reason,
            }
            body = _(
                "Hello %(name)s,\n\nfor your application at %(place)s something is still needed: %(task)s.\n"
                "%(reason)s\n\nYou can hand it in behind the link of your application. If that does not work any"
                " more, ask for a new one."
            )
            subject = _("Something is still needed for your application")
            owe(
                channel=Channel.MAIL,
                recipient=application.email,
                subject=subject,
                body=body % said,
                natural_key=key,
                firm_id=application.firm_id,
            )
    here = Seat.unscoped.filter(practice_id=application.practice_id, is_active=True)
    invited = here.filter(user_id=application.invited_by)
    owe_people(
        users=(invited if invited.exists() else here.filter(standing="primary")).values_list("user_id", flat=True),
        subject=gettext_lazy("A paper of an application was sent back"),
        text=gettext_lazy("The reason is on this page, and so is what is to be done:"),
        said={},
        path=reverse("applying:application_tasks", args=[application.account.number]),
        natural_key=key,
        firm_id=application.firm_id,
    )


def opened(application: Application) -> None:
    """To the client, once: the account is open."""
    with told_in(application.language):
        said = {
            "name": application.name,
            "number": application.account.number,
            "place": place_of(application.practice_id),
        }
        owe(
            channel=Channel.MAIL,
            recipient=application.email,
            subject=_("Your account is open"),
            body=_("Hello %(name)s,\n\nyour account %(number)s at %(place)s is open.") % said,
            natural_key=f"application {application.pk} opened",
            firm_id=application.firm_id,
        )
