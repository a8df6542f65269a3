"""manage.py import_contacts FILE --firm F: reads an address book and says what becomes of every card or row."""

import json
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.ground.access.context import as_role
from crm.imports.contacts import CREATE, REJECT, SKIP, ContactFile, Judged, read
from crm.imports.draft import ImportRefused
from crm.vault.deposits import leave
from portal.management.base import PortalCommand, content_of
from portal.management.places import practice_of

A_DEPOSIT = 200
KIND = "contacts"


class Command(PortalCommand):
    help = (
        "Reads vCards (2.1, 3.0, 4.0), workbooks (XLSX) and CSV files of contacts. What is taken goes to the practice's"
        " sealed inbox, from where a member takes it into the client book; with --dry-run nothing is kept."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FILE", type=Path)
        parser.add_argument("--firm", metavar="F", required=True, help="the firm's name or an advisor's master account")
        parser.add_argument("--dry-run", action="store_true", help="judge every row and keep nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        """Rejected rows are part of an answer; a file that cannot be read is an error."""
        practice = practice_of(options["firm"])
        try:
            file = read(
                content_of(options["file"], most=settings.CONTACT_IMPORT_BYTES),
                most_rows=settings.CONTACT_IMPORT_ROWS,
                most_bytes=settings.CONTACT_IMPORT_BYTES,
            )
        except ImportRefused as refused:
            raise CommandError(_(refused.sentence.msgid) % refused.sentence.params) from refused
        if not options["dry_run"]:
            self._keep(practice.pk, file)
        if options["json"]:
            self.answer(
                {
                    "file": options["file"].name,
                    "format": file.format,
                    "practice": practice.name,
                    "kept": not options["dry_run"],
                    "rows": len(file.rows),
                    "created": file.count(CREATE),
                    "skipped": file.count(SKIP),
                    "rejected": file.count(REJECT),
                    "unknown_columns": file.unknown,
                    "contacts": [_told(one) for one in file.rows],
                }
            )
            return
        for one in file.rows:
            self.stdout.write(f"{one.read.line:>6}  {one.verdict:<7} {one.read.draft.title:<40} {_words(one)}".rstrip())
        kept = _("nothing was kept") if options["dry_run"] else _("they wait in the sealed inbox")
        self.stdout.write(
            _("%(created)s to create, %(skipped)s skipped, %(rejected)s rejected; %(kept)s.")
            % {
                "created": file.count(CREATE),
                "skipped": file.count(SKIP),
                "rejected": file.count(REJECT),
                "kept": kept,
            }
        )

    def _keep(self, practice_id: int, file: ContactFile) -> None:
        told = [one.read.draft.told() for one in file.rows if one.verdict == CREATE]
        with as_role("owner"):
            for begin in range(0, len(told), A_DEPOSIT):
                content = json.dumps(told[begin : begin + A_DEPOSIT], default=str).encode()
                if leave(practice_id=practice_id, kind=KIND, content=content, at=timezone.now()) is None:
                    raise CommandError(
                        _("The practice has no vault yet, so that nothing can be kept; --dry-run reads the file.")
                    )


def _told(one: Judged) -> dict[str, Any]:
    return {
        "line": one.read.line,
        "verdict": one.verdict,
        "words": _words(one),
        "remarks": [_(remark.msgid) % remark.params for remark in one.read.remarks],
        "contact": one.read.draft.told(),
    }


def _words(one: Judged) -> str:
    if one.reason is None:
        return ""
    return _(one.reason.msgid) % {
        name: _(value) if isinstance(value, str) and name == "why" else value
        for name, value in one.reason.params.items()
    }
