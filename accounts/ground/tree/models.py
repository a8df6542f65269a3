"""Firms, practices and the three-level account tree, with the constraints that keep it exactly three levels deep."""

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.ground.access.managers import TenantModel

NUMBER_PATTERN = r"^D?[AFISU][0-9]{2,8}$"

CURRENCIES = [
    "USD",
    "EUR",
    "GBP",
    "CAD",
    "JPY",
    "HKD",
    "AUD",
    "CHF",
    "MXN",
    "SEK",
    "NZD",
    "HUF",
    "CZK",
    "CNH",
    "DKK",
    "RUB",
    "ILS",
    "NOK",
    "SGD",
    "PLN",
    "ZAR",
    "AED",
    "KRW",
    "SAR",
    "TRY",
    "RON",
    "BGN",
]


class Kind(models.TextChoices):
    """What an account is in the tree; masters are shells that never hold positions."""

    TOP_MASTER = "top_master", _("Top-level advisor master")
    SECOND_MASTER = "second_master", _("Second-level advisor master")
    MONEY_MANAGER = "money_manager", _("Money manager")
    STL_MASTER = "stl_master", _("STL master")
    STL_SUB = "stl_sub", _("STL sub account")
    CLIENT = "client", _("Client")


HOLDING_KINDS = (Kind.CLIENT, Kind.STL_MASTER, Kind.STL_SUB)
# All others: nothing is held there, and no list of accounts, sum or count takes them in.
SHELLS = (Kind.TOP_MASTER, Kind.SECOND_MASTER, Kind.MONEY_MANAGER)

# (kind, kind of its parent, level): every shape the tree may have. Source: three-level rules of the broker.
SHAPES = (
    (Kind.TOP_MASTER, None, 1),
    (Kind.SECOND_MASTER, Kind.TOP_MASTER, 2),
    (Kind.MONEY_MANAGER, Kind.TOP_MASTER, 2),
    (Kind.STL_MASTER, Kind.TOP_MASTER, 2),
    (Kind.CLIENT, Kind.TOP_MASTER, 2),
    (Kind.CLIENT, Kind.SECOND_MASTER, 3),
    (Kind.STL_SUB, Kind.STL_MASTER, 3),
)


class Status(models.TextChoices):
    """Account status letters of the broker."""

    NEW = "N", _("New, not yet open")
    PENDING = "P", _("Pending")
    OPEN = "O", _("Open")
    CLOSED = "C", _("Closed")
    ABANDONED = "A", _("Abandoned")
    REJECTED = "R", _("Rejected")


APPLICATIONS = (Status.NEW, Status.PENDING)
GIVEN_UP = (Status.ABANDONED, Status.REJECTED)


# Who holds an account, in the words of the broker's statements; one that is not listed here is told and passed over.
HOLDER_WORDS = {
    "Individual": _("Individual"),
    "Joint": _("Joint"),
    "IRA Traditional": _("Traditional IRA"),
    "IRA Rollover": _("Rollover IRA"),
    "IRA Roth": _("Roth IRA"),
    "IRA SEP": _("SEP IRA"),
    "IRA Inherited": _("Inherited IRA"),
    "Trust": _("Trust"),
    "UGMA/UTMA": _("UGMA/UTMA"),
    "Corporation": _("Corporation"),
    "LLC": _("Limited liability company"),
    "Partnership": _("Partnership"),
    "Unincorporated business": _("Unincorporated business"),
    "IRA Education": _("Education IRA"),
    "RRSP": _("RRSP"),
    "RRSP Spousal": _("Spousal RRSP"),
    "TFSA": _("TFSA"),
    "ISA": _("ISA"),
    "JISA": _("Junior ISA"),
}
HOLDERS = tuple(HOLDER_WORDS)
IRA = "IRA"
CUSTODIAL = "UGMA/UTMA"
# Held for a minor by somebody else, and in cash alone.
FOR_MINORS = (CUSTODIAL, "JISA")
# Holders that are persons: how old one is decides what may be opened.
PERSONS = ("INDIVIDUAL", "JOINT", IRA, "RRSP", "TFSA", "ISA")

# The broker's companies that hold accounts.
ENTITIES = ("IBLLC-US", "IB-CAN", "IB-UK", "IB-IE", "IBAU")
MONEY_MANAGER = "Money Manager"

