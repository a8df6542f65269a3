"""Many applications from one workbook: all of them, or none and a report."""

import secrets
from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction
from django.db.models.functions import Lower
from django.utils.translation import gettext as _

from accounts.desk.applying import actions as applying
from accounts.desk.applying.behind import sealed_given
from accounts.desk.applying.kinds import AccountKind
from accounts.desk.applying.models import Application, Method
from accounts.desk.applying.rules import ApplicationProblem
from accounts.desk.applying.usernames import name_from
from accounts.ground.access.context import Who, current_alias
from accounts.ground.access.locks import one_at_a_time
from accounts.ground.stored_words import said
from accounts.ground.tree.models import LIVING, Account
from crm.imports.draft import TOO_MANY, ImportRefused
from crm.imports.sheets import table_of
from portal.mass_upload import reading
from portal.mass_upload.reading import Line


def check_may(parent: Account) -> None:
    """Raises ApplicationProblem for a practice that is neither registered nor an introducing broker."""
    if not (parent.practice.is_registered or parent.firm.is_introducing_broker):
        raise ApplicationProblem(_("Mass upload is for registered advisors and introducing brokers only."))


def read(*, content: bytes, kind: AccountKind, parent: Account, language: str, day: date) -> list[Line]:
    """What the workbook asks for, each row judged. Raises ApplicationProblem for what is no workbook of accounts."""
    check_may(parent)
    try:
        rows = table_of(content, most_rows=reading.MOST_ROWS, most_bytes=reading.MOST_BYTES)
    except ImportRefused as refused:
        if refused.sentence.msgid == TOO_MANY:
            most = {"most": reading.MOST_ROWS}
            raise ApplicationProblem(_("A workbook holds at most %(most)s accounts.") % most) from refused
        raise ApplicationProblem(said(refused.sentence.msgid, refused.sentence.params)) from refused
    lines = reading.lines_of(rows, kind, currency=parent.base_currency, language=language, day=day)
    living = Application.unscoped.filter(practice_id=parent.practice_id, kind=kind.key, account__status__in=LIVING)
    written = living.annotate(small=Lower("email")).filter(small__in=[one.email.lower() for one in lines])
    reading.note_known(lines, set(written.values_list("small", flat=True)))
    return lines


def apply_for_all(
    *, who: Who, parent: Account, lines: Sequence[Line], sends: bool, site: str, at: datetime, day: date
) -> list[Application]:
    """An application in N for every row, or for none where any row has a problem; with `sends` each client is invited
    at once. Raises ApplicationProblem and TreeProblem."""
    if any(one.wish is None or one.problems for one in lines):
        raise ApplicationProblem(_("Nothing was made: please mend the rows that are named, and upload again."))
    made: list[Application] = []
    taken: dict[str, set[str]] = {}
    with transaction.atomic(using=current_alias.get()):
        # Two workbooks at once do not give one name twice.
        one_at_a_time("user names of applications")
        for line in lines:
            assert line.wish is not None
            if line.prefix not in taken:
                taken[line.prefix] = applying.usernames_with(line.prefix)
            username = name_from(line.prefix, taken[line.prefix], secrets.choice)
            taken[line.prefix].add(username)
            found = applying.draft(
                who=who,
                parent=parent,
                wish=line.wish,
                method=Method.MASS,
                at=at,
                day=day,
                username=username,
                alias=line.alias,
                answers=sealed_given({"born_on": line.born_on.isoformat()} if line.born_on else {}),
            )
            if sends:
                found = applying.send(application=found, site=site, at=at)
            made.append(found)
    return made
