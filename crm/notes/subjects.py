"""Whom notes are about: an account of the practice, or somebody in its client book."""

from dataclasses import dataclass
from uuid import UUID

from django.http import Http404, HttpRequest
from django.urls import reverse

from accounts.ground.access.scope import account_for
from accounts.ground.tree.models import Account
from crm.contacts import queries as contacts
from crm.contacts.models import Contact
from crm.notes.actions import check_own
from crm.vault.context import opened
from crm.vault.rules import member_seat
from crm.vault.sealed import Opened


@dataclass(frozen=True)
class Subject:
    """One of both."""

    account: Account | None = None
    contact: Contact | None = None

    @property
    def title(self) -> str:
        """As the heading names it."""
        one = self.account if self.account is not None else self.contact
        return one.title if one is not None else ""

    @property
    def url(self) -> str:
        """Where its notes are."""
        if self.account is not None:
            return reverse("notes:list", args=[self.account.number])
        return reverse("notes:contact_list", args=[self.contact.pk if self.contact else ""])

    @property
    def columns(self) -> dict[str, Account | Contact | None]:
        """What a note about it says of whom it is about."""
        return {"account": self.account, "contact": self.contact}


def subject_of(request: HttpRequest, number: str, contact: UUID | None) -> tuple[Opened, Subject]:
    """A hidden account is missing, whatever the vault's state; then the vault has to be open, and only then is looked
    for who is in the book."""
    if contact is None:
        account = account_for(member_seat(request.seat), number)  # type: ignore[attr-defined]
        vault = opened(request)
        check_own(vault, account)
        return vault, Subject(account=account)
    vault = opened(request)
    found = contacts.one(vault, contact)
    if found is None:
        raise Http404
    return vault, Subject(contact=found)
