"""Examples in the description of the API, made from what it says of each field, so that none goes stale.

A field's name says what it holds, as names do throughout the portal; its type, length, limits and choices bound that. A
request is shown with what it must say and with all it may say, an answer as it comes.
"""

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

JSON, FORM = "application/json", "multipart/form-data"
MUST, MAY = "what it must say", "all it may say"
KEY = "5f0d6e5e-2f0a-4a0e-9a52-6a4d8f1c7b10"
DAY = "2025-09-30"
DIGEST = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
# One dot.
PICTURE = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg=="
OF_FORMAT = {
    "date": DAY,
    "date-time": f"{DAY}T13:45:00Z",
    "time": "09:30:00",
    "uuid": KEY,
    "email": "jane.miller@example.org",
    "uri": "https://example.org/about",
    "ipv4": "192.0.2.7",
    "ipv6": "2001:db8::7",
    "binary": "the file itself",
    "byte": "SGVsbG8=",
}
# By the name of a field, or the longest end of it, what stands there; a name that is not here is its own words.
WORDS = {
    "account": "U7654321",
    "account_id": "U7654321",
    "account_type": "Individual",
    "accounts": "U7654321",
    "address": "jane.miller@example.org",
    "advisor": "Harborview Advisors",
    "after": "Growth",
    "alias": "Retirement",
    "answer": "Yes, with pleasure.",
    "answers": "<one@example.org>",
    "asset": "Stocks",
    "assignee": "jmiller",
    "author": "jmiller",
    "avoided": "Tobacco",
    "bank": "First Harbor Bank",
    "bank_name": "First Harbor Bank",
    "banner": PICTURE,
    "bcc": "cy@example.org",
    "before": "Income",
    "benchmark": "S&P 500",
    "body": "Good morning, and thank you for your time on Tuesday.",
    "brand": "Harborview",
    "brand_id": "harborview",
    "browser": "Firefox on Linux",
    "cautions": "The account holds less than the minimum.",
    "cc": "bo@example.org",
    "choices": "quarter",
    "code": "481 205",
    "colour": "#1f4e79",
    "columns": "name",
    "company": "Harborview Advisors",
    "concerns": "Climate",
    "conflicts": "Tobacco",
    "contact": "Miller, Jane",
    "content": "SGVsbG8=",
    "contract": "AAPL",
    "country": "USA",
    "criteria": "More than 100,000.00",
    "currency": "USD",
    "customer_type": "Individual",
    "default": "yes",
    "derivation": "100,000.00 × 1% ÷ 252 = 3.97",
    "description": "Shares of large companies",
    "detail": "Nothing was changed.",
    "details": "Paid from the first account.",
    "digest": DIGEST,
    "disclaimer": "For orientation only.",
    "document": "Agreement of 30 September 2025",
    "email": "jane.miller@example.org",
    "ends": "2025-12-31",
    "entity": "IBLLC-US",
    "file": "figures.pdf",
    "fingerprint": DIGEST,
    "firm": "Harborview Advisors",
    "first_name": "Jane",
    "folder": "INBOX",
    "format": "csv",
    "fund": "Harbor Long/Short",
    "guests": "bo@example.org",
    "hash": DIGEST,
    "holder": "Jane Miller",
    "host": "mail.example.org",
    "how": "by transfer",
    "iban": "DE02120300000000202051",
    "id": KEY,
    "imap_host": "imap.example.org",
    "invoice": "Invoice of September 2025",
    "isin": "US0378331005",
    "key": KEY,
    "kind": "monthly",
    "label": "Newsletter",
    "language": "en",
    "last_name": "Miller",
    "left_out": "U7654322",
    "legal_name": "Jane Miller",
    "lei": "529900T8BM49AURSDO55",
    "link": "https://example.org/about",
    "looked_after_by": "jmiller",
    "manager": "Harbor Money Managers",
    "master": "F7654320",
    "memo": "Fee of September 2025",
    "message": "The file came through; two rows are new.",
    "method": "percent of equity",
    "mobile_end": "67",
    "month": "2025-09",
    "name": "Jane Miller",
    "network": "192.0.2.0/24",
    "next": "https://portal.example.org/api/v1/notifications/?cursor=cD0y",
    "next_on": "2025-10-01",
    "note": "Asked for a call in October.",
    "notes": "Asked for a call in October.",
    "number": "U7654321",
    "on": "2025-09-30",
    "options": "Cash",
    "owner": "jmiller",
    "parent": "F7654320",
    "password": "three words and a number 7",
    "payee": "F7654320",
    "payer": "U7654321",
    "people": "jmiller",
    "phone": "+1 207 555 0161",
    "place": "Harbour office",
    "practice": "Harborview Advisors",
    "previous": "https://portal.example.org/api/v1/notifications/?cursor=cj0x",
    "problem": "The mail server takes no calls at this port.",
    "proof": "Bank statement",
    "query": "state=prospect",
    "question": "4810 2255",
    "reason": "Agreed with the client on Tuesday.",
    "reasons": "The fee is above the cap.",
    "reference": "NG-2025-0917",
    "region": "New England",
    "remarks": "Call after five.",
    "report": "Statement of September 2025",
    "rule": "Advisors look after their own clients.",
    "said": "We look at it again in October.",
    "secret": "kept-by-nobody-but-you",
    "seen": "2025-09-30",
    "serial": "481205",
    "sha256": DIGEST,
    "share_class": "A",
    "signed_name": "Jane Miller",
    "smtp_host": "smtp.example.org",
    "source": "Recommended by a client",
    "stage": "Identity",
    "starts": "2025-10-01",
    "state": "open",
    "status": "Open",
    "strategy": "Growth",
    "subject": "Your third quarter",
    "symbol": "AAPL",
    "tags": "retirement",
    "terms": "1% a year",
    "text": "We look at it again in October.",
    "things": "Statement",
    "title": "Review of the third quarter",
    "to": "jane.miller@example.org",
    "token": "kept-by-nobody-but-you",
    "topic": "Fees",
    "type": "Individual",
    "uploader": "jmiller",
    "url": "https://example.org/about",
    "use": "sent",
    "user": "jmiller",
    "username": "jmiller",
    "verdict": "skip",
    "wanted": "AAPL",
    "warning": "The price is of yesterday.",
    "website": "https://example.org/about",
    "where": "Contacts",
    "why": "Agreed with the client on Tuesday.",
    "words": "Agreed with the client on Tuesday.",
    "zone": "America/New_York",
}
NUMBERS = {"port": 993, "imap_port": 993, "smtp_port": 465, "year": 2025, "status": 200, "size": 48_213, "version": 3}
AMOUNTS = {
    **dict.fromkeys(
        ("amount", "balance", "cash", "charge", "cost", "fee", "fees", "gross", "income", "net"), "1250.00"
    ),
    **dict.fromkeys(
        ("nlv", "paid", "total", "value", "available", "outstanding", "start", "below", "needed"), "1250.00"
    ),
    **dict.fromkeys(("low", "middle", "median", "high", "closed_form", "projected", "pending", "processed"), "1250.00"),
    **dict.fromkeys(("required", "withdrawn", "remaining", "day", "days", "cap_left", "rollover", "ending"), "1250.00"),
    "mean": "0.05",
    "volatility": "0.12",
    "probability": "0.87",
    "rate": "0.01",
    "share": "0.25",
    "factor": "26.5",
    "price": "228.50",
    "quantity": "40",
    "score": "62",
}
# What stands in a field that takes only some signs, where its name does not say.
SHAPED = (DIGEST, "US", "2025-09", "0.01", "12")
_DIGITS = re.compile(r"\\d\{0,(\d+)\}")


