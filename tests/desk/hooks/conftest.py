"""A real program that listens on this machine, and keeps what it was told."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest


class Listener:
    """What came, and what is answered; `answers` are used up one after the other, the last one stays."""

    def __init__(self):
        self.came = []
        self.answers = [(200, {}, b"thanks")]
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                outer.came.append((self.path, dict(self.headers), body))
                status, headers, said = outer.answers.pop(0) if len(outer.answers) > 1 else outer.answers[0]
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(said)))
                self.end_headers()
                self.wfile.write(said)

            do_GET = do_POST

            def log_message(self, *_said):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/told?by=portal"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def told(self):
        return [json.loads(body) for _path, _headers, body in self.came]


@pytest.fixture
def listener(settings):
    """On the loopback, which the settings let webhooks reach for this test."""
    settings.HOOK_NETWORKS = ["127.0.0.0/8"]
    made = Listener()
    yield made
    made.server.shutdown()
    made.server.server_close()
