"""How much a visitor may send: decided from the announced length, before a byte of it is kept or parsed."""

from io import BufferedReader, BytesIO
from typing import Any

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadedfile import InMemoryUploadedFile, UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, StopFutureHandlers
from django.http import HttpRequest

from accounts.ground.access.middleware import API_PREFIX
from accounts.ground.people.sessions import SessionStore
from crm.mail.rules import room_for_files
from crm.vault.spool import Spool

MEGA = 1024 * 1024
USUAL = 6 * MEGA
# Addresses that take more, and all below some; everything else takes the usual.
MORE = {"/office/statements/": 128 * MEGA, "/api/v1/statement-files/": 128 * MEGA}
MORE_BELOW = {
    "/messages/": 24 * MEGA,
    "/api/v1/messages/": 24 * MEGA,
    "/applications/": 12 * MEGA,
    "/api/v1/client-applications/": 12 * MEGA,
    "/documents/": 64 * MEGA,
    "/api/v1/documents/": 64 * MEGA,
}
# What is sealed before it is stored is never written to a disk readable on its way: documents and files of mails, which
# may be large, lie there sealed under a key of this moment, files of contacts stay in memory.
MAILS = "/email/"
IN_BOOK = ("/documents/", "/api/v1/documents/", MAILS)
UNWRITTEN = (*IN_BOOK, "/contacts/import/", "/api/v1/contacts/import/", "/api/v1/email/")


def most_for(request: HttpRequest) -> int:
    """How many bytes a request may have; more than usual only of who is signed in.

    Forms are read before anybody knows who sent them, so this asks the session itself, and of what stays in memory
    also whether the browser has opened a client book.
    """
    path = request.path
    if not _is_known(request) or (path.startswith(IN_BOOK) and settings.VAULT_COOKIE_NAME not in request.COOKIES):
        return USUAL
    if path.startswith(MAILS):
        return max(USUAL, room_for_files() + MEGA)
    if path.startswith(IN_BOOK):
        return max(MORE_BELOW[IN_BOOK[0]], settings.DOCUMENT_BYTES + MEGA)
    below = (most for start, most in MORE_BELOW.items() if path.startswith(start))
    return MORE.get(path) or next(below, USUAL)


def _is_known(request: HttpRequest) -> bool:
    """A live session, or over the API a token, whose files go to the disk and not into memory.

    Asked of the session's row, because the first reader of a form stands before the one that knows the session.
    """
    session = getattr(request, "session", None)
    if session is None:
        session = SessionStore(request.COOKIES.get(settings.SESSION_COOKIE_NAME))
    if SESSION_KEY in session:
        return True
    by_token = request.path.startswith(API_PREFIX) and request.headers.get("Authorization", "").startswith("Bearer ")
    return by_token and not request.path.startswith(UNWRITTEN)


class Quota(FileUploadHandler):
    """Stands first in line; the handlers after it keep the files."""

    def handle_raw_input(
        self, input_data: Any, META: Any, content_length: int, boundary: Any, encoding: Any = None
    ) -> None:
        if content_length > USUAL and (self.request is None or content_length > most_for(self.request)):
            raise RequestDataTooBig("the request is larger than this page takes")

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        return raw_data

    def file_complete(self, file_size: int) -> None:
        return None


class Unwritten(FileUploadHandler):
    """Keeps what is to be sealed in memory or sealed already, and leaves every other file to the next in line."""

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self.kept: BytesIO | None = None
        self.spool: Spool | None = None
        if self.request is None or not self.request.path.startswith(UNWRITTEN):
            return
        if self.request.path.startswith(IN_BOOK):
            self.spool = Spool()
        else:
            self.kept = BytesIO()
        raise StopFutureHandlers

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        if self.spool is not None:
            self.spool.take(raw_data)
            return None
        if self.kept is None:
            return raw_data
        self.kept.write(raw_data)
        return None

    def upload_interrupted(self) -> None:
        if self.spool is not None:
            self.spool.close()

    def file_complete(self, file_size: int) -> UploadedFile | None:
        if self.spool is not None:
            self.spool.end()
            return UploadedFile(BufferedReader(self.spool), self.file_name, self.content_type, file_size)
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
