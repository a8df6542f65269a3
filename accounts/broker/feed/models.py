"""What the broker's files say of whole accounts: the files, net asset value by day, its history, exchange rates."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.ground.access.managers import TenantModel
from accounts.ground.tree.models import Account, Firm


class FileKind(models.TextChoices):
    """How a statement file is written."""

    FLEX = "flex", _("Flex statement (XML)")
    CSV = "csv", _("Daily values (CSV)")
    ANSWERS = "answers", _("Answers to instructions (CSV)")


class FileState(models.TextChoices):
    """How far the import of a file came."""

    LOADING = "loading", _("Loading")
    LOADED = "loaded", _("Loaded")
    PARTLY = "partly", _("Loaded, some accounts held or rejected")
    REFUSED = "refused", _("Refused")


class StatementFile(models.Model):
    """One file, known by its content: the source of every row that came with it."""

    id = models.AutoField(primary_key=True)
    sha256 = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=8, choices=FileKind)
    state = models.CharField(max_length=10, choices=FileState, default=FileState.LOADING)
    size = models.BigIntegerField()
    query_name = models.CharField(max_length=200, blank=True)
    generated_at = models.DateTimeField(null=True, help_text=_("When the broker made the file"))
    imported_at = models.DateTimeField(help_text=_("When it was first read"))
    told_at = models.DateTimeField(null=True, help_text=_("When its last rows were stored"))
    statements = models.IntegerField(default=0)
    counts = models.JSONField(default=dict)
    problem = models.CharField(max_length=500, blank=True)

    unscoped = models.Manager()

    class Meta:
        indexes = [models.Index(fields=["name", "size"], name="statementfile_name")]

    def __str__(self) -> str:
        return self.name


def tenant_account() -> models.ForeignKey:
    """The account of a row whose composite key (migration 0002) already holds it to its firm."""
    return models.ForeignKey(Account, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="+")


def tenant_firm() -> models.ForeignKey:
    return models.ForeignKey(Firm, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="+")


def source_file(*, null: bool = False) -> models.ForeignKey:
    """Where a row came from. Files are never deleted, so no constraint is paid for."""
    return models.ForeignKey(
        StatementFile, on_delete=models.PROTECT, db_constraint=False, db_index=False, null=null, related_name="+"
    )


class AccountRow(TenantModel):
    """Base of rows that name an account and no practice: seen by whoever sees the account."""

    scoped_by = {"firm": "account__firm_id", "practice": "account__practice_id", "account": "account_id"}

    class Meta(TenantModel.Meta):
        abstract = True


MANAGED = {**AccountRow.scoped_by, "managed": "account_id"}


class NavDaily(AccountRow):
    """Net asset value of one account on one business day, in the account's base currency.

    A hot table: monthly partitions, no foreign keys, no trigger, no second index (migration 0002 writes it in SQL).
    `flow` is what came in from outside on that day (went out, when negative), in the same currency.
    """

    pk = models.CompositePrimaryKey("nav_date", "account_id")
    nav_date = models.DateField()
    file = source_file(null=True)
    account = models.ForeignKey(
        Account, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    nlv = models.DecimalField(max_digits=20, decimal_places=4)
    flow = models.DecimalField(max_digits=20, decimal_places=4, db_default=0)
    currency = models.CharField(max_length=3)

    scoped_by = MANAGED

    class Meta(AccountRow.Meta):
        db_table = "broker_navdaily"


class NavHistory(AccountRow):
    """A value that was replaced: what we believed about a day, from when until when."""

    firm = tenant_firm()
    account = tenant_account()
    nav_date = models.DateField()
    nlv = models.DecimalField(max_digits=20, decimal_places=4)
    flow = models.DecimalField(max_digits=20, decimal_places=4)
    currency = models.CharField(max_length=3)
    file = source_file(null=True)
    recorded_at = models.DateTimeField(null=True)
    replaced_by = source_file()
    replaced_at = models.DateTimeField()

    class Meta(AccountRow.Meta):
        indexes = [models.Index(fields=["account", "nav_date", "replaced_at"], name="navhistory_account_day")]


class ChangeInNav(AccountRow):
    """The broker's own account of how a value became the next one; what statements are reconciled against."""

    firm = tenant_firm()
    account = tenant_account()
    starts = models.DateField()
    last_day = models.DateField()
    currency = models.CharField(max_length=3)
    starting = models.DecimalField(max_digits=20, decimal_places=4)
    ending = models.DecimalField(max_digits=20, decimal_places=4)
    twr = models.DecimalField(max_digits=24, decimal_places=12, null=True, help_text=_("In percent"))
    components = models.JSONField(default=dict)
    file = source_file()

    class Meta(AccountRow.Meta):
        constraints = [models.UniqueConstraint(fields=["account", "starts", "last_day"], name="changeinnav_once")]


class AccountFacts(AccountRow):
    """What the broker last said of an account beyond what the tree keeps."""

    account = models.OneToOneField(
        Account, on_delete=models.PROTECT, primary_key=True, db_constraint=False, related_name="broker_facts"
    )
    firm = tenant_firm()
    as_of = models.DateField()
    generated_at = models.DateTimeField()
    capabilities = models.CharField(max_length=200, blank=True)
    permissions = models.CharField(max_length=500, blank=True)
    master_name = models.CharField(max_length=200, blank=True)
    last_traded_on = models.DateField(null=True)
    file = source_file()

    class Meta(AccountRow.Meta):
        verbose_name_plural = _("account facts")


class FxRate(models.Model):
    """One unit of `from_currency` is worth `rate` of `to_currency` on that day, by the broker's table."""

    pk = models.CompositePrimaryKey("day", "from_currency", "to_currency")
    day = models.DateField()
    from_currency = models.CharField(max_length=3)
    to_currency = models.CharField(max_length=3)
    rate = models.DecimalField(max_digits=20, decimal_places=10)
    file = source_file()

    unscoped = models.Manager()

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(rate__gt=0), name="fxrate_positive")]
