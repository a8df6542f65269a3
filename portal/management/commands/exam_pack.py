"""manage.py exam_pack: an exam pack in a person's name, or whether one is still what was packed."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.ground.access.context import acting, as_role
from accounts.ground.access.gates import Gate, may_pass
from accounts.ground.clock import exchange_today
from accounts.ground.people.models import User
from portal.examination.actions import file_name, write
from portal.examination.checking import check
from portal.examination.contents import Ended, Pack
from portal.examination.forms import days_problem
from portal.management.base import PortalCommand, day, private_file


class Command(PortalCommand):
    help = (
        "Writes what PERSON may see of the days FROM to TO as an indexed zip: bills, proofs, notices, approvals, logs"
        " and seals, with sums. With --verify, says whether a pack is whole and exits with 1 where it is not."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--as", dest="person", metavar="PERSON", help="the sign-in name")
        parser.add_argument("--from", dest="first", type=day, metavar="FROM", help="the first day, as 2026-07-01")
        parser.add_argument("--to", dest="last", type=day, metavar="TO", help="the last day")
        parser.add_argument("--out", metavar="FILE", help="where to write it; a file named after the days without it")
        parser.add_argument("--verify", metavar="FILE", help="a pack to look at; needs nothing else")

    def handle(self, *args: object, **options: Any) -> None:
        if options["verify"]:
            self._verify(Path(options["verify"]), as_json=options["json"])
            return
        if not (options["person"] and options["first"] and options["last"]):
            raise CommandError(_("Say --as, --from and --to, or --verify."))
        problem = days_problem(options["first"], options["last"], exchange_today())
        if problem:
            raise CommandError(problem)
        with as_role("office"):
            user = User.objects.filter(username__iexact=options["person"], is_active=True).first()
        if user is None:
            raise CommandError(_("Nobody can sign in as %(name)s.") % {"name": options["person"]})
        out = Path(options["out"] or file_name(options["first"], options["last"]))
        pack = Pack(lambda: acting(user.pk), options["first"], options["last"], lambda rows: None)
        with acting(user.pk) as who:
            if who is None or not who.is_advisor or not may_pass(who, Gate("report")):
                raise CommandError(_("%(name)s may have no exam pack.") % {"name": user.username})
        try:
            with private_file(out) as file, translation.override(user.language):
                write(pack, file, at=timezone.now())
        except Ended as ended:
            raise CommandError(_("%(name)s may have no exam pack.") % {"name": user.username}) from ended
        except OSError as refused:
            raise CommandError(f"{out}: {refused.strerror}") from refused
        if options["json"]:
            self.answer({"file": str(out), "bytes": out.stat().st_size, "rows": pack.rows})
        else:
            self.stdout.write(str(out))

    def _verify(self, pack: Path, *, as_json: bool) -> None:
        counts, problems = check(pack)
        if as_json:
            self.answer({**counts, "problems": problems}, ok=not problems)
        else:
            for problem in problems:
                self.stdout.write(problem)
            self.stdout.write(", ".join(f"{number} {name}" for name, number in counts.items()))
        if problems:
            raise SystemExit(1)
