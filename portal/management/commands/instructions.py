"""manage.py instructions: the files that tell the broker what to move, and how far each of them has got."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils.translation import gettext as _

from accounts.broker.transmit.queries import bytes_of, counted, files_of
from accounts.ground.access.context import as_role
from portal.management.base import PortalCommand, day, private_file


class Command(PortalCommand):
    help = "Lists a day's files of instructions to the broker; with --out, writes them into a folder."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--day", type=day, required=True)
        parser.add_argument("--out", type=Path, metavar="FOLDER")

    def handle(self, *args: Any, **options: Any) -> None:
        with as_role("office"):
            files = list(counted(files_of(options["day"])))
            if options["out"]:
                self._write(files, options["out"])
        told = [
            {
                **{name: getattr(file, name) for name in ("name", "rows", "sha256", "accepted", "rejected", "booked")},
                "firm": file.firm_id,
                "delivered_at": file.delivered_at,  # type: ignore[attr-defined]
            }
            for file in files
        ]
        if options["json"]:
            self.answer({"day": options["day"], "files": told})
            return
        for one in told:
            self.stdout.write(
                f"{one['name']}  {one['rows']} movements, {one['accepted']} accepted, {one['rejected']} rejected,"
                f" {one['booked']} booked; {'delivered' if one['delivered_at'] else 'not delivered yet'}"
            )

    def _write(self, files: list[Any], folder: Path) -> None:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            for file in files:
                with private_file(folder / file.name) as out:
                    out.write(bytes_of(file))
        except OSError as error:
            raise CommandError(_("The files were not written: %(why)s") % {"why": error}) from error
