"""Every broken, huge, hostile or doubtful input we try on the import, with what must become of it.

Each input is a file about ana (U1000001), and where it is well-formed also about chidi (U2000001), whose good statement
must load whatever is wrong with ana's. `end` is refused (nothing of the file is stored), held (ana keeps a hold with
that reason, nothing of hers is stored), rejected (rows without a home are named) or loads (odd, but good).
"""

from collections.abc import Callable
from dataclasses import dataclass

from tests.broker.flex import CHIDI, document, element, nav, section, statement

REFUSED, HELD, REJECTED, LOADS = "refused", "held", "rejected", "loads"


@dataclass(frozen=True)
class BadInput:
    name: str
    end: str
    content: Callable[[], bytes]
    says: str = ""
    reason: str = ""
    suffix: str = ".xml"


BAD_INPUTS: list[BadInput] = []


def _add(name: str, end: str, content: Callable[[], bytes], says: str = "", **more: str) -> None:
    BAD_INPUTS.append(BadInput(name, end, content, says, **more))


def good(*first: str) -> bytes:
    """Ana's statement as given, chidi's as it should be."""
    return document(*first, statement(nav("70"), account=CHIDI))


def plain() -> bytes:
    return good(statement(nav("100")))


def _head(added: bytes) -> bytes:
    return plain().replace(b"<FlexQueryResponse", added + b"<FlexQueryResponse", 1)


# --- files that cannot be trusted whole ------------------------------------------------------------------------------

