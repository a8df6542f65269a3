"""Asks the web server of this container whether it is well; for the image's health check."""

from __future__ import annotations

import http.client
import os
import sys
from urllib.parse import urlsplit


def main(port: int = 8000) -> int:
    host = urlsplit(os.environ.get("PUBLIC_URL", "")).netloc or "localhost"  # the portal answers to its own name only
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        line.request("GET", "/health", headers={"Host": host})
        return 0 if line.getresponse().status == 200 else 1
    except OSError:
        return 1
    finally:
        line.close()


if __name__ == "__main__":
    sys.exit(main())
