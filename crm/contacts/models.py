"""Contacts of a practice. How to reach them and which party they are is clear; what is known of them is sealed."""

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.ground.access.scope import scope
from accounts.ground.people.models import ClientRight, Party
from crm.contacts.intakes import Intake
from crm.vault.sealed import SealedRow

if TYPE_CHECKING:
    from accounts.ground.access.context import Who


class Kind(models.TextChoices):
    """What a contact is."""

    PERSON = "person", _("Person")
    HOUSEHOLD = "household", _("Household")
    COMPANY = "company", _("Company")
    TRUST = "trust", _("Trust")


class State(models.TextChoices):
    """How far somebody is on the way to being a client; what has accounts follows them, the rest is said by hand."""

    PROSPECT = "prospect", _("Prospect")
    APPLYING = "applying", _("Application in progress")
    PENDING = "pending", _("Pending, more to do")
    OPEN = "open", _("Open client")
    CLOSED = "closed", _("Closed client")
    INACTIVE = "inactive", _("Inactive")
    OTHER = "other", _("Other")


BY_ACCOUNTS = (State.APPLYING, State.PENDING, State.OPEN, State.CLOSED)


class Contact(SealedRow):
    """Somebody in the client book.

    What the broker knows of a client stays with the party: a contact that has one has no name of its own. `sort_key`
    and `search_text` are filled by the database, and so is the state of a contact whose party has accounts.
    """

    kind = models.CharField(max_length=10, choices=Kind, default=Kind.PERSON)
    state = models.CharField(max_length=10, choices=State, default=State.PROSPECT)
    party = models.ForeignKey(Party, on_delete=models.PROTECT, null=True, related_name="+", db_constraint=False)
    party_id: int | None
    first_name = models.CharField(max_length=100, blank=True)
    name = models.CharField(max_length=200, blank=True, help_text=_("The last name, or the name of what is no person"))
    email = models.EmailField(blank=True)
    phone = models.CharField(max_length=40, blank=True)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    sort_key = models.CharField(max_length=250, db_collation="C", editable=False, default="")
    search_text = models.TextField(db_collation="C", editable=False, default="")
    record_sealed = models.BinaryField()
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    trashed_at = models.DateTimeField(null=True)
    # Since when no mail to several contacts goes there.
    mails_off_at = models.DateTimeField(null=True)
    # The version whose words the search has gathered.
    searched_version = models.PositiveIntegerField(null=True)
    intake = models.ForeignKey(Intake, on_delete=models.PROTECT, null=True, related_name="+", db_constraint=False)

    sealed = ("record",)

    class Meta(SealedRow.Meta):
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=Kind.values), name="contact_kind_known"),
            models.CheckConstraint(condition=Q(state__in=State.values), name="contact_state_known"),
            models.CheckConstraint(
                condition=Q(party__isnull=False, name="", first_name="") | (Q(party__isnull=True) & ~Q(name="")),
                name="contact_one_name",
            ),
            models.CheckConstraint(
                condition=Q(party__isnull=False) | ~Q(state__in=BY_ACCOUNTS), name="contact_state_has_party"
            ),
            models.UniqueConstraint(
                fields=["practice", "party"], condition=Q(trashed_at=None), name="contact_once_a_party"
            ),
            models.UniqueConstraint(fields=["firm", "practice", "id"], name="contact_practice_id"),
        ]
        indexes = [
            models.Index(fields=["practice", "sort_key", "id"], name="contact_sorted"),
            models.Index(fields=["practice", "state", "sort_key", "id"], name="contact_state_sorted"),
            models.Index(fields=["practice", "changed_at", "id"], name="contact_changed_sorted"),
            models.Index(fields=["practice", "created_at", "id"], name="contact_added_sorted"),
            models.Index(fields=["practice", "email", "id"], name="contact_email_sorted"),
            # The counters above the list read nothing else, and their policy no more than whose client it is.
            models.Index(
                fields=["firm", "practice", "state"],
                include=["party"],
                name="contact_counted_as_seen",
                condition=Q(trashed_at=None),
            ),
            models.Index(fields=["party"], name="contact_party"),
            # Few at any time: what was written since the search last gathered words.
            models.Index(
                fields=["practice", "id"],
                name="contact_not_gathered",
                condition=Q(searched_version=None) | ~Q(searched_version=F("version")),
            ),
            # Not usable under row-level security, only by the function that searches.
            GinIndex(OpClass("search_text", name="gin_trgm_ops"), name="contact_found"),
        ]

    @classmethod
    def in_part(cls, who: "Who", rows: "models.QuerySet[Any]") -> "models.QuerySet[Any]":
        """Clients with an account that somebody with fewer of them has."""
        return rows.filter(party__in=known_parties(who))

    @property
    def title(self) -> str:
        """As lists show it: family name first."""
        if self.party is not None:
            return self.party.legal_name
        return f"{self.name}, {self.first_name}" if self.first_name else self.name

    @property
    def shown_email(self) -> str:
        """Where mail goes: what the broker knows comes first."""
        return (self.party.email if self.party is not None else "") or self.email


def known_parties(who: "Who") -> "models.QuerySet[Any]":
    """The clients whose accounts somebody works with, by their keys."""
    return scope(who, ClientRight).filter(account__moved_on=None).values("party_id")
