"""manage.py import_calendar FILE --person P: reads a calendar and says what becomes of every event and task."""

import json
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.management.base import CommandError, CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.ground.access.context import as_role
from accounts.ground.people.models import User
from crm.imports.calendars import ReadEntry, read
from crm.imports.draft import ImportRefused
from crm.vault.deposits import leave
from portal.management.base import PortalCommand, content_of
from portal.management.places import practice_of_person

A_DEPOSIT = 200
KIND = "calendar"


class Command(PortalCommand):
    help = (
        "Reads a calendar (ICS) for a person; times without a zone are taken in the person's. What is taken goes to the"
        " sealed inbox of the person's practice; with --dry-run nothing is kept."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FILE", type=Path)
        parser.add_argument("--person", metavar="P", required=True, help="what the person signs in with")
        parser.add_argument("--dry-run", action="store_true", help="judge every event and keep nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        """Rejected events are part of an answer; a file that cannot be read is an error."""
        with as_role("owner"):
            person = User.objects.filter(username=options["person"]).first()
        if person is None:
            raise CommandError(_("nobody signs in as %(name)s") % {"name": options["person"]})
        zone = ZoneInfo(person.timezone or settings.TIME_ZONE)
        try:
            entries = read(
                content_of(options["file"], most=settings.CONTACT_IMPORT_BYTES),
                zone=zone,
                most_bytes=settings.CONTACT_IMPORT_BYTES,
            )
        except ImportRefused as refused:
            raise CommandError(_(refused.sentence.msgid) % refused.sentence.params) from refused
        if not options["dry_run"]:
            self._keep(person, entries)
        rejected = sum(one.problem is not None for one in entries)
        counts = {"created": len(entries) - rejected, "rejected": rejected}
        if options["json"]:
            self.answer(
                {
                    "file": options["file"].name,
                    "person": person.username,
                    "zone": zone.key,
                    "kept": not options["dry_run"],
                    "rows": len(entries),
                    **counts,
                    "entries": [_told(one) for one in entries],
                }
            )
            return
        for one in entries:
            words = _(one.problem.msgid) % one.problem.params if one.problem else ""
            self.stdout.write(
                f"{one.line:>6}  {one.entry.start or '':<26} {one.entry.summary[:50]:<50} {words}".rstrip()
            )
        kept = _("nothing was kept") if options["dry_run"] else _("they wait in the sealed inbox")
        self.stdout.write(_("%(created)s to create, %(rejected)s rejected; %(kept)s.") % {**counts, "kept": kept})

    def _keep(self, person: User, entries: list[ReadEntry]) -> None:
        told = [one.entry.told() for one in entries if one.problem is None]
        with as_role("owner"):
            practice = practice_of_person(person)
            for begin in range(0, len(told), A_DEPOSIT):
                content = json.dumps({"user": person.pk, "entries": told[begin : begin + A_DEPOSIT]}).encode()
                if leave(practice_id=practice.pk, kind=KIND, content=content, at=timezone.now()) is None:
                    raise CommandError(
                        _("The practice has no vault yet, so that nothing can be kept; --dry-run reads the file.")
                    )


def _told(one: ReadEntry) -> dict[str, Any]:
    return {
        "line": one.line,
        "verdict": "reject" if one.problem else "create",
        "words": _(one.problem.msgid) % one.problem.params if one.problem else "",
        "remarks": [_(remark.msgid) % remark.params for remark in one.remarks],
        "entry": one.entry.told(),
    }
