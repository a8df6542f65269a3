"""A Flex web service on this machine: answers over real HTTP what it was told to answer, in turn."""

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

ACCEPTED = b"<FlexStatementResponse><Status>Success</Status><ReferenceCode>777</ReferenceCode></FlexStatementResponse>"


def error(code: int) -> bytes:
    return (
        f"<FlexStatementResponse><Status>Fail</Status><ErrorCode>{code}</ErrorCode>"
        "<ErrorMessage>words</ErrorMessage></FlexStatementResponse>"
    ).encode()


class FlexServer:
    """`answers` are bodies, or (status, headers) for anything else; `asked` is what was asked, with the user agent."""

    def __init__(self) -> None:
        self.answers: list[object] = []
        self.asked: list[tuple[str, str]] = []
        self.address = ""


@contextmanager
def serving() -> Iterator[FlexServer]:
    told = FlexServer()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            told.asked.append((self.path, self.headers.get("User-Agent", "")))
            answer = told.answers.pop(0)
            status, headers, body = (200, {}, answer) if isinstance(answer, bytes) else (*answer, b"")
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *arguments: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    told.address = f"http://127.0.0.1:{server.server_port}/flex"
    try:
        yield told
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