# An application that may still become an account, or an account: what counts as a client that one has.
LIVING = (Status.NEW, Status.PENDING, Status.OPEN)


class Margin(models.TextChoices):
    """How the broker margins an account; a cash account can never owe."""

    CASH = "cash", _("Cash")
    MARGIN = "margin", _("Margin")
    PORTFOLIO = "portfolio", _("Portfolio margin")


class Firm(TenantModel):
    """One tree, one tenant: a top-level advisor with everything below it."""

    name = models.CharField(max_length=200)
    base_currency = models.CharField(max_length=3, default="USD")
    is_professional = models.BooleanField(default=True)
    is_registered = models.BooleanField(default=True)
    is_introducing_broker = models.BooleanField(default=False)
    created_at = models.DateTimeField(db_default=models.functions.Now())

    scoped_by = {"firm": "id", "practice": "practices__id", "account": "accounts__id"}

    class Meta(TenantModel.Meta):
        constraints = [
            models.CheckConstraint(condition=models.Q(base_currency__in=CURRENCIES), name="firm_currency_known")
        ]

    def __str__(self) -> str:
        return self.name


class Practice(TenantModel):
    """One advisor master, top or second level, with its members and clients."""

    firm = models.ForeignKey(Firm, on_delete=models.PROTECT, related_name="practices")
    level = models.PositiveSmallIntegerField(choices=[(1, _("Top level")), (2, _("Second level"))])
    name = models.CharField(max_length=200)
    is_registered = models.BooleanField(default=True)
    is_commodity_registered = models.BooleanField(
        _("registered for commodities in the United States"), default=False, db_default=False
    )
    created_at = models.DateTimeField(db_default=models.functions.Now())

    scoped_by = {"firm": "firm_id", "practice": "id", "account": "accounts__id"}

    class Meta(TenantModel.Meta):
        constraints = [
            models.CheckConstraint(condition=models.Q(level__in=[1, 2]), name="practice_level_1_or_2"),
            models.UniqueConstraint(fields=["firm", "id"], name="practice_firm_id"),
            models.UniqueConstraint(fields=["firm"], condition=models.Q(level=1), name="one_top_practice_a_firm"),
        ]

    def __str__(self) -> str:
        return self.name


def _shape_rule() -> models.Q:
    """Exactly the combinations of SHAPES."""
    rule = models.Q()
    for kind, parent_kind, level in SHAPES:
        one = models.Q(kind=kind, level=level)
        one &= (
            models.Q(parent_kind__isnull=True, parent__isnull=True)
            if parent_kind is None
            else models.Q(parent_kind=parent_kind, parent__isnull=False)
        )
        rule |= one
    return rule


_KIND_WORDS, _STATUS_WORDS = dict(Kind.choices), dict(Status.choices)

# Number, title and alias in one text without accents and capitals, a line each: what a search looks through.
SEARCHED = (
    r"lower(number) || E'\n' || sort_key || E'\n' ||"
    r" replace(regexp_replace(normalize(lower(alias), NFKD), '[\u0300-\u036f]', '', 'g'), 'ß', 'ss')"
)


