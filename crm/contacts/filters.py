"""What the address of the list asks for, typed as words and tokens or clicked, and the contacts it lets through."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet, Sum
from django.http import QueryDict

from accounts.ground.access.scope import scope
from accounts.ground.people.models import ClientRight
from accounts.ground.runs.queries import sealed_day
from accounts.ground.tree.models import HOLDERS
from accounts.ground.tree.models import Status as AccountStatus
from accounts.ground.tree.queries import typed
from crm.contacts.models import Contact, Kind, State
from crm.contacts.queries import valued
from crm.contacts.search import every_found, found_inside
from crm.groups.models import Group, GroupMember
from crm.notes.models import Note
from crm.vault.engine.encoding import Unopened
from crm.vault.sealed import Opened, folded

ME, NOBODY = "me", "none"
# What an address may say to mean somebody, and what each part is read as; and what says only how they are shown.
MEANT = {
    **{name: name for name in ("state", "kind", "type", "status", "owner", "group")},
    "q": "narrows",
    "inside": "is_inside",
    "mine": "is_mine",
}
SHOWING = ("sort", "filter", "columns")
PLACE = ("after", "before")
# A word with a colon, such as state:open or group:"Sailing club".
_TOKEN = re.compile(r'(?<!\S)(\w+):(?:"([^"]*)"|(\S*))')
_USERNAME = re.compile(r"[\w.@+-]{1,150}")
# More or less than a sum in the firm's currency: >250k, <=1.5m.
_SUM = re.compile(r"(>=|<=|>|<)(\d{1,12}(?:\.\d{1,4})?)(k|m|bn)?", re.IGNORECASE)
_TIMES = {"": 1, "k": 1000, "m": 1_000_000, "bn": 1_000_000_000}
_COMPARED = {">": "gt", ">=": "gte", "<": "lt", "<=": "lte"}
# How many days nobody wrote a note about a client: 40, or 40d.
_DAYS = re.compile(r"(\d{1,4})d?", re.IGNORECASE)
# What a client's application waits for is said as a status too.
INCOMPLETE = "incomplete"


@dataclass(frozen=True)
class Filters:
    """What the address of the list asks for; unknown values are left out, unknown tokens are told."""

    text: str = ""
    is_inside: bool = False
    state: str = ""
    kind: str = ""
    type: str = ""
    status: str = ""
    owner: str = ""
    group: str = ""
    aum: str = ""
    quiet: int = 0
    in_trash: bool = False
    unknown: tuple[str, ...] = field(default=())

    @classmethod
    def of(cls, query: QueryDict | Mapping[str, str]) -> "Filters":
        """Read from the query of an address; what is typed as a token goes before what was clicked."""
        words, said, unknown = _split(typed(query.get("q")))
        said = {**{key: query.get(key) or "" for key in ("state", "kind", "type", "status", "owner", "group")}, **said}
        return cls(
            text=words,
            is_inside=query.get("inside") == "1" or said.get("in") == "records",
            state=_one_of(said["state"], State.values),
            kind=_one_of(said["kind"], Kind.values),
            type=_one_of(said["type"], HOLDERS),
            status=_one_of(said["status"], AccountStatus.values),
            owner=ME if query.get("mine") == "1" else said["owner"] if _USERNAME.fullmatch(said["owner"]) else "",
            group=said["group"][:200],
            aum=said.get("aum", ""),
            quiet=int(said.get("quiet", 0)),
            in_trash=query.get("trash") == "1",
            unknown=unknown,
        )

    @property
    def is_mine(self) -> bool:
        """Whether only one's own are asked for."""
        return self.owner == ME

    @property
    def narrows(self) -> bool:
        """Whether anything is left out beside the trash."""
        said = (self.text, self.state, self.kind, self.type, self.status, self.owner, self.group, self.aum, self.quiet)
        return any((*said, self.unknown))


