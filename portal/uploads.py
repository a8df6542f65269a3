"""How much a visitor may send: decided from the announced length, before a byte of it is kept or parsed."""

from io import BytesIO
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadedfile import InMemoryUploadedFile
from django.core.files.uploadhandler import FileUploadHandler, StopFutureHandlers

MEGA = 1024 * 1024
USUAL = 6 * MEGA
# Addresses that take more, and all below some; everything else takes the usual.
MORE = {"/office/statements/": 128 * MEGA, "/api/v1/statement-files/": 128 * MEGA}
MORE_BELOW = {
    "/messages/": 24 * MEGA,
    "/api/v1/messages/": 24 * MEGA,
    "/documents/": 64 * MEGA,
    "/api/v1/documents/": 64 * MEGA,
}
# What is sealed before it is stored is never written to a disk on its way.
UNWRITTEN = ("/documents/", "/api/v1/documents/", "/contacts/import/", "/api/v1/contacts/import/")


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


class Unwritten(FileUploadHandler):
    """Keeps in memory what is to be sealed, and leaves every other file to the next in line."""

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self.kept: BytesIO | None = None
        if self.request is not None and self.request.path.startswith(UNWRITTEN):
            self.kept = BytesIO()
            raise StopFutureHandlers

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        if self.kept is None:
            return raw_data
        self.kept.write(raw_data)
        return None

    def file_complete(self, file_size: int) -> InMemoryUploadedFile | None:
        if self.kept is None:
            return None
        self.kept.seek(0)
        return InMemoryUploadedFile(
            file=self.kept,
            field_name=self.field_name,
            name=self.file_name,
            content_type=self.content_type,
            size=file_size,
            charset=self.charset,
            content_type_extra=self.content_type_extra,
        )