class Account(TenantModel):
    """One node of the tree. `firm` and `practice` are repeated on each row, so that who sees it is one predicate."""

    firm = models.ForeignKey(Firm, on_delete=models.PROTECT, related_name="accounts")
    practice = models.ForeignKey(Practice, on_delete=models.PROTECT, related_name="accounts")
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="children")
    parent_kind = models.CharField(max_length=16, choices=Kind, null=True, blank=True, editable=False)
    stl = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="stl_subs")
    kind = models.CharField(max_length=16, choices=Kind)
    level = models.PositiveSmallIntegerField()
    number = models.CharField(max_length=10)
    title = models.CharField(max_length=200)
    alias = models.CharField(max_length=200, blank=True)
    sort_key = models.CharField(max_length=250, db_collation="C", editable=False, default="")
    search_text = models.GeneratedField(
        expression=models.Func(template=SEARCHED, output_field=models.TextField()),
        output_field=models.TextField(db_collation="C"),
        db_persist=True,
    )
    base_currency = models.CharField(max_length=3, default="USD")
    account_type = models.CharField(max_length=60, blank=True)
    customer_type = models.CharField(max_length=60, blank=True)
    margin_kind = models.CharField(max_length=10, choices=Margin, default=Margin.MARGIN)
    entity = models.CharField(max_length=20, blank=True)
    holder_born_on = models.DateField(null=True, blank=True, help_text=_("Where the holder is a person"))
    status = models.CharField(max_length=1, choices=Status, default=Status.NEW)
    application_started_on = models.DateField(null=True, blank=True)
    opened_on = models.DateField(null=True, blank=True)
    funded_on = models.DateField(null=True, blank=True)
    closed_on = models.DateField(null=True, blank=True)
    is_own = models.BooleanField(default=False, db_default=False, help_text=_("The advisor's own trading account"))
    moved_on = models.DateField(
        null=True, blank=True, help_text=_("The day it went on under another firm; this record stays closed")
    )
    created_at = models.DateTimeField(db_default=models.functions.Now())

    scoped_by = {"firm": "firm_id", "practice": "practice_id", "account": "id", "managed": "id"}

    class Meta(TenantModel.Meta):
        constraints = [
            models.CheckConstraint(condition=models.Q(number__regex=NUMBER_PATTERN), name="account_number_shape"),
            models.CheckConstraint(condition=_shape_rule(), name="account_three_levels"),
            models.CheckConstraint(condition=models.Q(base_currency__in=CURRENCIES), name="account_currency_known"),
            models.CheckConstraint(condition=models.Q(status__in=Status.values), name="account_status_known"),
            models.CheckConstraint(condition=models.Q(entity__in=["", *ENTITIES]), name="account_entity_known"),
            models.CheckConstraint(
                condition=models.Q(kind=Kind.STL_SUB, stl=models.F("parent"))
                | (~models.Q(kind=Kind.STL_SUB) & models.Q(stl__isnull=True)),
                name="account_stl_is_parent",
            ),
            models.CheckConstraint(
                condition=models.Q(status=Status.CLOSED, closed_on__isnull=False)
                | (~models.Q(status=Status.CLOSED) & models.Q(closed_on__isnull=True)),
                name="account_closed_has_day",
            ),
            # Of an account that went from firm to firm, one record lives and the others are what the firms remember.
            models.UniqueConstraint(
                fields=["number"], condition=models.Q(moved_on__isnull=True), name="account_number_once"
            ),
            models.CheckConstraint(
                condition=models.Q(moved_on__isnull=True) | models.Q(status=Status.CLOSED),
                name="account_moved_is_closed",
            ),
            models.CheckConstraint(
                condition=models.Q(is_own=False) | models.Q(kind=Kind.CLIENT), name="account_own_is_client"
            ),
            models.UniqueConstraint(fields=["firm", "id"], name="account_firm_id"),
            models.UniqueConstraint(fields=["firm", "id", "kind"], name="account_firm_id_kind"),
            models.UniqueConstraint(fields=["id", "practice"], name="account_id_practice"),
            models.UniqueConstraint(
                fields=["practice"],
                condition=models.Q(kind__in=[Kind.TOP_MASTER, Kind.SECOND_MASTER, Kind.MONEY_MANAGER]),
                name="one_master_a_practice",
            ),
        ]
        indexes = [
            models.Index(fields=["firm", "sort_key", "id"], name="account_firm_sorted"),
            models.Index(fields=["practice", "sort_key", "id"], name="account_practice_sorted"),
            models.Index(fields=["parent", "kind", "sort_key", "id"], name="account_parent_sorted"),
            models.Index(fields=["number"], name="account_number"),
            # A firm has few: what looks for them reads no other account.
            models.Index(fields=["id"], condition=models.Q(kind=Kind.STL_MASTER), name="account_stl_master"),
            # Not usable under row-level security, only by the function that searches (migration 0028).
            GinIndex(OpClass("search_text", name="gin_trgm_ops"), name="account_found"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    # Django's own would read every choice anew for each row of a list.
    def get_kind_display(self) -> str:  # type: ignore[no-redef]
        return str(_KIND_WORDS.get(self.kind, self.kind))

    def get_status_display(self) -> str:  # type: ignore[no-redef]
        return str(_STATUS_WORDS.get(self.status, self.status))

    @property
    def is_application(self) -> bool:
        """Whether the account has been asked for and neither opened nor given up yet."""
        return self.status in APPLICATIONS

    @property
    def is_holding(self) -> bool:
        """Whether the account can have a net asset value of its own."""
        return self.kind in HOLDING_KINDS
