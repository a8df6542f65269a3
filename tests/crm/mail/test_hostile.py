"""Mails that somebody has built to do harm, and servers that do: nothing acts, nothing hangs, nothing is a fault."""

import io
import socket
import threading
import time
import zipfile
from email.message import EmailMessage

import pytest

from accounts.ground.lines.rules import LineProblem
from crm.mail import lines
from crm.mail.lines import dialled, inbox
from crm.mail.parsing import content_of, decoded, file_of, harmless, heads_of, is_readable, message_of, words_of
from crm.mail.reading import _rows
from crm.mail.rules import Access, ServerProblem
from tests.crm.mail.servers import ADDRESS, PASSWORD

HOSTILE_HTML = (
    '<script>alert(1)</script><style>body{background:url(//evil.example)}</style><img src="https://evil.example/p.gif">'
    '<a href="javascript:alert(1)" onclick="x()" style="position:fixed">go</a><form action="//evil"><input></form>'
    '<iframe src="//evil"></iframe><svg onload="x()"><a xlink:href="javascript:x()">s</a></svg><base href="//evil">'
    '<meta http-equiv="refresh" content="0;url=//evil"><link rel="stylesheet" href="//evil">'
    '<p id="a" class="b">Hello</p>'
    '<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=alert(1)&gt;">'
)


def raw(*heads, body="Hello", kind="text/plain; charset=utf-8"):
    return ("\r\n".join([*heads, f"Content-Type: {kind}", "", ""]) + body).encode("utf-8", "surrogateescape")


def test_nothing_of_a_formatted_mail_acts_or_loads():
    clean = harmless(HOSTILE_HTML)
    for word in (
        "script",
        "evil",
        "javascript",
        "onclick",
        "style",
        "<img",
        "<form",
        "<iframe",
        "<svg",
        "<base",
        "<meta",
    ):
        assert word not in clean.lower(), clean
    assert "<p>Hello</p>" in clean and "Hello" in words_of(HOSTILE_HTML)
    content = content_of(message_of(raw(body=HOSTILE_HTML, kind="text/html; charset=utf-8")))
    assert content.pictures >= 1 and "Hello" in content.text and "alert" not in content.text


@pytest.mark.parametrize("piece", ["<div>", "&", "<table><tr><td>", "<b><i>", "<", "<!--", '<a title="', "</p>"])
def test_a_formatted_mail_that_nests_for_ever_takes_no_time(piece):
    began = time.monotonic()
    content = content_of(message_of(raw(body=piece * 200_000 + "the end", kind="text/html")))
    assert isinstance(content.text, str) and isinstance(content.formatted, str)
    assert time.monotonic() - began < 5


def test_a_formatted_mail_reads_as_words():
    said = "<p>Dear&nbsp;Alice,</p><div>one<br>two</div><table><tr><td>a</td><td>b</td></tr></table>"
    assert words_of(said) == "Dear Alice,\none\ntwo\na b"


def test_heads_are_one_line_and_short_whatever_they_are():
    mail = message_of(
        raw(
            "Subject: =?utf-8?q?Hello=0D=0ABcc=3A_x=40y.z?= \u202egnp.exe",
            "From: =?no-such-charset?b?////?= <a@b.example>",
            "To: " + "x@y.example, " * 5000,
            "Date: Mon, 99 Foo 0000 99:99:99 +9999",
            "Message-ID: <x>\r\n <y z>",
            "References: <a@b> nonsense <c@d>",
        )
    )
    heads = heads_of(mail)
    assert "\n" not in heads.subject and "\r" not in heads.subject and "\u202e" not in heads.subject
    assert heads.sender.email == "a@b.example" and len(heads.to) <= 100 and heads.at is None
    assert (heads.message_id, heads.references) == ("", "<a@b> <c@d>")
    giant = heads_of(message_of(raw("Subject: " + "a" * 3_000_000)))
    assert len(giant.subject) == 300


@pytest.mark.parametrize(
    "charset", ["utf-16", "punycode", "zlib", "idna", "unicode_escape", "no-such", "", "\0", "utf-8\r\nX: y", "rot13"]
)
def test_a_charset_that_lies_is_read_as_far_as_it_goes(charset):
    assert isinstance(decoded(b"Gr\xc3\xbc\xc3\x9fe", charset), str)
    mail = message_of(raw(kind=f'text/plain; charset="{charset}"'))
    assert isinstance(content_of(mail).text, str)


