"""People: the party (a legal person), the user (a sign-in) and the seat (what a user is at a firm)."""

from django.contrib.auth.models import AbstractUser, UserManager
from django.contrib.auth.validators import ASCIIUsernameValidator
from django.contrib.postgres.fields import ArrayField
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from accounts.ground.access.abilities import FUNDING
from accounts.ground.access.managers import TenantModel
from accounts.ground.tree.models import Account, Firm, Practice


class Party(TenantModel):
    """A natural or legal person known to a firm; owner or user of accounts."""

    firm = models.ForeignKey(Firm, on_delete=models.PROTECT, related_name="parties")
    practice = models.ForeignKey(Practice, on_delete=models.PROTECT, related_name="parties")
    legal_name = models.CharField(max_length=200)
    is_organisation = models.BooleanField(default=False)
    residence = models.CharField(max_length=3, blank=True, help_text=_("ISO 3166-1 alpha-3"))
    born_on = models.DateField(null=True, blank=True)
    email = models.EmailField(blank=True)
    language = models.CharField(max_length=10, default="en")
    created_at = models.DateTimeField(db_default=models.functions.Now())

    scoped_by = {"firm": "firm_id", "practice": "practice_id", "account": "rights__account_id"}

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["firm", "id"], name="party_firm_id")]

    def __str__(self) -> str:
        return self.legal_name


class Theme(models.TextChoices):
    """Colour scheme of the pages."""

    SYSTEM = "system", _("Same as my system")
    LIGHT = "light", _("Light")
    DARK = "dark", _("Dark")


class User(AbstractUser):
    """A sign-in. The name is unique whatever its case; the e-mail is not, because one person may own two sign-ins."""

    party = models.ForeignKey(
        Party, on_delete=models.PROTECT, null=True, blank=True, related_name="users", db_constraint=False
    )
    email = models.EmailField(_("email address"), blank=True)
    language = models.CharField(max_length=10, default="en")
    timezone = models.CharField(max_length=40, default="America/New_York")
    theme = models.CharField(max_length=10, choices=Theme, default=Theme.SYSTEM)
    menu_is_folded = models.BooleanField(default=False)

    # Two names that look alike in two scripts would be two people.
    username_validator = ASCIIUsernameValidator()  # type: ignore[assignment]

    objects = UserManager()

    class Meta(AbstractUser.Meta):
        constraints = [
            models.UniqueConstraint(Lower("username"), name="user_name_any_case"),
            models.CheckConstraint(condition=models.Q(username__regex=r"^[A-Za-z0-9@.+_-]+$"), name="user_name_ascii"),
        ]


class SignInSession(AbstractBaseSession):
    """A browser that is signed in, or about to be; the row says whose it is, so ending one's sessions is one look."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, null=True, related_name="sessions")

    class Meta(AbstractBaseSession.Meta):
        db_table = "accounts_session"

    @classmethod
    def get_session_store_class(cls) -> type:
        """What reads and writes these rows."""
        from accounts.ground.people.sessions import SessionStore

        return SessionStore


class WrongPassword(models.Model):
    """One wrong password for a name, from a device that the name has not signed in with; kept for a day."""

    name_hash = models.CharField(max_length=32)
    at = models.DateTimeField()

    unscoped = models.Manager()

    class Meta:
        indexes = [models.Index(fields=["name_hash", "at"], name="wrong_password_name")]


class DisabledName(models.Model):
    """A name that opens only on devices that know it, until the back office restores it."""

    name_hash = models.CharField(max_length=32, primary_key=True)
    at = models.DateTimeField()

    unscoped = models.Manager()


class Role(models.TextChoices):
    """What a seat lets its user be; the authority table is written in these words."""

    TOP = "top", _("Top-level advisor")
    SECOND = "second", _("Second-level advisor")
    STL = "stl", _("STL master")
    STL_SUB = "stl_sub", _("STL sub account")
    MANAGER = "manager", _("Money manager")
    CLIENT = "client", _("Client")
    OFFICE = "office", _("Back office")


class Standing(models.TextChoices):
    """Whose user a seat belongs to."""

    PRIMARY = "primary", _("Primary user")
    MEMBER = "member", _("User")
    ATTORNEY = "attorney", _("Power of attorney")
    SECOND = "second", _("Second user")


class Holdings(models.TextChoices):
    """Which of the seat's accounts its user works with."""

    ALL = "all", _("All accounts")
    CHOSEN = "chosen", _("Chosen accounts")
    TYPES = "types", _("Accounts of some types")


def _words() -> ArrayField:
    return ArrayField(models.CharField(max_length=40), default=list, blank=True)


