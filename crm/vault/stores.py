"""Where sealed files lie: a folder or a bucket of any S3 server; both see ciphertext under random names."""

import base64
import hashlib
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import parse_qs, unquote, urlsplit

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

# The least that S3 takes for a part that is not the last.
PART = 8 * 1024 * 1024


class StoreFailed(Exception):
    """The place of the files does not answer, or lacks the file; nothing was kept."""


class Store(Protocol):
    """A place for sealed bytes."""

    def put(self, place: str, blocks: Iterable[bytes]) -> int:
        """Store all of it or nothing; how many bytes."""

    def read(self, place: str, begin: int, end: int) -> bytes:
        """Some of the bytes."""

    def delete(self, place: str) -> None:
        """Forget it; nothing happens where it is not."""

    def places(self) -> Iterator[str]:
        """Every name there is."""


class Folder:
    """Files below a folder, written beside and renamed when whole."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def put(self, place: str, blocks: Iterable[bytes]) -> int:
        """Store all of it or nothing."""
        path = self._path(place)
        partial = path.with_suffix(".partial")
        length = 0
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
                for block in blocks:
                    length += file.write(block)
                file.flush()
                os.fsync(file.fileno())
            partial.replace(path)
        except OSError as problem:
            raise StoreFailed from problem
        finally:
            with suppress(OSError):
                partial.unlink(missing_ok=True)
        return length

    def read(self, place: str, begin: int, end: int) -> bytes:
        """Some of the bytes."""
        try:
            with self._path(place).open("rb") as file:
                file.seek(begin)
                return file.read(end - begin)
        except OSError as problem:
            raise StoreFailed from problem

    def delete(self, place: str) -> None:
        """Forget it."""
        try:
            self._path(place).unlink(missing_ok=True)
        except OSError as problem:
            raise StoreFailed from problem

    def places(self) -> Iterator[str]:
        """Every name there is."""
        return (one.name for one in self.root.glob("??/*") if one.suffix != ".partial")

    def _path(self, place: str) -> Path:
        if not place.isalnum():
            raise StoreFailed
        return self.root / place[:2] / place


class Bucket:
    """Objects below a prefix. The address and the keys of the account come from the environment, as boto3 reads it."""

    def __init__(self, bucket: str, prefix: str, endpoint: str) -> None:
        # Old signatures are refused by real servers, and newer checksums unknown to many of them.
        config = Config(
            signature_version="s3v4",
            retries={"max_attempts": 3},
            connect_timeout=5,
            read_timeout=60,
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
            s3={"addressing_style": "path"} if endpoint else {},
        )
        self.client: Any = boto3.session.Session().client("s3", endpoint_url=endpoint or None, config=config)
        self.bucket, self.prefix = bucket, prefix

    def put(self, place: str, blocks: Iterable[bytes]) -> int:
        """In parts; what was begun and not ended is taken back."""
        where = {"Bucket": self.bucket, "Key": self.prefix + place}
        upload = self._ask("create_multipart_upload", **where)["UploadId"]
        try:
            parts, length = [], 0
            for number, part in enumerate(_in_parts(blocks), 1):
                # What the line has changed is refused by the server, and not found out when somebody reads it.
                check = base64.b64encode(hashlib.md5(part, usedforsecurity=False).digest()).decode()
                sent = self._ask(
                    "upload_part", **where, UploadId=upload, PartNumber=number, Body=part, ContentMD5=check
                )
                tag = sent["ETag"]
                parts.append({"PartNumber": number, "ETag": tag})
                length += len(part)
            self._ask("complete_multipart_upload", **where, UploadId=upload, MultipartUpload={"Parts": parts})
        except BaseException:
            self._ask("abort_multipart_upload", **where, UploadId=upload)
            raise
        return length

    def read(self, place: str, begin: int, end: int) -> bytes:
        """Some of the bytes."""
        span = f"bytes={begin}-{end - 1}"
        body = self._ask("get_object", Bucket=self.bucket, Key=self.prefix + place, Range=span)["Body"]
        with _in_words(), body:  # the answer has begun, and may still break off
            return body.read()

    def delete(self, place: str) -> None:
        """Forget it."""
        self._ask("delete_object", Bucket=self.bucket, Key=self.prefix + place)

    def places(self) -> Iterator[str]:
        """Every name there is."""
        pages = iter(self.client.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=self.prefix))
        while True:
            with _in_words():
                page = next(pages, None)
            if page is None:
                return
            for one in page.get("Contents", ()):
                yield one["Key"].removeprefix(self.prefix)

    def _ask(self, call: str, **said: Any) -> Any:
        with _in_words():
            return getattr(self.client, call)(**said)


@contextmanager
def _in_words() -> Iterator[None]:
    """What goes wrong on the way to a bucket is one failure."""
    try:
        yield
    except (BotoCoreError, ClientError, OSError) as problem:
        raise StoreFailed from problem


def store() -> Store:
    """The installation's place for sealed files."""
    return _store(settings.VAULT_FILES_URL)


@lru_cache(maxsize=4)
def _store(url: str) -> Store:
    parts = urlsplit(url)
    if parts.scheme == "file":
        return Folder(Path(unquote(parts.path)))
    if parts.scheme == "s3" and parts.netloc:
        prefix = parts.path.strip("/")
        endpoint = parse_qs(parts.query).get("endpoint", [""])[0]
        return Bucket(parts.netloc, f"{prefix}/" if prefix else "", endpoint)
    raise ImproperlyConfigured("VAULT_FILES_URL must be file:///folder or s3://bucket/prefix (docs/runbook.md)")


def _in_parts(blocks: Iterable[bytes]) -> Iterator[bytes]:
    waiting, size, sent = [], 0, False
    for block in blocks:
        waiting.append(block)
        size += len(block)
        if size >= PART:
            yield b"".join(waiting)
            waiting, size, sent = [], 0, True
    if waiting or not sent:
        yield b"".join(waiting)
