"""Forgetting a kept mail: into the trash, from where it is taken back; until then the mail is not kept again."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from accounts.ground.access.context import current_alias
from accounts.ground.access.scope import scope
from crm.contacts.models import Contact
from crm.mail.keeping import mark_of
from crm.mail.models import KeptMail, NotKept
from crm.vault.sealed import Opened

ORDER = ("-trashed_at", "pk")


def throw_away(*, vault: Opened, mail: KeptMail, at: datetime) -> None:
    """Into the trash; whoever opens the mail in a mailbox again does not bring it back."""
    with transaction.atomic(using=current_alias.get()):
        living = scope(vault.who, KeptMail).filter(pk=mail.pk, trashed_at=None)
        if not living.update(trashed_at=at):
            return
        mark = mark_of(vault, mail)
        if mark is None:
            # Nobody knows which mail it was.
            return
        row = NotKept(
            id=mail.pk,
            firm_id=mail.firm_id,
            practice_id=mail.practice_id,
            contact_id=mail.contact_id,
            user_id=vault.who.user_id,
            said_at=mail.said_at,
            forgotten_at=at,
        )
        row.put(vault, mark=mark).save(force_insert=True)


def take_back(*, vault: Opened, pk: UUID) -> bool:
    """Out of the trash, or kept again the next time that it is opened; False where nothing of it was left there."""
    with transaction.atomic(using=current_alias.get()):
        back = scope(vault.who, KeptMail).filter(pk=pk).exclude(trashed_at=None).update(trashed_at=None)
        scope(vault.who, NotKept).filter(pk=pk).delete()
    return bool(back)


def contact_of(vault: Opened, pk: UUID) -> Contact | None:
    """With whom a copy was that was forgotten, whether or not it still lies in the trash."""
    models: tuple[type[KeptMail] | type[NotKept], ...] = (KeptMail, NotKept)
    for model in models:
        found = scope(vault.who, model).filter(pk=pk).select_related("contact__party").first()
        if found is not None:
            return found.contact
    return None


def trashed(vault: Opened) -> "QuerySet[KeptMail]":
    """What lies in the trash, the newest first."""
    rows = scope(vault.who, KeptMail).exclude(trashed_at=None).filter(contact__trashed_at=None)
    return rows.select_related("contact__party", "user").order_by(*ORDER)
