"""manage.py vault verify: whether what is stored of the practices' vaults is whole; with papers, whether all opens."""

import json
import sys
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.db import transaction

from accounts.ground.access.context import as_role
from crm.vault.engine.encoding import Unopened
from crm.vault.models import Vault
from crm.vault.verifying import Found, check_opened, check_stored, keys_of, needed_peppers
from portal.management.base import PortalCommand


class Command(PortalCommand):
    help = (
        "Checks every vault: signatures, grants, costs, files. With --practice and papers on standard input"
        ' ({"sheets": [one, other]} or {"username": name, "code": code}) it opens every record of that practice,'
        " as in a restore drill, and says how many there are. Exits with 1 while something is wrong."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("what", choices=["verify"])
        parser.add_argument("--practice", type=int, help="also open every record of this practice, with its papers")

    def handle(self, *args: Any, **options: Any) -> None:
        papers = self._papers() if options["practice"] else {}
        with as_role("owner"), transaction.atomic(using="owner"):
            found = check_stored()
            opened = self._open(options["practice"], papers) if papers else None
        wrong = [*found.wrong, *(opened.wrong if opened else [])]
        told = {
            "vaults": Vault.unscoped.using("owner").count(),
            "peppers": needed_peppers(),
            "checked": found.checked,
            "opened": opened.checked if opened else {},
            "wrong": wrong,
        }
        if options["json"]:
            self.answer(told, ok=not wrong)
        else:
            for name, count in {
                **found.checked,
                **{f"{k}, opened": v for k, v in (opened.checked if opened else {}).items()},
            }.items():
                self.stdout.write(f"{count:>8} {name}")
            for line in wrong:
                self.stdout.write(line)
            self.stdout.write("something is wrong" if wrong else "all is whole")
        if wrong:
            sys.exit(1)

    def _papers(self) -> dict[str, Any]:
        """From standard input: what stands among the arguments of a process can be read by others."""
        try:
            said = json.loads(sys.stdin.read())
        except ValueError:
            raise CommandError("standard input must hold the papers as JSON") from None
        if not isinstance(said, dict) or not ("code" in said or len(said.get("sheets", ())) == 2):
            raise CommandError('the papers are {"sheets": [one, other]} or {"username": name, "code": code}')
        return said

    def _open(self, practice: int, papers: dict[str, Any]) -> Found:
        vault = Vault.unscoped.filter(practice_id=practice).first()
        if vault is None:
            raise CommandError(f"practice {practice} has no vault")
        try:
            keys = keys_of(
                vault,
                sheets=papers.get("sheets", ()),
                code=papers.get("code", ""),
                username=papers.get("username", ""),
            )
        except Unopened:
            raise CommandError("these papers do not open the vault") from None
        return check_opened(vault, keys)
