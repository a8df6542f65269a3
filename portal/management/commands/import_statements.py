"""Loads broker statements from the shell: Flex XML or daily values as CSV, plain or gzip; files, folders or globs."""

import sys
import time
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.broker.feed.actions import import_statements
from accounts.broker.feed.report import Report
from accounts.broker.feed.web_service import FetchFailed, fetch
from portal import nightly, tasks
from portal.lib import env
from portal.management.base import PortalCommand

_STEP = 0.2  # seconds between two lines of progress


class Command(PortalCommand):
    help = "Load broker statement files. Loading a file again changes nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("files", nargs="*", metavar="FILE", help="file, folder or glob")
        parser.add_argument(
            "--query", metavar="ID", help="first fetch this query from the broker's Flex service; token in FLEX_TOKEN"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Exit code 1 when a file could not be read at all, whatever became of the others, or when nothing in any of
        them found its account. A held account is no failure: it waits for somebody, and the rest is loaded."""
        files = list(options["files"])
        if options["query"]:
            files.append(self._fetched(options["query"]))
        if not files:
            raise CommandError(_("Name at least one FILE, or a --query."))
        started = time.monotonic()
        report = import_statements(files, at=timezone.now(), progress=_Progress(self.stderr))
        if report.total("new") and nightly.statements_came(at=timezone.now()):
            tasks.wake()
        seconds = round(time.monotonic() - started, 2)
        problem = _problem(report)
        if options["json"]:
            self.answer({"problem": problem, **report.as_json(), "seconds": seconds}, ok=not problem)
        else:
            self._tell(report, seconds)
        if problem:
            self.stderr.write(problem)
            sys.exit(1)

    def _fetched(self, query: str) -> Path:
        """Kept in the folder of statements, where it can be loaded again."""
        folder = Path(getattr(settings, "STATEMENTS_DIR", "") or settings.STATE_DIR / "statements")
        folder.mkdir(parents=True, exist_ok=True)
        try:
            return fetch(token=env.text("FLEX_TOKEN"), query=query, into=folder, address=settings.FLEX_SERVICE_URL)
        except (FetchFailed, OSError, env.EnvError) as error:
            raise CommandError(_("The statement was not fetched: %(why)s") % {"why": error}) from error

    def _tell(self, report: Report, seconds: float) -> None:
        self.stdout.write(
            f"{len(report.files)} files, {report.statements} statements, {len(report.accounts)} accounts"
            f" in {seconds} s: {report.total('new')} rows new, {report.total('changed')} changed,"
            f" {report.total('unchanged')} unchanged"
        )
        for title, listed in (
            ("not read", report.unreadable),
            ("held", report.held),
            ("rejected", report.rejected),
            ("not reconcilable", report.not_reconcilable),
            ("warning", report.warnings),
        ):
            for entry in listed.entries:
                self.stdout.write(f"{title}: " + ", ".join(str(part) for part in entry.values() if part))
            if listed.total > len(listed.entries):
                self.stdout.write(f"{title}: and {listed.total - len(listed.entries)} more")


def _problem(report: Report) -> str:
    if report.unreadable.total:
        words = ngettext("%(count)d file was not read.", "%(count)d files were not read.", report.unreadable.total)
        return words % {"count": report.unreadable.total}
    if report.rejected.total and not report.accounts and not report.held.total:
        return _("Nothing was loaded: no row is of an account that the portal has.")
    return ""


class _Progress:
    """A line that renews itself on a terminal; in a log, one line a file."""

    def __init__(self, out: Any) -> None:
        self._out = out
        self._is_terminal = out.isatty()
        self._told = 0.0
        self._name = ""

    def __call__(self, name: str, done: int, total: int) -> None:
        now = time.monotonic()
        percent = 100 * done // total if total else 100
        if self._is_terminal:
            if now - self._told >= _STEP or done >= total:
                self._out.write(f"\r{percent:3d} %  {name[:60]:60}", ending="\n" if done >= total else "")
                self._out.flush()
                self._told = now
        elif name != self._name and (now - self._told >= 1 or done >= total):
            self._out.write(f"{percent} % {name}")
            self._told, self._name = now, name