def with_examples(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:
    """The description with an example of each body that is read or answered."""
    made = Made(result["components"]["schemas"])
    for operations in result["paths"].values():
        for operation in operations.values():
            for kind, body in operation.get("requestBody", {}).get("content", {}).items():
                shown = {MUST: made.sent(body["schema"], kind, is_least=True)}
                shown[MAY] = made.sent(body["schema"], kind)
                if not shown[MUST] or shown[MUST] == shown[MAY]:
                    del shown[MUST]
                body["examples"] = {
                    words.replace(" ", "_"): {"summary": words.capitalize(), "value": one}
                    for words, one in shown.items()
                }
            for code, answer in operation["responses"].items():
                body = answer.get("content", {}).get(JSON)
                if code.startswith("2") and body:
                    body["example"] = made.whole(body["schema"])
    return result


@dataclass(frozen=True)
class How:
    """What an example is for."""

    is_sent: bool = False
    is_least: bool = False
    takes_files: bool = False


class Made:
    """Values that fit the schemas of one description."""

    def __init__(self, known: dict[str, Any]) -> None:
        self.known = known

    def whole(self, said: dict[str, Any]) -> Any:
        """A value for an answer."""
        return self._value("", said, How(), ())

    def sent(self, said: dict[str, Any], kind: str, *, is_least: bool = False) -> Any:
        """A value for a request; files go with forms alone."""
        return self._value("", said, How(is_sent=True, is_least=is_least, takes_files=kind == FORM), ())

    def _value(self, name: str, said: dict[str, Any], how: How, within: tuple[str, ...]) -> Any:
        if "example" in said:
            return said["example"]
        if "$ref" in said:
            ref = said["$ref"].rsplit("/", 1)[1]
            # What holds more of its own kind ends after one.
            return None if ref in within else self._value(name, self.known[ref], how, (*within, ref))
        for several in ("allOf", "oneOf", "anyOf"):
            if several in said:
                return self._value(name, self._first(said[several]), how, within)
        if "enum" in said:
            return next((one for one in said["enum"] if one not in ("", None)), said["enum"][0])
        kind = said.get("type")
        if kind == "object" or "properties" in said:
            return self._object(said, how, within)
        if kind == "array":
            one = self._value(name, said["items"], how, within)
            return [] if one is None else [one]
        return _plain(name, said)

    def _first(self, several: list[dict[str, Any]]) -> dict[str, Any]:
        """The first that says something: the framework lists nothing and the empty text among choices."""
        empty = ("BlankEnum", "NullEnum")
        return next((one for one in several if not one.get("$ref", "").endswith(empty)), several[0])

    def _object(self, said: dict[str, Any], how: How, within: tuple[str, ...]) -> dict[str, Any]:
        left_out = "readOnly" if how.is_sent else "writeOnly"
        required = said.get("required", ())
        told = {
            name: self._value(name, one, how, within)
            for name, one in said.get("properties", {}).items()
            if not one.get(left_out)
            and (name in required or (not how.is_least and (how.takes_files or not _is_file(one))))
        }
        more = said.get("additionalProperties")
        if not told and isinstance(more, dict) and more:
            told["name"] = self._value("", more, how, within)
        return told


def _is_file(said: dict[str, Any]) -> bool:
    return "binary" in (said.get("format"), said.get("items", {}).get("format"))


def _plain(name: str, said: dict[str, Any]) -> Any:
    kind = said.get("type")
    if kind == "boolean":
        return said.get("default", False)
    if kind == "integer" or kind == "number":
        return _within(_by_end(name, NUMBERS) or 1, said)
    if kind != "string":
        return {}
    if said.get("format") == "decimal":
        return _decimal(name, said)
    if said.get("format") in OF_FORMAT:
        return OF_FORMAT[said["format"]]
    words = _by_end(name, WORDS) or _by_end(name, AMOUNTS) or name.replace("_", " ").capitalize() or "Words"
    if "pattern" in said:
        fitting = (words, words.lower().replace(" ", "-"), *SHAPED)
        return next((one for one in fitting if re.search(said["pattern"], one)), words)
    return words[: said.get("maxLength", 200)].strip()


def _by_end(name: str, table: dict[str, Any]) -> Any:
    """What a table says of a name, or of the longest end of it."""
    parts = name.split("_")
    ends = ("_".join(parts[at:]) for at in range(len(parts)))
    return next((table[end] for end in ends if end in table), None)


def _decimal(name: str, said: dict[str, Any]) -> str:
    """With as many places as the field has, and no more digits than it takes."""
    digits = [int(one) for one in _DIGITS.findall(said.get("pattern", ""))]
    before, after = digits[0] if digits else 10, digits[1] if len(digits) > 1 else 0
    number = Decimal(_by_end(name, AMOUNTS) or ("1250" if before > 3 else "1"))
    number = _within(number, said)
    return f"{number:.{after}f}"


def _within(number: Any, said: dict[str, Any]) -> Any:
    kind = type(number)
    if "minimum" in said:
        number = max(number, kind(str(said["minimum"])) if kind is Decimal else kind(said["minimum"]))
    if "maximum" in said:
        number = min(number, kind(str(said["maximum"])) if kind is Decimal else kind(said["maximum"]))
    return number
