"""Inviting clients to apply: sending, sending again, cancelling."""

import hashlib
import secrets
from datetime import date, datetime, timedelta
from typing import NamedTuple

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.desk.applying import telling
from accounts.desk.applying.kinds import BY_KEY, AccountKind, Group
from accounts.desk.applying.models import Application, ApplicationTask, Method
from accounts.desk.applying.rules import ApplicationProblem, check_kind, plain_name
from accounts.desk.applying.tasklist import duties_of
from accounts.desk.messages.files import Enclosed, checked
from accounts.desk.messages.rules import MessageProblem
from accounts.ground.access.context import Who, current_alias, cursor
from accounts.ground.access.locks import one_at_a_time
from accounts.ground.access.middleware import spend
from accounts.ground.applications.actions import begin
from accounts.ground.invitations.models import InvitationState
from accounts.ground.people.models import Party
from accounts.ground.tree.models import Account, Kind, Margin, Status
from portal.lib.filekinds import MEGA, clean_name, ending

LIFETIME = timedelta(days=30)
MOST_FILES = 20
MOST_RESENT = 50
# Links of one practice within an hour: a few workbooks, and no way to write to strangers in the portal's name.
MOST_SENT_AN_HOUR = 600
# Of documents that prove something pictures are taken, and what can be printed; no tables, no texts.
PAPERS = ("pdf", "png", "jpg", "jpeg")
LARGEST_PAPER = 5 * MEGA


class Wish(NamedTuple):
    """Whom to invite, and to what."""

    name: str
    email: str
    kind: str
    country: str
    tax_country: str
    base_currency: str
    language: str = "en"
    tells_opening: bool = True
    # As lists sort the client, where that is known; until the client signs, the name alone.
    title: str = ""


def hash_of(secret: str) -> str:
    """What is kept of a link's secret."""
    return hashlib.sha256(secret.encode()).hexdigest()


def invite(
    *, who: Who, parent: Account, wish: Wish, site: str, at: datetime, day: date, party: Party | None = None
) -> Application:
    """A new application with its pending item, and a link on its way to the client.

    Somebody whom the practice has as a client already (`party`) gets one more account. Raises ApplicationProblem and
    TreeProblem.
    """
    if not wish.email:
        raise ApplicationProblem(_("E-mail is required: the link is sent there."))
    with transaction.atomic(using=current_alias.get()):
        made = draft(who=who, parent=parent, wish=wish, method=Method.ELECTRONIC, at=at, day=day, party=party)
        return send(application=made, site=site, at=at)


def draft(
    *,
    who: Who,
    parent: Account,
    wish: Wish,
    method: str,
    at: datetime,
    day: date,
    party: Party | None = None,
    username: str = "",
    alias: str = "",
    answers: str = "",
) -> Application:
    """The account in state N below the practice's master, who applies, and what is to be done; nobody is told.

    `answers` are sealed: what the practice knows before anybody has answered.
    """
    kind, wish = BY_KEY[wish.kind], wish._replace(name=plain_name(wish.name))
    check_kind(kind, country=wish.country, tax_country=wish.tax_country)
    account = begin(
        parent=parent,
        kind=Kind.CLIENT,
        number=_new_number(),
        title=wish.title or wish.name,
        alias=alias,
        base_currency=wish.base_currency,
        customer_type=kind.holder,
        margin_kind=Margin.CASH,
        day=day,
    )
    application = Application(
        firm_id=account.firm_id,
        practice_id=account.practice_id,
        account=account,
        party_id=_applicant(account, wish, party),
        method=method,
        kind=kind.key,
        country=wish.country,
        tax_country=wish.tax_country,
        name=wish.name,
        email=wish.email,
        username=username,
        language=wish.language,
        tells_opening=wish.tells_opening,
        answers=answers,
        invited_by=who.user_id,
        created_at=at,
    )
    application.save(force_insert=True)
    _make_tasks(application, account, kind, day)
    return application


