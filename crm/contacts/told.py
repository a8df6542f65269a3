"""A contact of a file in the fields of the client book; what has no field there stands among the notes."""

import re
from collections.abc import Mapping
from datetime import date

from crm.contacts.fields import BY_KEY, LONG, Field
from crm.contacts.rules import LONGEST, ContactProblem, clean_clear, read
from crm.imports.draft import PERSON, Address, Draft


def said_of(
    draft: Draft, *, today: date, own: Mapping[str, Field] | None = None
) -> tuple[dict[str, str], dict[str, str]]:
    """(names, e-mail and telephone, the record): a value that its field does not take goes to the notes."""
    notes: list[str] = [draft.note] if draft.note else []
    phone = _phone(draft.phone)
    email = draft.email if len(draft.email) <= LONGEST["email"] else ""
    said = {
        "first_name": draft.first_name if draft.kind == PERSON else "",
        "name": draft.name,
        "email": email,
        "phone": phone,
    }
    if email and not _is_taken(said, "email"):
        said["email"] = ""
    record: dict[str, str] = {}
    known, usual = {**BY_KEY, **(own or {})}, _fields(draft)
    for key, value in [*usual.items(), *draft.fields.items()]:
        if key in record or key not in known:
            notes.append(f"{known[key].label if key in known else key}: {value}")
        else:
            _put(record, notes, known[key], value, today=today)
    notes = [text for text in (record.pop("about", ""), *notes) if text]
    others = [f"{one.type}: {one.value}".lstrip(": ") for one in draft.phones if one.value != phone]
    others = [record.pop("more_phones", ""), *others]
    _put(record, notes, BY_KEY["more_phones"], "\n".join(one for one in others if one), today=today)
    notes += _rest(draft, said["email"])
    if notes:
        record["about"] = "\n".join(notes)[:LONG]
    return said, record


def speaks_of(draft: Draft, own: Mapping[str, Field]) -> set[str]:
    """The fields of which a draft may say something, without judging what."""
    said = {key for key, value in {**_fields(draft), **draft.fields}.items() if value and (key in BY_KEY or key in own)}
    said |= {key for key in ("first_name", "name", "email", "phone") if getattr(draft, key)}
    said |= {"more_phones"} if len(draft.phones) > 1 else set()
    more = (draft.note, draft.urls, draft.messengers, draft.related, draft.more, draft.groups, draft.anniversary)
    return said | ({"about"} if any(more) or len(draft.emails) > 1 else set())


def _fields(draft: Draft) -> dict[str, str]:
    """What every file may say."""
    home, mailing = _addresses(draft.addresses)
    of_work = {"employer": draft.organisation, "job_title": draft.job_title, "occupation": draft.occupation}
    return {
        "salutation": draft.salutation.lower().rstrip("."),
        "middle_name": draft.middle_name,
        "suffix": draft.suffix.lower().rstrip("."),
        "born_on": draft.born_on.isoformat() if draft.born_on else "",
        "gender": draft.gender,
        "home_address": home,
        "mailing_address": mailing,
        **(of_work if draft.kind == PERSON else {}),
    }


def _put(record: dict[str, str], notes: list[str], field: Field, value: str, *, today: date) -> None:
    value = value.strip()
    if not value:
        return
    try:
        record[field.key] = read(field, _as_choice(field, value), today=today)
    except ContactProblem:
        notes.append(f"{field.label}: {value}")


def _as_choice(field: Field, value: str) -> str:
    """The key of a choice that somebody wrote in words."""
    if field.form != "choice" or value in field.choices:
        return value
    wanted = re.sub(r"[\W_]+", "", value.casefold())
    return next(
        (
            choice
            for choice, label in field.choices.items()
            if wanted in (re.sub(r"[\W_]+", "", str(label).casefold()), re.sub(r"[\W_]+", "", choice))
        ),
        value,
    )


def _addresses(addresses: list[Address]) -> tuple[str, str]:
    """The residential address, and another one for mail if the file has one."""
    order = {"home": 0, "": 1, "other": 2, "work": 3}
    homes = sorted((one for one in addresses if one.type != "mailing"), key=lambda one: order.get(one.type, 2))
    mailing = [one for one in addresses if one.type == "mailing"]
    lines = list(dict.fromkeys(one.lines for one in homes))
    home = lines[0] if lines else ""
    rest = [*(one.lines for one in mailing), *lines[1:]]
    return home, (rest[0] if rest else "")


def _rest(draft: Draft, email: str) -> list[str]:
    """What the book has no field for, a line each."""
    lines = [f"E-mail: {one.value}" for one in draft.emails if one.value != email]
    lines += [one.value for one in draft.urls]
    lines += [f"{one.type}: {one.value}".lstrip(": ") for one in (*draft.messengers, *draft.related)]
    shown = _addresses(draft.addresses)
    lines += [one.lines.replace("\n", ", ") for one in draft.addresses if one.lines not in shown]
    if draft.anniversary:
        lines.append(f"Anniversary: {draft.anniversary.isoformat()}")
    if draft.birthday and draft.born_on is None:
        lines.append(f"Birthday: {draft.birthday}")
    if draft.nickname:
        lines.append(f"“{draft.nickname}”")
    if draft.organisation and draft.kind != PERSON and draft.organisation != draft.name:
        lines.append(draft.organisation)
    lines += [text for text in (draft.department,) if text]
    lines += [", ".join(draft.groups)] if draft.groups else []
    return [*lines, *draft.more]


def _phone(value: str) -> str:
    try:
        return clean_clear({"first_name": "-", "name": "-", "phone": value}, kind=PERSON, has_party=False)["phone"]
    except ContactProblem:
        return ""


def _is_taken(said: dict[str, str], key: str) -> bool:
    try:
        clean_clear({"first_name": "-", "name": "-", key: said[key]}, kind=PERSON, has_party=False)
    except ContactProblem:
        return False
    return True
