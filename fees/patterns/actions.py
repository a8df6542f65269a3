"""Keeping fee templates.  No template changes what a client pays: its terms have to be proposed again."""

from datetime import datetime
from typing import Any

from django.db import transaction

from accounts.ground.access.context import Who, current_alias
from accounts.ground.access.locks import one_at_a_time
from fees.engine.limits import problem
from fees.patterns.models import FeeTemplate
from fees.patterns.queries import own, wanted_of
from fees.patterns.rules import copied, problems
from fees.proposals.rules import Wanted
from fees.schedules.rules import ScheduleRefused
from portal.lib.exchange import exchange_day
from portal.lib.words import Sentence, gettext_noop

MOST_TEMPLATES = 200
CHANGED = ["name", "version", "strategy", "components", "commissions_to_master", "other_fees_to_master", "cap_kind",
           "cap_rate", "changed_at", "changed_by", "is_default", "deleted_at"]  # fmt: skip


class TemplateRefused(ValueError):
    """It cannot be done to this template; `sentence` says why and what to do."""

    def __init__(self, sentence: Sentence) -> None:
        super().__init__(sentence.msgid % sentence.params)
        self.sentence = sentence


def create(*, who: Who, name: str, wanted: Wanted, is_default: bool = False, at: datetime) -> FeeTemplate:
    """A new template; ScheduleRefused says what is wrong with its name or terms."""
    with transaction.atomic(using=current_alias.get()):
        taken = _held(who)
        _check(name, wanted, {one.name for one in taken}, at)
        if len(taken) >= MOST_TEMPLATES:
            msgid = gettext_noop("A practice keeps at most %(most)s templates; delete one first.")
            raise TemplateRefused(Sentence(msgid, {"most": MOST_TEMPLATES}))
        found = FeeTemplate(firm_id=who.firm_id, practice_id=who.practice_id)
        _write(found, who, name, wanted, at)
        found.save(force_insert=True)
        return make_default(who=who, template=found, at=at) if is_default else found


def change(*, who: Who, template: FeeTemplate, name: str, wanted: Wanted, seen: int, at: datetime) -> FeeTemplate:
    """Other terms or another name; `seen` is the version that was on the screen.  No client's fees change."""
    with transaction.atomic(using=current_alias.get()):
        taken = _held(who)
        found = _as_seen(taken, template, seen)
        _check(name, wanted, {one.name for one in taken if one.pk != found.pk}, at)
        if (name, _bare(wanted)) == (found.name, _bare(wanted_of(found))):
            return found
        found.version += 1
        _write(found, who, name, wanted, at)
        found.save(update_fields=CHANGED)
        return found


def copy(*, who: Who, template: FeeTemplate, at: datetime) -> FeeTemplate:
    """The same terms under a name of its own, to be changed."""
    names = set(own(who).values_list("name", flat=True))
    return create(who=who, name=copied(template.name, names), wanted=wanted_of(template), at=at)


def make_default(*, who: Who, template: FeeTemplate, at: datetime) -> FeeTemplate:
    """New clients begin with it from now on; whoever began with another one keeps those terms."""
    with transaction.atomic(using=current_alias.get()):
        taken = _held(who)
        found = _as_seen(taken, template, template.version)
        for one in taken:
            if one.is_default and one.pk != found.pk:
                one.is_default, one.changed_at, one.changed_by = False, at, who.user_id
                one.save(update_fields=CHANGED)
        found.is_default, found.changed_at, found.changed_by = True, at, who.user_id
        found.save(update_fields=CHANGED)
        return found


def delete(*, who: Who, template: FeeTemplate, seen: int, at: datetime) -> None:
    """Take it off the list; clients who were given it keep their terms."""
    with transaction.atomic(using=current_alias.get()):
        found = _as_seen(_held(who), template, seen)
        if found.is_first:
            msgid = gettext_noop("The template that a practice begins with can be changed, but not deleted.")
            raise TemplateRefused(Sentence(msgid, {}))
        if found.is_default:
            msgid = gettext_noop("New clients begin with this template; make another one the default first.")
            raise TemplateRefused(Sentence(msgid, {}))
        found.deleted_at, found.changed_at, found.changed_by = at, at, who.user_id
        found.save(update_fields=CHANGED)


def _held(who: Who) -> list[FeeTemplate]:
    """The practice's templates, held until the transaction ends."""
    one_at_a_time(f"fee templates {who.practice_id}")
    return list(own(who))


def _as_seen(held: list[FeeTemplate], template: FeeTemplate, seen: int) -> FeeTemplate:
    found = next((one for one in held if one.pk == template.pk), None)
    if found is None:
        raise TemplateRefused(Sentence(gettext_noop("This template was deleted meanwhile; choose another one."), {}))
    if found.version != seen:
        msgid = gettext_noop("Somebody has changed this template meanwhile; open it again and look at its terms.")
        raise TemplateRefused(Sentence(msgid, {}))
    return found


def _check(name: str, wanted: Wanted, taken: set[str], at: datetime) -> None:
    found = problems(name, wanted, today=exchange_day(at))
    if name in taken:
        found.append(problem("name", "taken", gettext_noop("Another template has this name; choose a different one.")))
    if found:
        raise ScheduleRefused(found)


def _write(template: FeeTemplate, who: Who, name: str, wanted: Wanted, at: datetime) -> None:
    fields: dict[str, Any] = {
        "name": name,
        "strategy": wanted.strategy,
        "components": wanted.stored(),
        "commissions_to_master": wanted.commissions_to_master,
        "other_fees_to_master": wanted.other_fees_to_master,
        "cap_kind": wanted.cap_kind,
        "cap_rate": wanted.cap_rate,
        "changed_at": at,
        "changed_by": who.user_id,
    }
    for field, value in fields.items():
        setattr(template, field, value)


def _bare(wanted: Wanted) -> tuple[object, ...]:
    switches = (wanted.commissions_to_master, wanted.other_fees_to_master, wanted.cap_kind, wanted.cap_rate)
    return (wanted.strategy, wanted.stored(), *switches)