def send(*, application: Application, site: str, at: datetime) -> Application:
    """Owe the mail with a new link that works for 30 days; an older link dies with this. Raises ApplicationProblem."""
    one_at_a_time(f"application {application.pk}")
    now = Application.unscoped.select_related("account", "practice").get(pk=application.pk)
    if now.method == Method.SEMI:
        raise ApplicationProblem(_("The practice fills this application in; the client signs it on paper."))
    is_signed = now.submitted_at is not None
    if now.account.status not in ((Status.NEW, Status.PENDING) if is_signed else (Status.NEW,)):
        raise ApplicationProblem(_("The application has ended; there is nothing to invite to."))
    if now.times_sent >= MOST_RESENT:
        raise ApplicationProblem(_("This invitation was sent too often."))
    if spend(f"invitations/{now.practice_id}", most=MOST_SENT_AN_HOUR, at=at):
        raise ApplicationProblem(_("Your practice has sent very many invitations within an hour; go on later."))
    secret = secrets.token_urlsafe(32)
    if now.link_hash:
        now.past_hashes = [*now.past_hashes, now.link_hash]
    now.link_hash, now.times_sent = hash_of(secret), now.times_sent + 1
    # What has been answered stays, and who goes on begins where the former link ended.
    now.state, now.sent_at = InvitationState.SUBMITTED if is_signed else InvitationState.SENT, at
    now.expires_at = at + LIFETIME
    now.save(update_fields=["link_hash", "past_hashes", "times_sent", "state", "sent_at", "expires_at"])
    tell = telling.show if is_signed else telling.invite
    tell(now, place=telling.place_of(now.practice_id, at), link=f"{site.rstrip('/')}/apply/{secret}/")
    return now


def cancel(*, application: Application) -> None:
    """Make the link worthless; the application itself stays and can be sent again. Raises ApplicationProblem."""
    one_at_a_time(f"application {application.pk}")
    now = Application.unscoped.select_related("account").get(pk=application.pk)
    if now.submitted_at is not None:
        raise ApplicationProblem(_("The client has submitted the application; delete it instead."))
    if now.link_hash is None or now.account.status != Status.NEW:
        raise ApplicationProblem(_("There is no invitation to cancel."))
    now.past_hashes = [*now.past_hashes, now.link_hash]
    now.state, now.link_hash = InvitationState.CANCELLED, None
    now.save(update_fields=["state", "link_hash", "past_hashes"])


def set_notice(*, application: Application, tells_opening: bool) -> None:
    """Whether the client is written to when the account opens."""
    Application.unscoped.filter(pk=application.pk).update(tells_opening=tells_opening)


def paper(file: UploadedFile) -> Enclosed:
    """A document that is taken. Raises ApplicationProblem."""
    name = clean_name(file.name or "")
    said = {"file": name, "most": LARGEST_PAPER // MEGA}
    if ending(name) not in PAPERS:
        raise ApplicationProblem(_("%(file)s: only PDF, PNG and JPEG are taken here.") % said)
    if (file.size or 0) > LARGEST_PAPER:
        raise ApplicationProblem(_("%(file)s is larger than %(most)s MB.") % said)
    try:
        return checked([file])[0]
    except MessageProblem as problem:
        raise ApplicationProblem(str(problem)) from problem


def _make_tasks(application: Application, account: Account, kind: AccountKind, day: date) -> None:
    """What is to be done for an application of this kind."""
    duties = duties_of(kind, on_paper=application.method == Method.SEMI)
    ApplicationTask.unscoped.bulk_create(
        ApplicationTask(
            application=application,
            firm_id=account.firm_id,
            practice_id=account.practice_id,
            account=account,
            place=place,
            key=duty.key,
            form_number=duty.form_number,
            owner=duty.owner,
            for_approval=duty.for_approval,
            for_trading=duty.for_trading,
            takes_file=duty.takes_file,
            started_on=day,
        )
        for place, duty in enumerate(duties, start=1)
    )


def usernames_with(prefix: str) -> set[str]:
    """Names of this prefix and three digits that somebody has, or was promised."""
    with cursor() as cur:
        cur.execute("SELECT desk_usernames(%s)", [prefix])
        return set(cur.fetchone()[0])


def _new_number() -> str:
    """What the account is called until the broker has given it a number."""
    with cursor() as cur:
        cur.execute("SELECT desk_new_application_number()")
        return cur.fetchone()[0]


def _applicant(account: Account, wish: Wish, party: Party | None) -> int:
    organisation = BY_KEY[wish.kind].group in (Group.TRUST, Group.ORGANISATION)
    facts = [account.pk, party.pk if party else None, wish.title or wish.name, wish.email, wish.language]
    with cursor() as cur:
        cur.execute("SELECT desk_applicant(%s, %s, %s, %s, %s, %s, %s)", [*facts, wish.country, organisation])
        (found,) = cur.fetchone()
    if found is None:
        raise ApplicationProblem(_("This client is another practice's."))
    return found
