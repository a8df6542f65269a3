"""What is stored of vaults: public keys, wrapped and sealed secrets, signatures. Nothing in it opens anything alone."""

import uuid
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.ground.access.managers import TenantModel
from accounts.ground.tree.models import Firm, Practice
from crm.vault.engine.keys import FLOOR_MEMORY, FLOOR_PASSES, Cost
from crm.vault.engine.sessions import StoredSession
from crm.vault.engine.stored import StoredEpoch, StoredGrant, StoredMember, StoredVault

if TYPE_CHECKING:
    from accounts.ground.access.context import Who


class Kept(TenantModel):
    """Base of rows that are a practice's alone: not even the level above reads them."""

    firm = models.ForeignKey(Firm, on_delete=models.PROTECT, related_name="+", db_constraint=False)
    practice = models.ForeignKey(Practice, on_delete=models.PROTECT, related_name="+", db_constraint=False)

    scoped_by = {"firm": "firm_id", "practice": "practice_id"}

    @classmethod
    def narrowed(cls, who: "Who", rows: "models.QuerySet[Any]") -> "models.QuerySet[Any]":
        """Of one's own practice."""
        return rows.filter(practice_id=who.practice_id)

    class Meta(TenantModel.Meta):
        abstract = True


class KeptForAll(Kept):
    """Base of what everybody of the practice reads, also who works with some of its accounts only."""

    class Meta(Kept.Meta):
        abstract = True

    @classmethod
    def in_part(cls, who: "Who", rows: "models.QuerySet[Any]") -> "models.QuerySet[Any]":
        """All of the practice's."""
        return rows


class PepperName(models.Model):
    """The name of a secret that the installation keeps outside the database; without that secret no password opens."""

    name = models.CharField(max_length=16, primary_key=True)
    first_used_at = models.DateTimeField()

    unscoped = models.Manager()


class Vault(KeptForAll):
    """The vault of a practice. All that members trust is signed by its root."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    root_public = models.BinaryField()
    recovery_public = models.BinaryField()
    recovery_signature = models.BinaryField()
    founded_at = models.DateTimeField()
    founded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta(Kept.Meta):
        constraints = [
            models.UniqueConstraint(fields=["practice"], name="vault_one_a_practice"),
            models.UniqueConstraint(fields=["firm", "practice", "id"], name="vault_practice_id"),
        ]

    def stored(self) -> StoredVault:
        """As the engine reads it."""
        return StoredVault(
            self.id,
            self.practice_id,
            *(bytes(one) for one in (self.root_public, self.recovery_public, self.recovery_signature)),
        )

    def take(self, stored: StoredVault) -> None:
        """Put what the engine has made into the row."""
        self.root_public, self.recovery_public = stored.root_public, stored.recovery_public
        self.recovery_signature = stored.recovery_signature


class MemberState(models.TextChoices):
    """How far somebody has come into the vault."""

    MAKING = "making", _("Has not confirmed the recovery code")
    WAITING = "waiting", _("Waits to be let in")
    MEMBER = "member", _("Member")
    LEFT = "left", _("Has left")


class Member(KeptForAll):
    """One person's keys in a vault: the public halves, and the private ones wrapped by password and by code."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    vault = models.ForeignKey(Vault, on_delete=models.PROTECT, related_name="members", db_constraint=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=MemberState)
    holds_root = models.BooleanField(default=False)
    box_public = models.BinaryField()
    sign_public = models.BinaryField()
    memory = models.PositiveIntegerField()
    passes = models.PositiveIntegerField()
    lanes = models.PositiveIntegerField()
    salt = models.BinaryField()
    pepper = models.CharField(max_length=16)
    blob = models.BinaryField()
    recovery_salt = models.BinaryField()
    recovery_blob = models.BinaryField()
    not_before = models.BigIntegerField(default=0)
    binding = models.BinaryField(default=bytes)
    created_at = models.DateTimeField()
    joined_at = models.DateTimeField(null=True)
    left_at = models.DateTimeField(null=True)
    wrong_at = ArrayField(models.DateTimeField(), default=list, help_text="Wrong storage passwords of the last day")
    wrong = models.PositiveSmallIntegerField(default=0, help_text="Wrong ones since the last right one")

    class Meta(Kept.Meta):
        constraints = [
            models.CheckConstraint(condition=models.Q(state__in=MemberState.values), name="vault_member_state"),
            models.CheckConstraint(
                condition=models.Q(memory__gte=FLOOR_MEMORY, passes__gte=FLOOR_PASSES, lanes__gte=1),
                name="vault_member_cost_floor",
            ),
            models.UniqueConstraint(
                fields=["vault", "user"], condition=~models.Q(state="left"), name="vault_member_once"
            ),
            models.UniqueConstraint(fields=["vault", "id"], name="vault_member_id"),
        ]
        indexes = [models.Index(fields=["practice"], name="vault_member_practice")]

    def stored(self) -> StoredMember:
        """As the engine reads it."""
        return StoredMember(
            *(self.id, self.vault_id, self.practice_id, self.user_id),
            *(bytes(self.box_public), bytes(self.sign_public)),
            Cost(self.memory, self.passes, self.lanes),
            *(bytes(self.salt), self.pepper.encode(), bytes(self.blob)),
            *(bytes(self.recovery_salt), bytes(self.recovery_blob)),
            *(self.not_before, bytes(self.binding)),
        )

    def take(self, stored: StoredMember) -> None:
        """Put what the engine has made into the row."""
        self.box_public, self.sign_public = stored.box_public, stored.sign_public
        self.memory, self.passes, self.lanes = stored.cost.memory, stored.cost.passes, stored.cost.lanes
        self.salt, self.pepper, self.blob = stored.salt, stored.pepper.decode(), stored.blob
        self.recovery_salt, self.recovery_blob = stored.recovery_salt, stored.recovery_blob
        self.not_before, self.binding = stored.not_before, stored.binding


