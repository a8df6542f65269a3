"""How much a visitor may send: decided from the announced length, before a byte of it is kept or parsed."""

from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadhandler import FileUploadHandler

MEGA = 1024 * 1024
USUAL = 6 * MEGA
# Addresses that take more, and all below some; everything else takes the usual.
MORE = {"/office/statements/": 128 * MEGA, "/api/v1/statement-files/": 128 * MEGA}
MORE_BELOW = {"/messages/": 24 * MEGA, "/api/v1/messages/": 24 * MEGA}


def most_for(path: str) -> int:
    """How many bytes a request to an address may have."""
    below = (most for start, most in MORE_BELOW.items() if path.startswith(start))
    return MORE.get(path) or next(below, USUAL)


class Quota(FileUploadHandler):
    """Stands first in line; the handlers after it keep the files."""

    def handle_raw_input(
        self, input_data: Any, META: Any, content_length: int, boundary: Any, encoding: Any = None
    ) -> None:
        path = self.request.path if self.request else ""
        if content_length > most_for(path):
            raise RequestDataTooBig("the request is larger than this page takes")

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        return raw_data

    def file_complete(self, file_size: int) -> None:
        return None
