"""Reading fee templates, and who has been given which."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from uuid import UUID

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import Http404

from accounts.ground.access.context import Who
from accounts.ground.access.scope import scope
from accounts.ground.jobs.models import Job
from accounts.ground.tree.models import APPLICATIONS, HOLDING_KINDS, Account, Status
from accounts.ground.tree.queries import matching
from fees.patterns.models import FeeTemplate
from fees.proposals.models import Proposal, ProposalState
from fees.proposals.rules import Wanted, read

MOST_SHOWN = 200
REVIEW, APPLY = JOBS = ("fee_review", "fee_apply")


def own(who: Who) -> "QuerySet[FeeTemplate]":
    """The practice's templates, the default one first."""
    return scope(who, FeeTemplate).filter(deleted_at=None).order_by("-is_default", "-is_first", "name", "pk")


def with_clients(who: Who, day: date) -> "QuerySet[FeeTemplate]":
    """The same, each with the number of accounts whose terms came from it."""
    used = in_use(who, day).filter(template_id=OuterRef("pk")).order_by().values("template_id")
    counted = used.annotate(number=Count("account_id", distinct=True)).values("number")
    return own(who).annotate(clients=Coalesce(Subquery(counted), 0))


def one(who: Who, pk: UUID) -> FeeTemplate:
    """A template of one's own; anybody else's is not there."""
    found = own(who).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def picked(who: Who, text: str) -> FeeTemplate | None:
    """The template of one's own that an address or a form names; None where it names none."""
    try:
        key = UUID(text)
    except ValueError:
        return None
    return own(who).filter(pk=key).first()


def among(templates: Iterable[FeeTemplate], text: str) -> FeeTemplate | None:
    """The same of templates that have been read."""
    return next((one for one in templates if str(one.pk) == text.lower()), None)


def from_template(who: Who, wanted: Wanted, text: str) -> Wanted:
    """Terms with the template that they came from, so that they can be compared with it later."""
    found = picked(who, text)
    return replace(wanted, template=found.pk, template_version=found.version) if found else wanted


def own_job(who: Who, key: UUID) -> Job:
    """A job of one's own, asked for in this seat; anybody else's is not there."""
    found = Job.unscoped.filter(pk=key, user_id=who.user_id, seat_id=who.seat_id, kind__in=JOBS).first()
    if found is None:
        raise Http404
    return found


def in_use(who: Who, day: date) -> "QuerySet[Proposal]":
    """Proposals from a template whose terms are in force on a day, or will be."""
    lives = Q(schedule__ends=None) | Q(schedule__ends__gt=day)
    rows = scope(who, Proposal).filter(practice_id=who.practice_id, state=ProposalState.APPROVED)
    return rows.exclude(template_id=None).filter(lives, schedule__isnull=False)


def users_of(who: Who, template: FeeTemplate, day: date) -> dict[str, int]:
    """Account numbers with the version of the template that each was given."""
    rows = in_use(who, day).filter(template_id=template.pk).order_by("template_version")
    return {number: version or 0 for number, version in rows.values_list("account__number", "template_version")}


def accounts(who: Who) -> "QuerySet[Account]":
    """Whose fees one sets: open accounts and applications."""
    rows = scope(who, Account, "set_fees").filter(kind__in=HOLDING_KINDS)
    return rows.filter(status__in=[Status.OPEN, *APPLICATIONS]).order_by("sort_key", "pk")


def found(who: Who, text: str) -> "QuerySet[Account]":
    """Those that a search finds."""
    return matching(accounts(who), text) if text else accounts(who)


def wanted_of(template: FeeTemplate) -> Wanted:
    """A template as the rules read it."""
    return Wanted(
        strategy=template.strategy,
        components=tuple(read(component) for component in template.components),
        commissions_to_master=template.commissions_to_master,
        other_fees_to_master=template.other_fees_to_master,
        cap_kind=template.cap_kind,
        cap_rate=template.cap_rate,
        template=template.pk,
        template_version=template.version,
    )
