"""How much a visitor may send: decided from the announced length, before a byte of it is kept or parsed."""

from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadhandler import FileUploadHandler

MEGA = 1024 * 1024
USUAL = 6 * MEGA
# Addresses that take more; everything else takes the usual.
MORE = {"/office/statements/": 128 * MEGA}


class Quota(FileUploadHandler):
    """Stands first in line; the handlers after it keep the files."""

    def handle_raw_input(
        self, input_data: Any, META: Any, content_length: int, boundary: Any, encoding: Any = None
    ) -> None:
        path = self.request.path if self.request else ""
        if content_length > MORE.get(path, USUAL):
            raise RequestDataTooBig("the request is larger than this page takes")

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        return raw_data

    def file_complete(self, file_size: int) -> None:
        return None
