"""Statements gone wrong on purpose: takes the bytes of a good file and gives back what a reader must survive."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

_STATEMENT = re.compile(rb"<FlexStatement .*?</FlexStatement>\n?", re.DOTALL)
_EQUITY = re.compile(rb"<EquitySummaryByReportDateInBase [^>]*/>\n?")
_COUNT = re.compile(rb'(<FlexStatements count=")(\d+)(")')


@dataclass(frozen=True, slots=True)
class Fault:
    """`whole_file`: nothing of the file is to be trusted; otherwise only the named account is touched."""

    kind: str
    says: str
    whole_file: bool
    apply: Callable[..., bytes]


FAULTS: dict[str, Fault] = {}


def spoil(statement: bytes, kind: str, *, account: str | None = None) -> bytes:
    """A damaged copy of the file; `account` names the statement to damage, the first one if left out."""
    fault = FAULTS.get(kind)
    if fault is None:
        raise ValueError(f"no fault is called {kind!r}; there are {', '.join(sorted(FAULTS))}")
    if fault.whole_file:
        return fault.apply(statement)
    for found in _STATEMENT.finditer(statement):
        if account is None or f'accountId="{account}"'.encode() in found.group(0)[:80]:
            start, end = found.span()
            return _joined(statement, start, fault.apply(found.group(0)), end)
    raise ValueError(f"the file has no statement of {account or 'any account'}")


def _joined(statement: bytes, start: int, changed: bytes, end: int) -> bytes:
    """Put the changed part back and keep `count` true, since a false one is a fault of its own."""
    whole = statement[:start] + changed + statement[end:]
    total = len(re.findall(rb"<FlexStatement ", whole))
    return _COUNT.sub(rb"\g<1>%d\g<3>" % total, whole, count=1)


def _file(kind: str, says: str):
    return _register(kind, says, whole_file=True)


def _account(kind: str, says: str):
    return _register(kind, says, whole_file=False)


def _register(kind: str, says: str, *, whole_file: bool):
    def keep(apply):
        FAULTS[kind] = Fault(kind, says, whole_file, apply)
        return apply

    return keep


def _set(text: bytes, attribute: str, value: str, *, row: str) -> bytes:
    """Change one attribute of the first such row."""
    pattern = re.compile(rb"(<%s\b[^>]*? %s=\")[^\"]*" % (row.encode(), attribute.encode()))
    changed, count = pattern.subn(lambda found: found.group(1) + value.encode(), text, count=1)
    if not count:
        raise ValueError(f"the statement has no {attribute} in {row}")
    return changed


def _get(text: bytes, attribute: str, *, row: str) -> str:
    found = re.search(rb"<%s\b[^>]*? %s=\"([^\"]*)" % (row.encode(), attribute.encode()), text)
    if not found:
        raise ValueError(f"the statement has no {attribute} in {row}")
    return found.group(1).decode()


_NAV_ROW = "EquitySummaryByReportDateInBase"


# Faults of the whole file


@_file("truncated", "the file ends in the middle of a statement")
def _truncated(text: bytes) -> bytes:
    return text[: text.rindex(b"<CashReport>") + 40]


@_file("wrong_count", "count says one statement more than there are")
def _wrong_count(text: bytes) -> bytes:
    return _COUNT.sub(rb"\g<1>%d\g<3>" % (len(re.findall(rb"<FlexStatement ", text)) + 1), text, count=1)


@_file("doctype", "a document type is declared, without entities")
def _doctype(text: bytes) -> bytes:
    return _after_declaration(text, b"<!DOCTYPE FlexQueryResponse>\n")


@_file("entity_expansion", "entities that grow to gigabytes")
def _entity_expansion(text: bytes) -> bytes:
    lines = [b'<!ENTITY a0 "lollollollollol">']
    lines += [b'<!ENTITY a%d "%s">' % (step, b"&a%d;" % (step - 1) * 10) for step in range(1, 10)]
    declared = _after_declaration(text, b"<!DOCTYPE FlexQueryResponse [\n%s\n]>\n" % b"\n".join(lines))
    return declared.replace(b'queryName="Advisor Portal"', b'queryName="&a9;"', 1)


_SECRET = b'<!DOCTYPE FlexQueryResponse [<!ENTITY secret SYSTEM "file:///etc/passwd">]>\n'


@_file("external_entity", "an entity that reads a file of the server")
def _external_entity(text: bytes) -> bytes:
    declared = _after_declaration(text, _SECRET)
    return declared.replace(b"</FlexStatements>", b"&secret;</FlexStatements>", 1)


@_file("huge_attribute", "one attribute of twenty million characters")
def _huge_attribute(text: bytes) -> bytes:
    return text.replace(b'queryName="Advisor Portal"', b'queryName="%s"' % (b"A" * 20_000_000), 1)


@_file("deep_nesting", "a hundred thousand elements inside one another")
def _deep_nesting(text: bytes) -> bytes:
    return text.replace(b"</FlexStatements>", b"<x>" * 100_000 + b"</x>" * 100_000 + b"</FlexStatements>", 1)


@_file("mixed_encodings", "bytes of an older encoding in a file that says UTF-8")
def _mixed_encodings(text: bytes) -> bytes:
    return text.replace(b'queryName="Advisor Portal"', 'queryName="Vermögen"'.encode("latin-1"), 1)


@_file("utf16", "the whole file in UTF-16 with a byte order mark; a good file to a careful reader")
def _utf16(text: bytes) -> bytes:
    return text.decode().replace('encoding="UTF-8"', 'encoding="UTF-16"', 1).encode("utf-16")


@_file("control_character", "a character that XML forbids")
def _control_character(text: bytes) -> bytes:
    return text.replace(b'queryName="Advisor Portal"', b'queryName="Advisor&#0;Portal"', 1)


@_file("duplicate_attribute", "the same attribute twice on one element")
def _duplicate_attribute(text: bytes) -> bytes:
    return text.replace(b' type="AF"', b' type="AF" type="AF"', 1)


@_file("empty", "no bytes at all")
def _empty(text: bytes) -> bytes:
    return b""


@_file("web_page", "a page of the broker's web site in place of the file")
def _web_page(text: bytes) -> bytes:
    return b"<!DOCTYPE html>\n<html><head><title>Unavailable</title></head><p>Try again later.<br></html>\n"


@_file("error_reply", "the service's error reply in place of the file")
def _error_reply(text: bytes) -> bytes:
    return (
        b"<FlexStatementResponse timestamp='02 March, 2026 05:30 AM EST'>\n<Status>Fail</Status>\n"
        b"<ErrorCode>1012</ErrorCode>\n<ErrorMessage>Token has expired.</ErrorMessage>\n</FlexStatementResponse>\n"
    )


def _after_declaration(text: bytes, added: bytes) -> bytes:
    head, _, rest = text.partition(b"?>\n")
    return head + b"?>\n" + added + rest


# Faults of one account


@_account("no_nav", "no daily value for the account")
def _no_nav(text: bytes) -> bytes:
    return re.sub(rb"<ChangeInNAV [^>]*/>\n?", b"", _EQUITY.sub(b"", text))


@_account("duplicate", "the same statement twice")
def _duplicate(text: bytes) -> bytes:
    return text + text


@_account("conflicting_duplicate", "the statement twice, the second time with another value")
def _conflicting_duplicate(text: bytes) -> bytes:
    """The second one agrees with itself, so that only the comparison of the two can tell."""
    other = text
    for row, attribute in ((_NAV_ROW, "total"), ("ChangeInNAV", "endingValue"), ("ChangeInNAV", "mtm")):
        other = _set(other, attribute, str(Decimal(_get(text, attribute, row=row)) + 1), row=row)
    return text + other


@_account("components", "the components do not add up to the ending value")
def _components(text: bytes) -> bytes:
    return _set(text, "otherFees", "-50.00", row="ChangeInNAV")


@_account("ending", "the ending value is not the day's total")
def _ending(text: bytes) -> bytes:
    return _set(text, "endingValue", "777.77", row="ChangeInNAV")


@_account("unknown_account", "an account that nobody knows")
def _unknown_account(text: bytes) -> bytes:
    number = _get(text, "accountId", row=_NAV_ROW)
    return text.replace(f'accountId="{number}"'.encode(), b'accountId="U99999999"')


@_account("master_holds", "an advisor's master shown as the holder")
def _master_holds(text: bytes) -> bytes:
    number = _get(text, "accountId", row=_NAV_ROW)
    return text.replace(f'accountId="{number}"'.encode(), b'accountId="F100001"')


@_account("bad_account_id", "an account number that breaks the rule")
def _bad_account_id(text: bytes) -> bytes:
    number = _get(text, "accountId", row=_NAV_ROW)
    return text.replace(f'accountId="{number}"'.encode(), b'accountId="X12-&quot;; DROP"')


@_account("unknown_attribute", "attributes and elements from a later version of the format; a good file")
def _unknown_attribute(text: bytes) -> bytes:
    marked = re.sub(rb"<(EquitySummaryByReportDateInBase|Trade|OpenPosition) ", rb'<\1 foo="1" ', text)
    return marked.replace(b"<CashReport>", b'<MoonPhases>\n<MoonPhase lit="0.5" />\n</MoonPhases>\n<CashReport>', 1)


@_account("non_business_day", "a value for a Saturday")
def _non_business_day(text: bytes) -> bytes:
    stated = _get(text, "reportDate", row=_NAV_ROW)
    day = date(int(stated[:4]), int(stated[4:6]), int(stated[6:]))
    saturday = day + timedelta(days=(5 - day.weekday()) % 7)
    return _set(text, "reportDate", saturday.strftime("%Y%m%d"), row=_NAV_ROW)


@_account("wrong_currency", "values in another currency than the account's")
def _wrong_currency(text: bytes) -> bytes:
    other = "EUR" if _get(text, "currency", row="AccountInformation") != "EUR" else "USD"
    text = _set(text, "currency", other, row=_NAV_ROW)
    return _set(text, "currency", other, row="AccountInformation")


@_account("missing_total", "the value row has no total")
def _missing_total(text: bytes) -> bytes:
    return re.sub(rb' total="[^"]*"', b"", text, count=1)


def _bad_total(kind: str, value: str, says: str) -> None:
    @_account(kind, says)
    def apply(text: bytes) -> bytes:
        return _set(text, "total", value, row=_NAV_ROW)


_bad_total("nan", "NaN", "a value that is not a number")
_bad_total("infinity", "Infinity", "an infinite value")
_bad_total("exponent", "1E+5", "a value with an exponent")
_bad_total("words", "about ten", "words in place of a value")
_bad_total("two_points", "1.234.56", "a value with two decimal points")
_bad_total("too_large", "9" * 40, "a value no column can hold")
_bad_total("too_precise", "1." + "3" * 60, "sixty decimals")
_bad_total("empty_total", "", "an empty value")
_bad_total("other_digits", "١٢٣٤", "digits of another script")