def understood(query: QueryDict) -> Filters | None:
    """The filters of an address that leaves somebody out and of which each part was understood; None for any other: a
    slip in a filter must not reach the whole book."""
    filters = Filters.of(query)
    said = {name for name in query if query[name] and name not in SHOWING}
    if filters.unknown or not filters.narrows or not said <= MEANT.keys():
        return None
    return filters if all(getattr(filters, MEANT[name]) for name in said) else None


def all_meant(vault: Opened, query: QueryDict) -> "QuerySet[Contact]":
    """Whom somebody means by "all that match": nobody where a part of the address is not understood, and everybody only
    where it says nothing at all."""
    if not any(query[name] for name in query if name not in (*SHOWING, *PLACE)):
        return book(vault)
    filters = understood(query)
    return book(vault).none() if filters is None else shown(vault, filters)


def kept(query: QueryDict) -> str:
    """The part of an address that a group can keep; "" for what is not understood, and for groups: they do not nest."""
    filters = understood(query)
    if filters is None or filters.group:
        return ""
    said = query.copy()
    for name in SHOWING:
        said.pop(name, None)
    return said.urlencode()


def for_view(vault: Opened, query: QueryDict) -> str | None:
    """An address as a view may keep it in the clear: a group by its key instead of its name.

    None for what is looked for inside the records, for a group that is not there and for what is not understood.
    """
    filters = Filters.of(query)
    if filters.is_inside or filters.unknown:
        return None
    said = query.copy()
    if filters.group:
        group = group_of(vault, filters.group)
        if group is None:
            return None
        if words := said.get("q", ""):
            said["q"] = without_token(words, "group")
        said.pop("group", None)
        said["group"] = str(group.pk)
    return said.urlencode()


# What may be typed before a colon: what it is here, and which values it takes.
TOKENS: Mapping[str, tuple[str, Callable[[str], bool]]] = {
    "state": ("state", lambda value: value in State.values),
    "kind": ("kind", lambda value: value in Kind.values),
    "type": ("type", lambda value: value.casefold() in {one.casefold() for one in HOLDERS}),
    "status": ("status", lambda value: value.upper() in AccountStatus.values or value in (*State.values, INCOMPLETE)),
    "owner": ("owner", lambda value: bool(_USERNAME.fullmatch(value))),
    "advisor": ("owner", lambda value: bool(_USERNAME.fullmatch(value))),
    "aum": ("aum", lambda value: bool(_SUM.fullmatch(value))),
    "quiet": ("quiet", lambda value: bool(_DAYS.fullmatch(value)) and int(value.casefold().rstrip("d")) > 0),
    "group": ("group", bool),
    "tag": ("group", bool),
    "in": ("in", lambda value: value == "records"),
}


def _split(text: str) -> tuple[str, dict[str, str], tuple[str, ...]]:
    """(the words, what the tokens say, the tokens that say nothing known)."""
    said: dict[str, str] = {}
    unknown: list[str] = []
    for name, quoted, bare in _TOKEN.findall(text):
        key, takes = TOKENS.get(name.casefold(), ("", bool))
        value = quoted or bare
        if not key or not takes(value):
            unknown.append(f"{name}:{value}")
        elif key == "status" and value.upper() not in AccountStatus.values:
            said["state"] = State.APPLYING if value == INCOMPLETE else value
        else:
            said[key] = _written(key, value)
    return " ".join(_TOKEN.sub(" ", text).split()), said, tuple(unknown)


def _written(key: str, value: str) -> str:
    """A value as the address would say it."""
    if key == "type":
        return next(one for one in HOLDERS if one.casefold() == value.casefold())
    if key == "aum":
        return value.casefold()
    if key == "quiet":
        return value.casefold().rstrip("d")
    return value.upper() if key == "status" else value


def sum_of(aum: str) -> tuple[str, Decimal]:
    """How a value is compared, and with how much of the firm's currency."""
    match = _SUM.fullmatch(aum)
    assert match, "only such values are taken"
    return match[1], Decimal(match[2]) * _TIMES[(match[3] or "").casefold()]