class AccessRole(TenantModel):
    """A named set of functions; who is bound to it has what it has now."""

    firm = models.ForeignKey(Firm, on_delete=models.PROTECT, related_name="+")
    practice = models.ForeignKey(Practice, on_delete=models.PROTECT, null=True, related_name="access_roles")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+")
    name = models.CharField(max_length=60)
    abilities = _words()
    created_at = models.DateTimeField(db_default=models.functions.Now())

    scoped_by = {"firm": "firm_id", "practice": "practice_id", "account": "account_id"}

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["firm", "id"], name="access_role_firm_id"),
            models.UniqueConstraint(
                "firm", "practice", "account", Lower("name"), nulls_distinct=False, name="access_role_name_once"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Seat(models.Model):
    """What one user is at one firm. Removing the seat removes every right at once."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="seats")
    role = models.CharField(max_length=10, choices=Role)
    firm = models.ForeignKey(Firm, on_delete=models.PROTECT, null=True, blank=True, related_name="seats")
    practice = models.ForeignKey(Practice, on_delete=models.PROTECT, null=True, blank=True, related_name="seats")
    party = models.ForeignKey(Party, on_delete=models.PROTECT, null=True, blank=True, related_name="seats")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, blank=True, related_name="seats")
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(db_default=models.functions.Now())
    ended_at = models.DateTimeField(null=True, blank=True)

    standing = models.CharField(max_length=10, choices=Standing, default=Standing.PRIMARY)
    principal = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="second_users")
    access_role = models.ForeignKey(
        AccessRole, on_delete=models.PROTECT, null=True, blank=True, related_name="seats", db_constraint=False
    )
    abilities = _words()
    holdings = models.CharField(max_length=10, choices=Holdings, default=Holdings.ALL)
    account_types = _words()
    is_security_officer = models.BooleanField(default=False)
    is_account_representative = models.BooleanField(default=False)
    is_employee = models.BooleanField(default=False)

    scoped_by = {"firm": "firm_id", "practice": "practice_id", "account": "account_id"}
    unscoped = models.Manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(role=Role.OFFICE, firm=None, practice=None, party=None, account=None)
                | models.Q(role__in=[Role.TOP, Role.SECOND], firm__isnull=False, practice__isnull=False, account=None)
                | models.Q(role__in=[Role.STL, Role.STL_SUB, Role.MANAGER], firm__isnull=False, account__isnull=False)
                | models.Q(role=Role.CLIENT, firm__isnull=False, party__isnull=False, account=None),
                name="seat_fits_role",
            ),
            models.UniqueConstraint(
                fields=["user", "role", "practice", "party", "account"], nulls_distinct=False, name="one_seat_of_a_kind"
            ),
            models.UniqueConstraint(fields=["firm", "id"], name="seat_firm_id"),
            models.CheckConstraint(
                condition=models.Q(standing=Standing.SECOND, principal__isnull=False)
                | (~models.Q(standing=Standing.SECOND) & models.Q(principal__isnull=True)),
                name="seat_second_has_principal",
            ),
            models.CheckConstraint(
                condition=~models.Q(standing=Standing.SECOND, abilities__overlap=sorted(FUNDING)),
                name="seat_second_never_funds",
            ),
            models.CheckConstraint(
                condition=~models.Q(standing=Standing.PRIMARY)
                | models.Q(access_role=None, abilities=[], holdings=Holdings.ALL, is_security_officer=False),
                name="seat_primary_has_everything",
            ),
            models.UniqueConstraint(
                fields=["principal"], condition=models.Q(ended_at=None), name="one_second_user_a_person"
            ),
        ]
        indexes = [models.Index(fields=["access_role"], name="seat_access_role")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.role}"


class SeatAccount(TenantModel):
    """One account that a user restricted to chosen accounts works with."""

    firm = models.ForeignKey(Firm, on_delete=models.PROTECT, related_name="+")
    seat = models.ForeignKey(Seat, on_delete=models.PROTECT, related_name="chosen")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")

    scoped_by = {"firm": "firm_id", "practice": "account__practice_id", "account": "account_id"}

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["seat", "account"], name="chosen_once")]


class ClientRight(TenantModel):
    """Which accounts a client party may see and sign for."""

    firm = models.ForeignKey(Firm, on_delete=models.PROTECT, related_name="+")
    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="rights")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="client_rights")
    may_sign = models.BooleanField(default=True)

    scoped_by = {"firm": "firm_id", "practice": "account__practice_id", "account": "account_id"}

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["party", "account"], name="one_right_a_party_and_account")]
