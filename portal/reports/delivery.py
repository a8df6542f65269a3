"""The delivery audit: what was to reach each client in a period, and what became of it.

Statements stand open in the portal to whoever can sign in; everything else was sent, and its fate is known.
"""

from calendar import monthrange
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import NamedTuple

from django.db.models.functions import TruncMonth
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext, pgettext_lazy

from accounts.broker.feed.models import NavDaily
from accounts.ground.access.context import Who, cursor
from accounts.ground.access.gates import Gate, may_pass
from accounts.ground.access.scope import scope
from accounts.ground.people.models import Role
from accounts.ground.tree.models import Account
from portal.lib.csvtext import Cell
from portal.lib.exchange import EXCHANGE_ZONE
from portal.reports.performance import name_of, period_words
from portal.reports.periods import Span
from portal.reports.queries import Asked
from portal.reports.table import Column, Report, Row, Section, Sort

SIGN_IN = "sign_in"
LEFT, FAILED, QUEUED, NO_MAIL = "left", "failed", "queued", "none"
READ = "read"
# What is sent, in the order of the table: the heading of its column, and what one of them is called.
SENT: dict[str, tuple[str | Promise, str | Promise]] = {
    "notice": (gettext_lazy("Fee invoices"), gettext_lazy("Fee invoice")),
    "proposal": (gettext_lazy("Agreements to sign"), gettext_lazy("Fee agreement to sign")),
    "agreement": (gettext_lazy("Signed agreements"), gettext_lazy("Signed fee agreement")),
    "report": (gettext_lazy("Reports"), pgettext_lazy("a document", "Report")),
    "movement": (gettext_lazy("Money notices"), gettext_lazy("Notice of a movement of money")),
    "file": (gettext_lazy("Messages with files"), gettext_lazy("Message with files")),
}
# What the pages ask besides `report` on which the same can be read; what stands on none is asked nothing more.
GATES = {
    **dict.fromkeys(("proposal", "agreement"), Gate("set_fees")),
    "movement": Gate("view", needs="transaction_history"),
    "file": Gate("view"),
}
MAILS = {
    LEFT: gettext_lazy("Handed over"),
    FAILED: gettext_lazy("Could not be delivered"),
    QUEUED: gettext_lazy("On its way"),
    NO_MAIL: gettext_lazy("No mail"),
}
CENTER = {READ: pgettext_lazy("a message", "Read"), "unread": pgettext_lazy("a message", "Unread"), "": ""}


class Delivery(NamedTuple):
    """One document on its way to one person; without a mail it is nobody's, or its only way is the message center."""

    account: int
    kind: str
    document: str
    day: date
    address: str
    mail: str
    mail_day: date | None
    center: str

    @property
    def has_arrived(self) -> bool:
        """Whether the mail was handed over, or the message was read."""
        return self.mail == LEFT or self.center == READ


@dataclass
class Client:
    """One account, the months that it has statements of, who can sign in, and what it was sent."""

    account: Account
    months: list[date] = field(default_factory=list)
    people: list[str] = field(default_factory=list)
    sent: list[Delivery] = field(default_factory=list)

    @cached_property
    def documents(self) -> dict[tuple[str, str], bool]:
        """Each document that was sent, and whether it has reached somebody."""
        found: dict[tuple[str, str], bool] = defaultdict(bool)
        for one in self.sent:
            found[one.kind, one.document] |= one.has_arrived
        return dict(found)

    @property
    def arrived(self) -> int:
        return sum(self.documents.values())

    def number(self, kind: str) -> int:
        """How many documents of a kind."""
        return sum(one == kind for one, _document in self.documents)


@dataclass
class Tally:
    """What is told below the table: clients, those to whom nothing was delivered, and sums of its columns."""

    clients: int = 0
    without: int = 0
    sums: list[int] = field(default_factory=list)

    def add(self, counts: Sequence[int], *, has_nothing: bool) -> None:
        self.clients += 1
        self.without += has_nothing
        self.sums = [was + one for was, one in zip(self.sums or [0] * len(counts), counts, strict=True)]


def delivery_audit(asked: Asked, span: Span) -> Report:
    """Counts client by client, and below them every delivery; of what somebody may not read nothing is counted."""
    read = _Read(asked, span)
    count = [Column(str(SENT[kind][0]), Sort.COUNT) for kind in read.kinds]
    clients = Section(
        _("Clients"),
        [
            *(Column(_("Account ID"), Sort.ACCOUNT, 3), Column(_("Account title"), width=4)),
            *(Column(_("Statements"), Sort.COUNT), *count),
            *(
                Column(_("Delivered"), Sort.COUNT),
                Column(_("Not delivered"), Sort.COUNT),
                Column(_("Remark"), width=4, wraps=True),
            ),
        ],
        (),
        empty=_("No client had an open account in this period."),
    )
    every = Section(
        _("Deliveries"),
        [
            *(Column(_("Account ID"), Sort.ACCOUNT), Column(_("Document"), width=4), Column(_("Day"), Sort.DAY)),
            *(
                Column(pgettext("of a mail", "To"), width=4, wraps=True),
                Column(_("Message center")),
                Column(_("Outcome"), width=3),
            ),
            Column(_("Outcome on"), Sort.DAY),
        ],
        (),
        empty=_("Nothing was to be delivered in this period."),
    )
    clients.rows = _clients(asked, read, clients)
    every.rows = _deliveries(asked, read)
    return Report(asked.wish.title, period_words(span), [clients, every])