def without_token(text: str, key: str) -> str:
    """What was typed, without the tokens that stand for one filter."""

    def kept(match: re.Match[str]) -> str:
        return "" if TOKENS.get(match[1].casefold(), ("",))[0] == key else match[0]

    return " ".join(_TOKEN.sub(kept, text).split())


def book(vault: Opened, *, in_trash: bool = False) -> "QuerySet[Contact]":
    """The contacts of one's practice."""
    rows = scope(vault.who, Contact).filter(trashed_at__isnull=not in_trash)
    return rows.select_related("party", "owner")


def narrowed(vault: Opened, rows: "QuerySet[Contact]", filters: Filters) -> "QuerySet[Contact]":
    """Those that the filters let through, the state apart."""
    if filters.unknown:
        return rows.none()
    if filters.text:
        inside = found_inside(vault, filters.text) if filters.is_inside else set()
        rows = rows.filter(pk__in=every_found(filters.text, in_part=vault.who.is_narrowed, also=inside))
    if filters.kind:
        rows = rows.filter(kind=filters.kind)
    if filters.owner == NOBODY:
        rows = rows.filter(owner=None)
    elif filters.owner:
        mine = {"owner_id": vault.who.user_id} if filters.owner == ME else {"owner__username": filters.owner}
        rows = rows.filter(**mine)
    if filters.type or filters.status:
        held = scope(vault.who, ClientRight).filter(party_id=OuterRef("party_id"), account__moved_on=None)
        held = held.filter(account__account_type=filters.type) if filters.type else held
        held = held.filter(account__status=filters.status) if filters.status else held
        rows = rows.filter(Exists(held))
    if filters.aum:
        sign, amount = sum_of(filters.aum)
        worth = valued(vault.who, sealed_day()).order_by().values("party_id").annotate(worth=Sum("value"))
        rows = rows.filter(party_id__in=worth.filter(**{f"worth__{_COMPARED[sign]}": amount}).values("party_id"))
    if filters.quiet:
        since = vault.row.used_at - timedelta(days=filters.quiet)
        noted = scope(vault.who, Note).filter(trashed_at=None, created_at__gte=since).values("account_id")
        heard = scope(vault.who, ClientRight).filter(account_id__in=noted).values("party_id")
        rows = rows.filter(party__isnull=False).exclude(party_id__in=heard)
    if filters.group:
        group = group_of(vault, filters.group)
        rows = rows.none() if group is None else in_group(vault, rows, group)
    return rows


def shown(vault: Opened, filters: Filters) -> "QuerySet[Contact]":
    """All that the filters let through, the state too."""
    rows = narrowed(vault, book(vault, in_trash=filters.in_trash), filters)
    return rows.filter(state=filters.state) if filters.state else rows


def in_group(vault: Opened, rows: "QuerySet[Contact]", group: Group) -> "QuerySet[Contact]":
    """Those of the rows that a group holds: its members, or what its saved search finds now."""
    if not group.is_search:
        return rows.filter(pk__in=scope(vault.who, GroupMember).filter(group_id=group.pk).values("contact_id"))
    try:
        filters = understood(QueryDict(group.text(vault, "query")))
    except Unopened:
        filters = None
    if filters is None or filters.group:
        return rows.none()
    rows = narrowed(vault, rows, filters)
    return rows.filter(state=filters.state) if filters.state else rows


def group_of(vault: Opened, named: str) -> Group | None:
    """A group by its key, or by the name that somebody typed."""
    rows = scope(vault.who, Group).filter(trashed_at=None)
    try:
        return rows.filter(pk=UUID(named)).first()
    except ValueError:
        return next((one for one in rows if folded(_name(vault, one)) == folded(named)), None)


def _name(vault: Opened, group: Group) -> str:
    try:
        return group.text(vault, "name")
    except Unopened:
        return ""


def _one_of(value: str | None, known: Iterable[str]) -> str:
    return value if value is not None and value in known else ""