class Epoch(KeptForAll):
    """One period of the practice's data key; it ends when somebody leaves."""

    vault = models.ForeignKey(Vault, on_delete=models.PROTECT, related_name="epochs", db_constraint=False)
    number = models.PositiveIntegerField()
    commitment = models.BinaryField()
    inbox_public = models.BinaryField()
    inbox_sealed = models.BinaryField()
    recovery_sealed = models.BinaryField()
    roster = models.BinaryField(default=bytes, help_text="Fingerprints of all who belong to it")
    signature = models.BinaryField()
    began_at = models.DateTimeField()

    class Meta(Kept.Meta):
        constraints = [models.UniqueConstraint(fields=["vault", "number"], name="vault_epoch_number")]

    def stored(self) -> StoredEpoch:
        """As the engine reads it."""
        parts = (self.commitment, self.inbox_public, self.inbox_sealed, self.recovery_sealed, self.roster)
        return StoredEpoch(self.vault_id, self.number, *(bytes(one) for one in (*parts, self.signature)))

    def take(self, stored: StoredEpoch) -> None:
        """Put what the engine has made into the row."""
        self.commitment, self.roster, self.signature = stored.commitment, stored.roster, stored.signature
        self.inbox_public, self.inbox_sealed = stored.inbox_public, stored.inbox_sealed
        self.recovery_sealed = stored.recovery_sealed


class Grant(KeptForAll):
    """One epoch's key for one member."""

    vault = models.ForeignKey(Vault, on_delete=models.PROTECT, related_name="grants", db_constraint=False)
    epoch = models.PositiveIntegerField()
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="grants", db_constraint=False)
    granter = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+", db_constraint=False)
    sealed = models.BinaryField()
    signature = models.BinaryField()

    class Meta(Kept.Meta):
        constraints = [models.UniqueConstraint(fields=["member", "epoch"], name="vault_grant_once")]

    def stored(self) -> StoredGrant:
        """As the engine reads it."""
        ids = (self.vault_id, self.epoch, self.member_id, self.granter_id)
        return StoredGrant(*ids, bytes(self.sealed), bytes(self.signature))


class Unlocked(KeptForAll):
    """A browser in which the vault is open: its keys, wrapped under a secret that only its cookie holds."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    mark = models.CharField(max_length=64, unique=True)
    vault = models.ForeignKey(Vault, on_delete=models.PROTECT, related_name="+", db_constraint=False)
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+", db_constraint=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    sign_in = models.CharField(max_length=40, help_text="The sign-in session it lives and ends with")
    created_at = models.DateTimeField()
    until = models.DateTimeField()
    idle_seconds = models.PositiveIntegerField()
    used_at = models.DateTimeField()
    wrapped = models.BinaryField()

    class Meta(Kept.Meta):
        db_table = "crm_vaultsession"
        indexes = [models.Index(fields=["user"], name="vault_session_user")]

    def stored(self) -> StoredSession:
        """As the engine reads it."""
        return StoredSession(
            *(self.id, self.vault_id, self.practice_id, self.member_id, self.user_id, self.sign_in),
            *(int(self.created_at.timestamp()), int(self.until.timestamp()), self.idle_seconds),
            bytes(self.wrapped),
        )

    @property
    def idle_until(self) -> Any:
        """When it locks if nothing is done."""
        return min(self.until, self.used_at + timedelta(seconds=self.idle_seconds))


class Deposit(Kept):
    """What a job without a key has left behind: sealed to the inbox, and under the data key once a member was there."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    vault = models.ForeignKey(Vault, on_delete=models.PROTECT, related_name="+", db_constraint=False)
    epoch = models.PositiveIntegerField()
    kind = models.CharField(max_length=30)
    sealed = models.BinaryField()
    left_at = models.DateTimeField()
    kept_at = models.DateTimeField(null=True)

    class Meta(Kept.Meta):
        indexes = [
            models.Index(fields=["vault", "left_at"], condition=models.Q(kept_at=None), name="vault_deposit_waits")
        ]


class SealedFile(Kept):
    """A file in the store: its own key under the data key. Where and how long it is says nothing of what it is."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    vault = models.ForeignKey(Vault, on_delete=models.PROTECT, related_name="+", db_constraint=False)
    place = models.CharField(max_length=64, unique=True)
    key_sealed = models.BinaryField()
    length = models.BigIntegerField()
    stored_at = models.DateTimeField()

    class Meta(Kept.Meta):
        constraints = [models.UniqueConstraint(fields=["firm", "practice", "id"], name="vault_file_practice_id")]
        indexes = [models.Index(fields=["practice"], name="vault_file_practice")]
