"""What every command of the portal's own has in common: days in words, and with --json one object as the last line."""

import argparse
import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import IO, Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import OperationalError
from django.utils.translation import gettext as _

from portal.lib.csvtext import MAX_BYTES
from portal.lib.money import BadDecimal, parse_decimal


class PortalCommand(BaseCommand):
    """With --json the last line is one JSON object in which `ok` says whether all is well: also where the command
    refuses (exit code 1) or does not understand its arguments (2); `problem` then says why."""

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        parser = super().create_parser(prog_name, subcommand, **kwargs)
        parser.add_argument("--json", action="store_true", help=_("one JSON object as the last line"))
        return parser

    def run_from_argv(self, argv: list[str]) -> None:
        if "--json" in argv:
            # Asked as from a program, the parser raises what it would else print before it exits.
            try:
                self.create_parser(argv[0], argv[1]).parse_args(argv[2:])
            except CommandError as mistake:
                problem = str(mistake).removeprefix("Error: ")
                self.stderr.write(problem)
                self.stdout.write(refusal(problem))
                sys.exit(2)
        super().run_from_argv(argv)

    def execute(self, *args: Any, **options: Any) -> str | None:
        try:
            try:
                return super().execute(*args, **options)
            except OperationalError as lost:
                # A traceback through the driver would say no more than its last line.
                raise CommandError(_("The database: %(why)s") % {"why": str(lost).strip()}) from lost
        except CommandError as refused:
            if options.get("json"):
                self.stdout.write(refusal(str(refused)))
            raise

    def answer(self, found: dict[str, Any], *, ok: bool = True) -> None:
        """What machines read."""
        self.stdout.write(json.dumps({"ok": ok, **found}, ensure_ascii=False, default=str))


@contextmanager
def private_file(path: Path) -> Iterator[IO[bytes]]:
    """A file that only its owner reads; it appears under its name when it is whole, and not at all otherwise."""
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    with os.fdopen(os.open(partial, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), "w+b") as file:
        try:
            yield file
            file.flush()
            os.fsync(file.fileno())
            partial.replace(path)
        except BaseException:
            partial.unlink(missing_ok=True)
            raise


def refusal(problem: str) -> str:
    return json.dumps({"ok": False, "problem": problem}, ensure_ascii=False)


def content_of(path: Path, *, most: int = MAX_BYTES) -> bytes:
    """What a file holds, up to one byte more than is taken, so that what is too large shows."""
    try:
        with path.open("rb") as file:
            return file.read(most + 1)
    except OSError as error:
        raise CommandError(f"{path} cannot be read: {error.strerror}") from error


def day(words: str) -> date:
    """For add_argument: a day as 2026-11-20."""
    try:
        return date.fromisoformat(words)
    except ValueError:
        raise argparse.ArgumentTypeError(_("%(words)s is not a day like 2026-11-20") % {"words": repr(words)}) from None


def amount(words: str) -> Decimal:
    """For add_argument: an amount with up to two decimal places that is not negative."""
    try:
        read = parse_decimal(words, digits=18, places=2)
    except BadDecimal as problem:
        raise argparse.ArgumentTypeError(str(problem)) from None
    if read < 0:
        raise argparse.ArgumentTypeError(_("A value is not negative."))
    return read


def percent(words: str) -> Decimal:
    """For add_argument: 7% or 7 as the share 0.07."""
    try:
        return parse_decimal(words.removesuffix("%"), digits=9, places=4) / 100
    except BadDecimal as problem:
        raise argparse.ArgumentTypeError(str(problem)) from None