@pytest.mark.parametrize(
    "broken",
    [
        b"",
        b"\0" * 1000,
        b"Content-Type: multipart/mixed\r\n\r\nno boundary",
        b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\nContent-Transfer-Encoding: base64\r\n\r\n!!!!\r\n',
        b"Content-Type: message/rfc822\r\n\r\nContent-Type: message/rfc822\r\n\r\n" * 300,
        b"".join(b'Content-Type: multipart/mixed; boundary="%d"\r\n\r\n--%d\r\n' % (n, n) for n in range(3000)),
        b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n' + b"--b\r\n\r\nx\r\n" * 5000,
        b"Content-Type: text/plain; charset*0*=x''%FF; charset*99999999999=y\r\n\r\nx",
        b"Content-Disposition: attachment; filename*=utf-8''%00%2F..%2F\r\n\r\nx",
        b"\xff\xfe: \xff\r\nSubject\r\n\r\n",
    ],
    ids=range(10),
)
def test_a_broken_mail_is_shown_as_far_as_it_goes(broken):
    began = time.monotonic()
    mail = message_of(broken)
    heads_of(mail)
    content = content_of(mail)
    assert len(content.files) <= 200 and all("/" not in one.name and "\0" not in one.name for one in content.files)
    assert time.monotonic() - began < 5


def test_one_odd_address_takes_no_other_of_its_line_away():
    mail = message_of(raw("From: Ruiz, Ana <ana@x.example>", "To: odd one, Bo <bo@x.example>, cy@x.example,"))
    heads = heads_of(mail)
    assert {"bo@x.example", "cy@x.example"} <= {one.email for one in heads.to} and str(heads.sender)


@pytest.mark.parametrize(
    "huge",
    [
        b"".join(b'Content-Type: multipart/mixed; boundary="%d"\r\n\r\n--%d\r\n' % (n, n) for n in range(300))
        + b"\r\n" * 10_000_000,
        b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n' + b"--b\r\n\r\n" * 3_000_000,
        b'Content-Type: multipart/mixed; boundary="b"\r\r' + b"--b\r\r" * 3_000_000,
        b"Content-Type: message/delivery-status\r\n\r\n" + b"A: b\r\n\r\n" * 200_000,
        b"Content-Type: multipart/mixed" + b";" * 20_000_000,
        b"Content-Type: multipart/mixed" + b";;;;;\r\n " * 2_000_000,
    ],
    ids=("nested", "parts", "parts of old ends", "reports", "head", "folded head"),
)
def test_a_mail_that_takes_hours_to_parse_is_its_heads_alone(huge):
    began = time.monotonic()
    raw = b"Subject: Still said\r\n" + huge
    mail = message_of(raw)
    assert not is_readable(raw) and heads_of(mail).subject == "Still said" and isinstance(mail.get_payload(), str)
    assert time.monotonic() - began < 5


def test_many_heads_of_people_take_no_time_and_a_large_file_is_read_all_the_same():
    began = time.monotonic()
    many = message_of((b"To: " + b"x@y.example, " * 1500 + b"\r\n") * 1000 + b"\r\n")
    assert len(heads_of(many).to) <= 100
    paper = EmailMessage()
    paper.set_content("see")
    paper.add_attachment(bytes(17_000_000), maintype="application", subtype="pdf", filename="a.pdf")
    raw = paper.as_bytes()
    assert is_readable(raw) and content_of(message_of(raw)).files[0].size == 17_000_000
    assert time.monotonic() - began < 20


def test_an_archive_is_handed_on_as_it_is():
    box = io.BytesIO()
    with zipfile.ZipFile(box, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("../../zeros", bytes(50_000_000))
    mail = EmailMessage()
    mail.set_content("see")
    mail.add_attachment(box.getvalue(), maintype="application", subtype="zip", filename="..\\..\\C:\\a/b.zip")
    mail = message_of(mail.as_bytes())
    (one,) = content_of(mail).files
    assert one.size < 100_000 and not set("/\\") & set(one.name)
    assert file_of(mail, one.number) == (one.name, box.getvalue())


def access(**said):
    known = {
        "imap_host": "127.0.0.1",
        "imap_port": 993,
        "smtp_host": "127.0.0.1",
        "smtp_port": 465,
        "address": ADDRESS,
        "name": "",
        "username": ADDRESS,
        "password": PASSWORD,
    }
    return Access(**{**known, **said})


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "127.1", "2130706433", "0x7f.1", "10.0.0.1", "169.254.169.254"]
)
@pytest.mark.parametrize("port", [993, 465, 587])
def test_no_machine_of_ones_own_is_spoken_to(host, port, monkeypatch):
    monkeypatch.setattr(lines.socket, "create_connection", lambda *_said, **_more: pytest.fail("it was connected to"))
    with pytest.raises(LineProblem):
        dialled(host, port)


