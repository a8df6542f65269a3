"""manage.py figures: adds up what the tests have counted and writes docs/figures.json."""

import json
import os
import shutil
import subprocess
from collections import defaultdict
from pathlib import Path

from django.conf import settings
from django.core.management.base import CommandError, CommandParser
from django.utils.translation import gettext as _

from portal.management.base import PortalCommand

# Words of a fact that name it; everything else in it is added up.
NAMES = {"topic", "key"}


class Command(PortalCommand):
    help = "Adds up the facts that the tests wrote (tests/figures.py) into docs/figures.json."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--from", dest="folder", type=Path, help="where the facts are (default: PORTAL_FIGURES)")
        parser.add_argument("--to", type=Path, default=settings.BASE_DIR / "docs" / "figures.json")
        parser.add_argument("--seconds", type=float, help="how long the tests took")
        parser.add_argument("--seed", help="the seed that they ran with")

    def handle(self, *args: object, **options) -> None:
        folder = options["folder"] or Path(os.environ.get("PORTAL_FIGURES") or settings.STATE_DIR / "figures")
        facts = list(facts_in(folder))
        if not facts:
            raise CommandError(_("No figures in %(folder)s: run the tests first.") % {"folder": folder})
        figures = {
            "commit": _commit(),
            "seed": options["seed"] or os.environ.get("PORTAL_SEED", ""),
            "seconds": options["seconds"],
            **added_up(facts),
        }
        options["to"].write_text(json.dumps(figures, indent=2, sort_keys=True) + "\n", encoding="utf-8")
        if options["json"]:
            self.answer(figures)
        else:
            self.stdout.write(str(options["to"]))


def added_up(facts: list[dict[str, object]]) -> dict[str, dict[str, object]]:
    """Topic by topic: the facts, and the sums of their numbers by the first part of their keys and in all.

    A key may be `part/rest`: the access matrix has a part for each pass, and a rest for each person.
    """
    topics: dict[str, dict[str, object]] = {}
    for topic in sorted({str(fact["topic"]) for fact in facts}):
        total: dict[str, int] = defaultdict(int)
        parts: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
        of_topic = [fact for fact in facts if fact["topic"] == topic]
        for fact in of_topic:
            part, slash, _rest = str(fact["key"]).partition("/")
            for name, number in fact.items():
                if name not in NAMES and isinstance(number, int):
                    total[name] += number
                    if slash:
                        parts[part][name] += number
        topics[topic] = {"facts": len(of_topic), **total} | ({"parts": parts} if parts else {})
    return topics


def facts_in(folder: Path):
    """The facts that tests have written into a folder."""
    for place in sorted(folder.glob("*.json")):
        try:
            fact = json.loads(place.read_text(encoding="utf-8"))
        except ValueError as error:
            raise CommandError(_("%(file)s cannot be read: %(why)s") % {"file": place, "why": error}) from error
        if not isinstance(fact, dict) or not fact.keys() >= NAMES:
            raise CommandError(_("%(file)s is not a fact of the tests.") % {"file": place})
        yield fact


def _commit() -> str:
    """The commit that was tested; empty where there is no git or no history, as in an image."""
    if shutil.which("git") is None:
        return ""
    answer = subprocess.run(
        ["git", "rev-parse", "HEAD"], cwd=settings.BASE_DIR, capture_output=True, text=True, check=False
    )
    return answer.stdout.strip()
