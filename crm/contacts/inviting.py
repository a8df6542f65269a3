"""From a contact to a client: an invitation to apply, and the contact that follows the application from then on."""

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.desk.applying import actions as applying
from accounts.desk.applying.models import Application
from accounts.desk.applying.rules import ApplicationProblem
from accounts.ground.access.context import current_alias
from accounts.ground.access.gates import Gate, may_pass, refused
from accounts.ground.access.scope import scope
from accounts.ground.applications.queries import own_master
from accounts.ground.people.models import Party
from crm.contacts.actions import link
from crm.contacts.models import Contact, Kind
from crm.locks import actions as locks
from crm.vault.sealed import Opened

MANAGES = Gate("manage")
# The kind of account that is asked for first.
USUAL_KIND = {Kind.TRUST: "trust_revocable", Kind.COMPANY: "corporation"}


def check_may_invite(vault: Opened) -> None:
    """Only who opens accounts invites; raises NotAllowed for everybody else."""
    if not may_pass(vault.who, MANAGES):
        raise refused(vault.who, MANAGES)


def check_reachable(contact: Contact) -> None:
    """Raises ApplicationProblem for a contact to whom no link can be sent."""
    if not contact.shown_email:
        raise ApplicationProblem(_("E-mail is required: the link is sent there."))


def name_of(contact: Contact) -> str:
    """As one speaks to them: the first name first."""
    if contact.party is None and contact.first_name:
        return f"{contact.first_name} {contact.name}"
    last, comma, first = contact.title.partition(", ")
    return f"{first} {last}" if comma and contact.kind == Kind.PERSON else contact.title


def invite(*, vault: Opened, contact: Contact, wish: applying.Wish, site: str, at: datetime, day: date) -> Application:
    """Send the invitation; the contact is this client from now on, with an application in progress.

    Raises LockedBy, ApplicationProblem, TreeProblem and ContactProblem; then nothing has happened.
    """
    check_may_invite(vault)
    check_reachable(contact)
    locks.demand(contact.pk, vault=vault, at=at)
    title = contact.title if wish.name == name_of(contact) else ""
    with transaction.atomic(using=current_alias.get()):
        parent = own_master(vault.who)
        made = applying.invite(
            who=vault.who,
            parent=parent,
            wish=wish._replace(title=title),
            site=site,
            at=at,
            day=day,
            party=contact.party,
        )
        if contact.party is None:
            link(vault=vault, contact=contact, party=scope(vault.who, Party).get(pk=made.party_id), at=at)
    return made
