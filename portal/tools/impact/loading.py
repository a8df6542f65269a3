"""Taking a file of scores for a day: all of its good rows or nothing, and what was refused beside them."""

from datetime import date, datetime

from django.utils.translation import gettext as _

from accounts.ground.access.context import Who, current_alias
from accounts.ground.access.locks import one_at_a_time
from portal.lib.csvtext import BadCsv
from portal.tools.impact.models import ImpactRelease, ImpactSecurity, ImpactTopic, TopicKind
from portal.tools.impact.reading import parse

REFUSED_SHOWN = 200
BATCH = 2_000


class LoadProblem(ValueError):
    """A file of scores cannot be taken; the message says why."""


def load(*, who: Who, content: bytes, name: str, provider: str, day: date, today: date, at: datetime) -> ImpactRelease:
    """Keep a file as the scores of a day; the same file for the same day is kept once."""
    if day > today:
        raise LoadProblem(_("Scores of a day that has not come yet."))
    topics = list(ImpactTopic.unscoped.all())
    values, practices = ({one.code: one.name for one in topics if one.kind == kind} for kind in TopicKind)
    try:
        found = parse(content, values=values, practices=practices)
    except BadCsv as bad:
        raise LoadProblem(_(bad.msgid) % bad.params) from bad
    alias = current_alias.get()
    one_at_a_time("impact scores")
    known = ImpactRelease.unscoped.using(alias).filter(sha256=found.sha256, day=day).first()
    if known is not None:
        return known
    made = ImpactRelease.unscoped.using(alias).create(
        day=day,
        provider=provider,
        name=name[-200:],
        sha256=found.sha256,
        accepted=len(found.securities),
        refused=[one._asdict() for one in found.refused[:REFUSED_SHOWN]],
        refusals=len(found.refused),
        loaded_by=who.user_id,
        loaded_at=at,
    )
    rows = (ImpactSecurity(release=made, **one._asdict()) for one in found.securities)
    ImpactSecurity.unscoped.using(alias).bulk_create(rows, batch_size=BATCH)
    return made