_BOMB = b"".join(b'<!ENTITY a%d "%s">' % (n, b"&a%d;" % (n - 1) * 10) for n in range(1, 10))
for _name, _content in {
    "doctype": lambda: _head(b"<!DOCTYPE x>"),
    "entity bomb": lambda: _head(b'<!DOCTYPE x [<!ENTITY a0 "lol">' + _BOMB + b"]>").replace(b'"Test"', b'"&a9;"'),
    "external entity": lambda: _head(b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'),
    "parameter entity": lambda: _head(b'<!DOCTYPE x [<!ENTITY % e SYSTEM "http://127.0.0.1/x"> %e;]>'),
    "external subset": lambda: _head(b'<!DOCTYPE x SYSTEM "http://127.0.0.1/x.dtd">'),
    "attribute defaults": lambda: _head(b'<!DOCTYPE x [<!ATTLIST FlexStatement accountId CDATA "U2000001">]>'),
    "web page": lambda: b"<!DOCTYPE html><html><body>Try again</body></html>",
}.items():
    _add(_name, REFUSED, _content, "document type")

_add("undeclared entity", REFUSED, lambda: plain().replace(b'"Test"', b'"&x;"'), "undefined entity")
_add("truncated in a statement", REFUSED, lambda: plain()[:-120], "ends before")
_add("truncated in a tag", REFUSED, lambda: plain()[: plain().index(b"whenGenerated") + 5], "ends before")
_add("only a declaration", REFUSED, lambda: b'<?xml version="1.0"?>\n', "ends before")
_add("two documents", REFUSED, lambda: plain() + plain().split(b"\n", 1)[1], "junk after")
_add("huge attribute", REFUSED, lambda: plain().replace(b'"Test"', b'"' + b"A" * 20_000_000 + b'"'), "larger than")
_add("huge comment", REFUSED, lambda: _head(b"<!--" + b"x" * 3_000_000 + b"-->"), "larger than")
_add(
    "huge text",
    REFUSED,
    lambda: plain().replace(b"</FlexStatements>", b"x" * 3_000_000 + b"</FlexStatements>"),
    "larger",
)
_add("deep nesting", REFUSED, lambda: plain().replace(b"</FlexStatements>", b"<x>" * 100_000), "nested")
_add("wrong root", REFUSED, lambda: b"<Statements/>", "is a 'Statements'")
_add("root in a namespace", REFUSED, lambda: b'<f:FlexQueryResponse xmlns:f="x"/>', "is a 'f:FlexQueryResponse'")
_add("error reply", REFUSED, lambda: b"<FlexStatementResponse><Status>Fail</Status></FlexStatementResponse>", "is a ")
_add("duplicate attribute", REFUSED, lambda: plain().replace(b'total="100"', b'total="100" total="200"'), "duplicate")
_add("null byte", REFUSED, lambda: plain().replace(b'"Test"', b'"Te\0st"'), "not well-formed")
_add("control character", REFUSED, lambda: plain().replace(b'"Test"', b'"Te&#1;st"'), "not well-formed")
_add("unescaped ampersand", REFUSED, lambda: plain().replace(b'"Test"', b'"A & B"'), "not well-formed")
_add("mismatched tags", REFUSED, lambda: plain().replace(b"</FlexStatements>", b"</FlexStatement>"), "not well-formed")
_add("latin bytes in UTF-8", REFUSED, lambda: plain().replace(b'"Test"', b'"T\xe9st"'), "not well-formed")
_add("overlong UTF-8", REFUSED, lambda: plain().replace(b'"Test"', b'"\xc0\xafx"'), "not well-formed")
_add("surrogate in UTF-8", REFUSED, lambda: plain().replace(b'"Test"', b'"\xed\xa0\x80"'), "not well-formed")
_add("UTF-7", REFUSED, lambda: plain().replace(b"UTF-8", b"UTF-7"), "encoding")
_add("EBCDIC declared", REFUSED, lambda: plain().replace(b"UTF-8", b"cp037"), "encoding")
_add("rot13 declared", REFUSED, lambda: plain().replace(b"UTF-8", b"rot_13"), "encoding")
_add("zlib declared", REFUSED, lambda: plain().replace(b"UTF-8", b"zlib_codec"), "encoding")
_add("unknown encoding", REFUSED, lambda: plain().replace(b"UTF-8", b"klingon"), "encoding")
_add("says UTF-16 and is UTF-8", REFUSED, lambda: plain().replace(b"UTF-8", b"UTF-16"), "line 1")
_add("UTF-32", REFUSED, lambda: plain().decode().encode("utf-32"), "")
_add("empty", REFUSED, lambda: b"", "empty")
_add("spaces only", REFUSED, lambda: b"  \n\n  ", "empty", suffix=".csv")
_add("random bytes", REFUSED, lambda: bytes(range(256)) * 40, "")
_add("a picture", REFUSED, lambda: b"\x89PNG\r\n\x1a\n" + b"\0" * 200, "", suffix=".csv")
_add("zip archive", REFUSED, lambda: b"PK\x03\x04" + b"\0" * 100, "zip")
_add("gzip that is none", REFUSED, lambda: b"\x1f\x8b" + b"\0" * 100, "gzip")
_add("JSON", REFUSED, lambda: b'{"accounts": []}', "")

# --- values that hold their account ----------------------------------------------------------------------------------

for _text in (
    *(
        "NaN",
        "nan",
        "sNaN",
        "-NaN",
        "Infinity",
        "-inf",
        "1e309",
        "1E+1000000",
        "1e2",
        "1_000",
        "0x10",
        "1,00",
        "1,2345",
    ),
    *("1.234.56", "1,234,5", "12 000", "+5", "--5", "5-", "(5)", "5 USD", "$5", "about ten", "true", ".", "-.", "%s"),
    *("\u0661\u0662\u0663", "\uff11\uff12", "\u00b2", "1\u00a0000", "1\u202f000", "\u22125", "9" * 17, "9" * 40),
    *("1." + "3" * 60, "1" * 70, "NULL", "'; DROP TABLE broker_navdaily; --"),
):
    _add(f"total {_text[:20]!a}", HELD, lambda text=_text: good(statement(nav(text))), "total", reason="bad_value")
for _text in ("", "-", "--", "N/A", " "):
    _add(
        f"total {_text!r}", HELD, lambda text=_text: good(statement(nav(text))), "total is missing", reason="bad_value"
    )
_add("no total", HELD, lambda: plain().replace(b' total="100"', b"", 1), "total is missing", reason="bad_value")
for _text in (
    *(
        "",
        "0000-00-00",
        "00000000",
        "20260230",
        "2026-13-01",
        "-2026-03-02",
        "02/03/2026",
        "2026-3-2",
        "20260302;2561",
        "x",
    ),
    *(
        "2026-0302",
        "202603021",
        "\u0662\u0660\u0662\u0666\u0660\u0663\u0660\u0662",
        "1e8",
        "9999-12-31",
        "today",
        "MULTI",
    ),
    *("18990101", "19891231", "0001-01-01"),
):
    _add(f"date {_text!a}", HELD, lambda text=_text: good(statement(nav("100", text))), "", reason="bad_value")
for _text in ("20260306", "2026-12-31", "2199-01-01"):
    _add(f"future {_text}", HELD, lambda text=_text: good(statement(nav("100", text))), "lies after", reason="future")
_add("another currency", HELD, lambda: good(statement(nav("100", currency="EUR"))), "base currency", reason="currency")
for _text in ("US", "usd", "USDX", "U$D", "\u0423\u0421\u0414"):
    _add(
        f"currency {_text!a}",
        HELD,
        lambda t=_text: good(statement(nav("100", currency=t))),
        "currency",
        reason="bad_value",
    )
_add("a day with two values", HELD, lambda: good(statement(nav("100"), nav("200"))), "second value", reason="conflict")
_add(
    "a contradicting copy",
    HELD,
    lambda: good(statement(nav("100")), statement(nav("200"))),
    "another value",
    reason="conflict",
)


def _cash(**attributes: str) -> bytes:
    facts = {"type": "Deposits & Withdrawals", "amount": "1", "currency": "USD", "reportDate": "20260302"}
    return good(statement(nav("100"), section("CashTransactions", element("CashTransaction", **(facts | attributes)))))


_add("deposit of NaN", HELD, lambda: _cash(amount="NaN"), "CashTransaction: amount", reason="bad_value")
_add("deposit without an amount", HELD, lambda: _cash(amount=""), "amount is missing", reason="bad_value")
_add("deposit without a rate", HELD, lambda: _cash(currency="EUR"), "fxRateToBase", reason="bad_value")
_add("deposit at a huge rate", HELD, lambda: _cash(fxRateToBase="1" * 12), "fxRateToBase", reason="bad_value")
_add(
    "a product no column holds",
    HELD,
    lambda: _cash(amount="9" * 17, fxRateToBase="9" * 9, currency="EUR"),
    "too large",
    reason="bad_value",
)
_add(
    "trade without quantity",
    HELD,
    lambda: good(statement(nav("1"), section("Trades", element("Trade", tradeID="1", currency="USD")))),
    "quantity",
    reason="bad_value",
)
_add(
    "conid of words",
    HELD,
    lambda: good(statement(nav("1"), element("OpenPosition", conid="abc", position="1", reportDate="20260302"))),
    "conid",
    reason="bad_value",
)
_add(
    "neither yes nor no",
    HELD,
    lambda: good(statement(nav("1"), element("Trade", tradeID="1", quantity="1", isAPIOrder="perhaps"))),
    "isAPIOrder",
    reason="bad_value",
)
_add(
    "statement without a believable period",
    HELD,
    lambda: good(statement(nav("1"), first="yesterday")),
    "",
    reason="bad_value",
)
_add(
    "ending value that is none of the days",
    HELD,
    lambda: good(
        statement(
            nav("100"),
            _change(start="90", mtm="10", end="100"),
            nav("90", "20260227"),
            nav("101", "20260303"),
            last="20260303",
        )
    ),
    "",
    reason="ending_value",
)


def _change(start: str, mtm: str, end: str, first: str = "20260302", last: str = "20260303", **more: str) -> str:
    return element("ChangeInNAV", fromDate=first, toDate=last, startingValue=start, mtm=mtm, endingValue=end, **more)


_add(
    "a return of its own",
    HELD,
    lambda: good(statement(nav("110"), _change("100", "10", "110", last="20260302", twr="11"))),
    "return",
    reason="return",
)

# --- rows without a home ---------------------------------------------------------------------------------------------

_add("unknown account", REJECTED, lambda: good(statement(nav("1"), account="U5555555")), "unknown account")
_add("master account", REJECTED, lambda: good(statement(nav("1"), account="F100001")), "cannot hold")
for _text in ("", "X123", "U1", "U1234567890", "U1000001;DROP", "../U1000001", "\uff351000001", "U 1000001"):
    _add(f"account {_text!a}", REJECTED, lambda t=_text: good(statement(nav("1"), account=t)), "Invalid account id")
_add(
    "row of another account",
    REJECTED,
    lambda: good(statement(nav("100"), nav("5", accountId="U9000001"))),
    "a row of account 'U9000001'",
)

# --- odd, but good ---------------------------------------------------------------------------------------------------

_add("-0", LOADS, lambda: good(statement(nav("-0"))))
_add("below zero", LOADS, lambda: good(statement(nav("-1,234.5"))))
_add(
    "ten thousand unknown attributes",
    LOADS,
    lambda: good(statement(nav("1", **{f"a{n}": n for n in range(10_000)}))),
    "unknown attribute",
)
_add("the statement twice", LOADS, lambda: good(statement(nav("100")), statement(nav("100"))), "comes 2 times")
_add("a wrong count", LOADS, lambda: plain().replace(b'count="2"', b'count="7"'), "count says")
_add("no count", LOADS, lambda: plain().replace(b' count="2"', b""), "count says")
_add("UTF-8 with a mark", LOADS, lambda: b"\xef\xbb\xbf" + plain())
_add("UTF-16", LOADS, lambda: plain().decode().replace("UTF-8", "UTF-16").encode("utf-16"))
_add("UTF-16 big-endian", LOADS, lambda: b"\xfe\xff" + plain().decode().replace("UTF-8", "UTF-16").encode("utf-16-be"))
_add("Latin-1", LOADS, lambda: plain().replace(b"UTF-8", b"ISO-8859-1").replace(b'"Test"', b'"T\xe9st"'))
_add("text between the elements", LOADS, lambda: plain().replace(b"</FlexStatements>", b"=1+1 &lt;x></FlexStatements>"))
_add(
    "CDATA between the elements",
    LOADS,
    lambda: plain().replace(b"</FlexStatements>", b"<![CDATA[<x>]]></FlexStatements>"),
)
_add("a processing instruction", LOADS, lambda: _head(b"<?xml-stylesheet href='http://127.0.0.1/'?>"))
_add("a saturday", LOADS, lambda: good(statement(nav("5", "20260228"), nav("100"))), "not a business day")
_add("a holiday", LOADS, lambda: good(statement(nav("5", "20260216"), nav("100"))), "not a business day")
_add("bidirectional marks in a name", LOADS, lambda: good(statement(nav("1"), _named("Ana \u202egnp.exe"))))
_add("control characters in a name", LOADS, lambda: good(statement(nav("1"), _named("Ana\u2028<script>\u009b"))))
_add("backslashes and tabs in a name", LOADS, lambda: good(statement(nav("1"), _named("\\N\\t\\\\ a\tb"))))
_add("a name of a thousand letters", LOADS, lambda: good(statement(nav("1"), _named("A" * 1000))))
_add("a formula for a name", LOADS, lambda: good(statement(nav("1"), _named('=HYPERLINK("http://x")'))))
_add("a deposit of zero", LOADS, lambda: _cash(amount="0"))
_add("no statement at all", LOADS, lambda: document(statement(nav("70"), account=CHIDI)).replace(b"xx", b""))


def _named(name: str) -> str:
    return element("AccountInformation", accountId="U1000001", name=name, currency="USD")


# --- tables of daily values ------------------------------------------------------------------------------------------


def _table(*rows: str, head: str = "account,date,nlv") -> Callable[[], bytes]:
    last = "U2000001,2026-03-02,70".replace(",", ";" if ";" in head else ",")
    return lambda: "\n".join((head, *rows, last, "")).encode()


_ANA = "U1000001,2026-03-02"
_CURRENCY = "account,date,nlv,currency"
for _name, _content, _says in (
    ("without a header of ours", lambda: b"a,b,c\n1,2,3\n", "header lacks"),
    ("without values", lambda: b"account,date\nU1000001,2026-03-02\n", "header lacks nlv"),
    ("with a column twice", lambda: b"account,date,nlv,nav\n", "names nlv twice"),
    ("with an open quote", _table(f'{_ANA},"100'), "quoted"),
    ("with a null", _table(f"{_ANA},1\x0000"), "null character"),
    ("in Latin-1", lambda: _table(f"{_ANA},1")().replace(b"U1", b"\xe9"), "not valid"),
    ("with an endless line", _table("U1000001," + "9" * 300_000), "longer than"),
    ("with 300 columns", lambda: b",".join([b"account"] * 300) + b"\n", "columns"),
    ("of old line ends", lambda: _table(f"{_ANA},1")().replace(b"\n", b"\r"), ""),
):
    _add(f"csv {_name}", REFUSED, _content, _says, suffix=".csv")
for _name, _content, _says, _reason in (
    ("with NaN", _table(f"{_ANA},NaN"), "plain decimal", "bad_value"),
    ("with an exponent", _table(f"{_ANA},1e309"), "plain decimal", "bad_value"),
    ("with an underscore", _table(f"{_ANA},1_000"), "plain decimal", "bad_value"),
    ("with a percent sign", _table(f"{_ANA},5%s"), "plain decimal", "bad_value"),
    ("with no value", _table(f"{_ANA},"), "nlv is missing", "bad_value"),
    ("with no day", _table("U1000001,,100"), "date is missing", "bad_value"),
    ("with days first", _table("U1000001,02/03/2026,100"), "is not a day", "bad_value"),
    ("of tomorrow", _table("U1000001,2026-03-06,100"), "lies after", "future"),
    ("with a decimal comma", _table("U1000001;2026-03-02;1,50", head="account;date;nlv"), "ambiguous", "bad_value"),
    ("with two values a day", _table(f"{_ANA},1", f"{_ANA},2"), "two values", "conflict"),
    ("good, then bad", _table(f"{_ANA},1", "U1000001,2026-03-03,x"), "plain decimal", "bad_value"),
    ("in another currency", _table(f"{_ANA},1,GBP", head=_CURRENCY), "base currency", "currency"),
):
    _add(f"csv {_name}", HELD, _content, _says, reason=_reason, suffix=".csv")
_add("csv of a stranger", REJECTED, _table("U5555555,2026-03-02,1"), "unknown account", suffix=".csv")
_add("csv of a formula", REJECTED, _table('"=cmd|x",2026-03-02,1'), "Invalid account id", suffix=".csv")
_add("csv of a master", REJECTED, _table("F100001,2026-03-02,1"), "cannot hold", suffix=".csv")
_add("csv of a sunday", LOADS, _table("U1000001,2026-03-01,1"), "not a business day", suffix=".csv")