class _Read:
    """The clients of each batch; those of a single page are read once for both tables."""

    def __init__(self, asked: Asked, span: Span) -> None:
        self.asked, self.span = asked, span
        self.kinds = _open_to(asked.who)

    def clients(self) -> Iterator[Client]:
        """Those whose account was open on a day of the period."""
        if self.asked.only is not None:
            yield from self._page
            return
        for batch in self.asked.batches():
            yield from self._of(batch)

    @cached_property
    def _page(self) -> list[Client]:
        return self._of(self.asked.only or [])

    def _of(self, batch: Iterable[Account]) -> list[Client]:
        clients = {one.pk: Client(one) for one in batch if _was_open(one, self.span)}
        for account, month in self._months(list(clients)):
            if _last_of(month) <= self.span.last:
                clients[account].months.append(_last_of(month))
        for one in self._sent(list(clients)):
            client = clients[one.account]
            if one.kind == SIGN_IN:
                client.people.append(one.address)
            else:
                client.sent.append(one)
        return list(clients.values())

    def _months(self, accounts: list[int]) -> Iterable[tuple[int, date]]:
        """The months with a value, of which there is a statement."""
        begins = self.span.first.replace(day=1)
        inside = {"account_id__in": accounts, "nav_date__gte": begins, "nav_date__lte": self.span.last}
        rows = scope(self.asked.who, NavDaily).filter(**inside).annotate(month=TruncMonth("nav_date"))
        return rows.order_by("account_id", "month").values_list("account_id", "month").distinct()

    def _sent(self, accounts: list[int]) -> list[Delivery]:
        days = (self.span.first, self.span.last, EXCHANGE_ZONE.key)
        with cursor() as cur:
            cur.execute("SELECT * FROM portal_deliveries(%s::bigint[], %s, %s, %s)", [accounts, *days])
            found = [Delivery(*row) for row in cur.fetchall()]
        kinds = [SIGN_IN, *self.kinds]
        found = [one for one in found if one.kind in kinds]
        return sorted(found, key=lambda one: (one.day or date.min, kinds.index(one.kind), one.document, one.address))


def _open_to(who: Who) -> list[str]:
    """The kinds of deliveries that somebody may be told of."""
    return [kind for kind in SENT if kind not in GATES or may_pass(who, GATES[kind])]


def _was_open(account: Account, span: Span) -> bool:
    begun = account.opened_on is None or account.opened_on <= span.last
    return begun and (account.closed_on is None or account.closed_on >= span.first)


def _last_of(month: date) -> date:
    return month.replace(day=monthrange(month.year, month.month)[1])


def _clients(asked: Asked, read: _Read, section: Section) -> Iterator[Row]:
    tally = Tally()
    for client in read.clients():
        counts = [
            *(len(client.months), *(client.number(kind) for kind in read.kinds)),
            *(client.arrived, len(client.documents) - client.arrived),
        ]
        tally.add(counts, has_nothing=not client.arrived)
        account = client.account
        cells: list[Cell] = [name_of(asked, account), account.title, *counts, _remark(client)]
        yield Row(cells, is_marked=not client.arrived, number=account.number)
    if tally.clients:
        # A page of several has no totals: they would be the page's own.
        if asked.only is None or len(asked.only) == asked.number:
            yield Row([_("Total"), "", *tally.sums, ""], is_total=True)
        section.notes += _shut(read.kinds) + _about(tally)
        if asked.who.role == Role.TOP:
            section.notes.append(
                _("Messages of second-level advisors to their clients are not counted here: only they read those.")
            )


def _remark(client: Client) -> str:
    if client.arrived:
        return ""
    return _("Nothing delivered") if client.people else _("Nothing delivered; nobody has a sign-in")


def _shut(known: Sequence[str]) -> list[str]:
    closed = ", ".join(str(words) for kind, (words, _one) in SENT.items() if kind not in known)
    words = _("Your user was not given what this report needs for: %(questions)s.")
    return [words % {"questions": closed}] if closed else []


def _about(tally: Tally) -> list[str]:
    without = ngettext(
        "To %(count)d of the clients listed here nothing was delivered.",
        "To %(count)d of the clients listed here nothing was delivered.",
        tally.without,
    )
    reached = _("Something was delivered to every client listed here.")
    return [
        without % {"count": tally.without} if tally.without else reached,
        _(
            "Delivered is what left by mail, or was read in the message center, for at least one person of the client."
            " Statements are counted for themselves: they stand open in the portal, and no mail tells of them."
        ),
    ]


def _deliveries(asked: Asked, read: _Read) -> Iterator[Row]:
    for client in read.clients():
        name, number = name_of(asked, client.account), client.account.number
        where = _("Open in the portal") if client.people else _("Nobody has a sign-in")
        for last in client.months:
            cells: list[Cell] = [name, _("Statement of the month"), last, ", ".join(client.people), "", where, None]
            yield Row(cells, number=number, is_marked=not client.people)
        for one in client.sent:
            words = str(SENT[one.kind][1])
            fate = [str(CENTER[one.center]), str(MAILS[one.mail]), one.mail_day]
            is_marked = not client.documents[one.kind, one.document]
            yield Row([name, words, one.day, one.address, *fate], number=number, is_marked=is_marked)
