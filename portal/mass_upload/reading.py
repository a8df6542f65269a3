"""What a workbook of accounts says, row by row, and what is wrong with each. Nothing is written here."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from accounts.desk.applying import rules
from accounts.desk.applying.actions import Wish
from accounts.desk.applying.kinds import KINDS, AccountKind, Group
from accounts.desk.applying.rules import ApplicationProblem
from accounts.desk.applying.usernames import clean_prefix
from accounts.ground.tree.models import CURRENCIES
from crm.imports.sheets import Row

FEWEST, MOST_ROWS, MOST_BYTES = 20, 200, 5 * 1024 * 1024
# What custodians hold for minors is opened in the client's own pages alone.
BULK_KINDS = tuple(one for one in KINDS if one.group != Group.CUSTODIAL)
KIND_NAMES = [(one.key, one.words) for one in BULK_KINDS]
COLUMNS = (
    *("Customer ID", "Name", "Email", "Prefix", "Residence Country", "Tax Country", "Base Currency", "Alias"),
    "Date of Birth",
)
NEEDED = COLUMNS[:5]
LONGEST_EMAIL = 254
_CUSTOMER = re.compile(r"[A-Za-z0-9]{1,40}")


@dataclass
class Line:
    """One row of the workbook: where it stands, what it asks for, and what is wrong with it."""

    line: int
    name: str
    email: str
    customer: str = ""
    prefix: str = ""
    alias: str = ""
    born_on: date | None = None
    wish: Wish | None = None
    problems: list[str] = field(default_factory=list)


def lines_of(rows: Sequence[Row], kind: AccountKind, *, currency: str, language: str, day: date) -> list[Line]:
    """Every row, judged by itself and beside the others. Raises ApplicationProblem for a workbook that is none."""
    head = {" ".join(cell.split()).casefold(): place for place, cell in enumerate(rows[0].cells)}
    missing = [name for name in NEEDED if name.casefold() not in head]
    if missing:
        raise ApplicationProblem(_("Columns are missing: %(names)s") % {"names": ", ".join(missing)})
    if len(rows) - 1 < FEWEST:
        said = {"fewest": FEWEST, "count": len(rows) - 1}
        raise ApplicationProblem(_("A workbook holds a minimum of %(fewest)s accounts; this one has %(count)s.") % said)
    lines = []
    for row in rows[1:]:
        cells = {name: _cell(row.cells, head.get(name.casefold())) for name in COLUMNS}
        lines.append(_judged(row.line, cells, kind, currency=currency, language=language, day=day))
    _note_twins(lines)
    return lines


def note_known(lines: Sequence[Line], known: Collection[str]) -> None:
    """Who has applied for such an account already does not apply twice."""
    for one in lines:
        if one.email.lower() in known:
            one.problems.append(_("There is an application for this e-mail address already."))


def _judged(line: int, cells: dict[str, str], kind: AccountKind, *, currency: str, language: str, day: date) -> Line:
    found = Line(line, name=cells["Name"][:200], email=cells["Email"], alias=cells["Alias"][:200])
    found.customer, found.prefix = cells["Customer ID"], cells["Prefix"]
    if not _CUSTOMER.fullmatch(found.customer):
        found.problems.append(_("A customer ID has letters and digits."))
    try:
        found.name = rules.plain_name(found.name)
    except ApplicationProblem as problem:
        found.problems.append(str(problem))
    try:
        validate_email(found.email)
        if len(found.email) > LONGEST_EMAIL:
            raise ValidationError("too long")
    except ValidationError:
        found.problems.append(_("That is not an e-mail address."))
    base = cells["Base Currency"].upper() or currency
    if base not in CURRENCIES:
        found.problems.append(_("The currency is not known."))
    try:
        clean_prefix(found.prefix)
        country = rules.clean_country(cells["Residence Country"])
        tax_country = rules.clean_country(cells["Tax Country"]) if cells["Tax Country"] else country
        rules.check_kind(kind, country=country, tax_country=tax_country)
        if kind.is_of_persons and cells["Date of Birth"]:
            found.born_on = _day(cells["Date of Birth"])
            rules.check_born(found.born_on, day)
    except ApplicationProblem as problem:
        found.problems.append(str(problem))
    if not found.problems:
        found.wish = Wish(
            name=found.name,
            email=found.email,
            kind=kind.key,
            country=country,
            tax_country=tax_country,
            base_currency=base,
            language=language,
        )
    return found


def _note_twins(lines: Sequence[Line]) -> None:
    """A customer, and an address, stand in a workbook once."""
    for value in ("customer", "email"):
        seen: set[str] = set()
        for one in lines:
            text = getattr(one, value).casefold()
            if text and text in seen:
                words = _("This customer ID stands in the workbook twice.")
                mail = _("This e-mail address stands in the workbook twice.")
                one.problems.append(words if value == "customer" else mail)
            seen.add(text)


def _cell(cells: Sequence[str], place: int | None) -> str:
    return " ".join(cells[place].split()) if place is not None and place < len(cells) else ""


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ApplicationProblem(_("Write a date as YYYY-MM-DD.")) from None