def test_a_name_is_asked_for_once_every_address_of_it_counts_and_the_checked_one_is_called(monkeypatch):
    answers, called = [["93.184.215.14"], ["127.0.0.1"]], []

    def look_up(host, port, **_more):
        return [(2, 1, 6, "", (one, port)) for one in answers.pop(0)]

    def call(address, timeout):
        called.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(lines.socket, "getaddrinfo", look_up)
    monkeypatch.setattr(lines.socket, "create_connection", call)
    with pytest.raises(ServerProblem, match="takes no calls"), inbox(access(imap_host="rebinding.example")):
        pass
    assert called == [("93.184.215.14", 993)]
    answers[:] = [["93.184.215.14", "10.0.0.1"]]
    with pytest.raises(LineProblem):
        dialled("both.example", 993)
    assert len(called) == 1


def test_an_odd_port_is_for_networks_of_ones_own_only(settings, monkeypatch):
    settings.MAIL_NETWORKS = ["10.1.0.0/16"]
    monkeypatch.setattr(lines.socket, "create_connection", lambda address, timeout: address)
    assert dialled("10.1.2.3", 1143) == ("10.1.2.3", 1143)
    for host, port in (("93.184.215.14", 25), ("10.2.0.1", 993)):
        with pytest.raises(LineProblem):
            dialled(host, port)


@pytest.fixture
def talking(authority, settings, monkeypatch):
    """`talking(what, every)` is a server in TLS that says something, drop by drop, and hears nothing."""
    import ssl

    settings.MAIL_NETWORKS = ["127.0.0.0/8"]
    monkeypatch.setenv("SSL_CERT_FILE", str(authority / "ca.pem"))
    over, doors = threading.Event(), []

    def answer(door, what, every):
        try:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(authority / "server.pem", authority / "server.key")
            with context.wrap_socket(door.accept()[0], server_side=True) as line:
                for piece in what:
                    line.sendall(piece)
                    if over.wait(every):
                        return
                over.wait(20)
        except OSError:
            pass  # the other side has gone, as it should

    def talk(what, every=0.0):
        door = socket.create_server(("127.0.0.1", 0))
        doors.append(door)
        threading.Thread(target=answer, args=(door, what, every), daemon=True).start()
        return door.getsockname()[1]

    yield talk
    over.set()
    for door in doors:
        door.close()


def test_a_server_that_drips_is_cut_off(talking):
    port = talking([b"* "] + [b"a"] * 1000, 0.1)
    began = time.monotonic()
    with pytest.raises(ServerProblem, match="Try again later"), inbox(access(imap_port=port), seconds=1):
        pass
    assert time.monotonic() - began < 5


def test_a_server_that_announces_more_than_was_asked_for_is_left(talking):
    greeting = b"* OK ready\r\n* CAPABILITY IMAP4rev1\r\n* 1 FETCH (BODY[] {99999999999}\r\n"
    port = talking([greeting, b"x" * 100_000])
    with pytest.raises(ServerProblem, match="broken off"), inbox(access(imap_port=port)):
        pass


def test_a_server_that_speaks_another_language_is_left(talking):
    port = talking([b"HTTP/1.1 400 Bad Request\r\n\r\n"])
    with pytest.raises(ServerProblem, match="broken off"), inbox(access(imap_port=port), seconds=2):
        pass


def test_a_server_with_days_of_its_own_loses_the_day_alone():
    row = b'1 (UID 7 INTERNALDATE "%s" RFC822.SIZE 5 FLAGS (\\Seen)'
    days = (b"01-Foo-2026 00:00:00 +0000", b"01-Jan-9999 23:59:59 -1400")
    answer = ("OK", [one for day in days for one in ((row % day, b"Subject: Hello\r\n\r\n"), b")")])
    lines_of = _rows(None, answer, 1)
    assert [(one.heads.subject, one.at) for one in lines_of] == [("Hello", None)] * 2


def test_what_opens_a_mailbox_stands_in_no_report_of_an_error():
    assert PASSWORD not in repr(access()) and ADDRESS not in f"{access()}"
