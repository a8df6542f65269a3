"""Whoever answers drop by drop is cut off in time, over https as over http."""

import datetime
import ipaddress
import socket
import ssl
import threading
import time

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from accounts.desk.hooks import sending
from accounts.desk.hooks.rules import HookProblem
from accounts.desk.hooks.sending import post, resolve

HERE = ipaddress.ip_address("127.0.0.1")
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nthanks"
HEADERS_WITHOUT_END = b"HTTP/1.1 200 OK\r\nX-Slow: " + b"a" * 1000
BODY_WITHOUT_END = b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n" + b"a" * 1000
CONTINUED_WITHOUT_END = b"HTTP/1.1 100 Continue\r\n\r\n" * 40
HANDSHAKE_WITHOUT_END = b"\x16\x03\x03\x3f\x00" + b"\x02" * 1000


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """Of this machine's loopback, signed by itself; one file with the key, one without."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "loopback")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(HERE)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    folder = tmp_path_factory.mktemp("certificate")
    public = made.public_bytes(serialization.Encoding.PEM)
    plain = serialization.NoEncryption()
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    (folder / "public.pem").write_bytes(public)
    (folder / "both.pem").write_bytes(private + public)
    return folder


@pytest.fixture
def listening(certificate, settings, monkeypatch):
    """`listening(what, every, tls)` answers one caller byte by byte, and gives the address."""
    settings.HOOK_NETWORKS = ["127.0.0.0/8"]
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate / "public.pem"))
    monkeypatch.setattr(sending, "SECONDS_IN_ALL", 1)
    over, doors = threading.Event(), []

    def answer(door, what, every, tls):
        try:
            line, _address = door.accept()
            if tls:
                context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
                context.load_cert_chain(certificate / "both.pem")
                line = context.wrap_socket(line, server_side=True)
            with line:
                said = line.recv(65536)
                while tls and not said.endswith(b"{}"):
                    said += line.recv(65536)
                for place in range(len(what)):
                    line.sendall(what[place : place + 1])
                    if over.wait(every):
                        return
        except OSError:
            pass  # the other side has gone, as it should

    def listen(what, every=0.0, *, tls):
        door = socket.create_server((str(HERE), 0))
        doors.append(door)
        threading.Thread(target=answer, args=(door, what, every, tls), daemon=True).start()
        return door.getsockname()[1]

    yield listen
    over.set()
    for door in doors:
        door.close()


def timed(url):
    began = time.monotonic()
    return post(url, "{}", {}), time.monotonic() - began


@pytest.mark.parametrize("what", [HEADERS_WITHOUT_END, BODY_WITHOUT_END, CONTINUED_WITHOUT_END])
@pytest.mark.parametrize("scheme", ["https", "http"])
def test_an_answer_that_drips_is_cut_off_and_is_none(listening, scheme, what):
    port = listening(what, 0.1, tls=scheme == "https")
    answer, seconds = timed(f"{scheme}://127.0.0.1:{port}/")
    assert answer.status is None and seconds < 4, (answer, seconds)


def test_a_handshake_that_drips_is_cut_off(listening):
    port = listening(HANDSHAKE_WITHOUT_END, 0.1, tls=False)
    answer, seconds = timed(f"https://127.0.0.1:{port}/")
    assert answer.status is None and seconds < 4, (answer, seconds)


def test_who_answers_at_once_over_https_is_heard(listening):
    answer, _seconds = timed(f"https://127.0.0.1:{listening(ANSWER, tls=True)}/")
    assert (answer.status, answer.text) == (200, "thanks")


def test_a_certificate_for_another_name_is_refused(listening, monkeypatch):
    port = listening(ANSWER, tls=True)
    monkeypatch.setattr(sending.socket, "getaddrinfo", lambda *_said, **_more: [(2, 1, 6, "", (str(HERE), port))])
    answer, _seconds = timed(f"https://other.example:{port}/")
    assert answer.status is None and "certificate" in answer.text


def test_a_name_that_is_looked_up_for_ever_is_given_up(monkeypatch):
    over = threading.Event()
    monkeypatch.setattr(sending, "SECONDS", 0.2)
    monkeypatch.setattr(sending.socket, "getaddrinfo", lambda *_said, **_more: over.wait(20) and [])
    began = time.monotonic()
    with pytest.raises(HookProblem):
        resolve("slow.example", 443)
    over.set()
    assert time.monotonic() - began < 4
