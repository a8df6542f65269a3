"""Contacts for other programs: one as a vCard, a list as a table that can be imported again."""

from collections.abc import Iterable, Iterator, Sequence

from crm.contacts.fields import FIELDS, Field
from crm.contacts.models import Contact, Kind
from crm.contacts.queries import Read
from portal.lib.csvtext import Cell

# The headings by which an import knows them again; the others are told by their keys.
HEADINGS = {
    "salutation": "Salutation",
    "middle_name": "Middle name",
    "suffix": "Suffix",
    "born_on": "Date of birth",
    "gender": "Gender",
    "home_address": "Home address",
    "mailing_address": "Mailing address",
    "marital": "Marital status",
    "dependents": "Dependents",
    "citizenship": "Citizenship",
    "residence": "Country of legal residence",
    "employment": "Employment",
    "employer": "Employer",
    "job_title": "Job title",
    "occupation": "Occupation",
    "source": "Source",
    "about": "Notes",
    "income": "Income",
    "net_worth": "Net worth",
    "liquid_net_worth": "Liquid net worth",
    "total_assets": "Total assets",
    "tax_country": "Tax country",
    "tax_number": "Tax number",
}
_OF_THE_CARD = {"salutation", "middle_name", "suffix", "born_on", "home_address", "mailing_address", "employer"}
_OF_THE_CARD |= {"job_title", "occupation", "about", "more_phones"}
FOLDED_AT = 75


def rows_of(found: Iterable[Read], own: Sequence[Field] = ()) -> Iterator[tuple[Cell, ...]]:
    """A heading and a row a contact, the practice's own fields last; amounts are text, as they were written."""
    headings = [HEADINGS.get(one.key, one.key.replace("_", " ").capitalize()) for one in FIELDS]
    headings += [str(one.label) for one in own]
    keys = [one.key for one in (*FIELDS, *own)]
    yield ("ID", "Kind", "Lifecycle", "First name", "Last name", "Email", "Phone", *headings)
    for read in found:
        contact = read.contact
        first, last = names_of(contact)
        clear = (str(contact.pk), contact.kind, contact.state, first, last, contact.shown_email, contact.phone)
        yield (*clear, *(read.record.get(key, "") for key in keys))


def names_of(contact: Contact) -> tuple[str, str]:
    """(first, last); of a client as the broker knows the name."""
    if contact.party is None:
        return contact.first_name, contact.name
    last, comma, first = contact.party.legal_name.partition(", ")
    return (first, last) if comma and contact.kind == Kind.PERSON else ("", contact.party.legal_name)


def card_of(read: Read) -> str:
    """One contact as a vCard 4.0 (RFC 6350); what cards have no word for stands in the note."""
    contact, record = read.contact, read.record
    first, last = names_of(contact)
    shown = " ".join(part for part in (first, record.get("middle_name", ""), last) if part)
    name = [last, first, record.get("middle_name", ""), record.get("salutation", ""), record.get("suffix", "")]
    lines = [
        ("VERSION", "4.0"),
        ("UID", f"urn:uuid:{contact.pk}"),
        ("KIND", {"person": "individual", "company": "org", "trust": "org"}.get(contact.kind, "individual")),
        ("FN", _escaped(shown or last)),
        ("N", ";".join(_escaped(part) for part in (name if contact.kind == Kind.PERSON else [last, "", "", "", ""]))),
    ]
    if contact.kind != Kind.PERSON:
        lines.append(("ORG", _escaped(last)))
    lines += [("EMAIL", _escaped(contact.shown_email))] if contact.shown_email else []
    lines += [("TEL;VALUE=text;PREF=1", _escaped(contact.phone))] if contact.phone else []
    for other in record.get("more_phones", "").splitlines():
        kind, colon, number = other.rpartition(":")
        word = kind.strip().lower().replace(" ", "-") if colon else ""
        lines.append((f"TEL;VALUE=text;TYPE={word}" if word.isalpha() else "TEL;VALUE=text", _escaped(number.strip())))
    for key, kind in (("home_address", "home"), ("mailing_address", "other")):
        if record.get(key):
            lines.append((f"ADR;TYPE={kind}", f";;{_escaped(record[key])};;;;"))
    for key, word in (("born_on", "BDAY"), ("employer", "ORG"), ("job_title", "TITLE"), ("occupation", "ROLE")):
        if record.get(key):
            lines.append((word, record[key].replace("-", "") if word == "BDAY" else _escaped(record[key])))
    rest = [f"{field.label}: {record[field.key]}" for field in FIELDS if _is_rest(field.key, record)]
    note = "\n".join(part for part in (record.get("about", ""), *rest) if part)
    lines += [("NOTE", _escaped(note))] if note else []
    whole = [("BEGIN", "VCARD"), *lines, ("END", "VCARD")]
    return "".join(_folded(f"{word}:{value}") for word, value in whole)


def _is_rest(key: str, record: dict[str, str]) -> bool:
    return bool(record.get(key)) and key not in _OF_THE_CARD


def _escaped(text: str) -> str:
    text = text.replace("\\", "\\\\").replace(",", "\\,").replace(";", "\\;")
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\n", "\\n")


def _folded(line: str) -> str:
    """At most 75 octets a line, never in the middle of a letter."""
    parts, room = [""], FOLDED_AT
    for sign in line:
        size = len(sign.encode())
        if size > room:
            parts.append("")
            room = FOLDED_AT - 1
        parts[-1] += sign
        room -= size
    return "\r\n ".join(parts) + "\r\n"
