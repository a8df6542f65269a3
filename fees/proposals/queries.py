"""Reading proposals, and what stands against which they are compared."""

from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from django.db.models import F, Q, QuerySet
from django.http import Http404

from accounts.ground.access.context import Who
from accounts.ground.access.scope import account_for, scope
from accounts.ground.tree.models import Account
from accounts.ground.tree.queries import with_payee
from fees.engine.agreement import Agreement, CapKind, InvoiceCap, Strategy
from fees.engine.registry import EVERY
from fees.invoicing import models as invoicing
from fees.proposals.models import OPEN, Proposal, ProposalState
from fees.proposals.rules import Wanted, read
from fees.schedules.models import Component, Schedule
from fees.schedules.queries import figures_of, versions
from fees.schedules.rules import agreement_of
from fees.sending.queries import of_own_practice


@dataclass(frozen=True)
class Standing:
    """What one payee has agreed with an account, from a day on: the version in force first, then those to come."""

    day: date
    schedules: tuple[Schedule, ...]
    cap: invoicing.InvoiceCap | None

    @property
    def current(self) -> Schedule | None:
        """In force on the day itself."""
        first = self.schedules[0] if self.schedules else None
        return first if first and first.starts <= self.day else None

    @property
    def wanted(self) -> Wanted:
        """The terms in force, as a form begins with them."""
        current = self.current
        cap = self.cap if self.cap and self.cap.rate is not None else None
        return Wanted(
            strategy=current.strategy if current else Strategy.NONE.value,
            components=tuple(figures_of(one) for one in current.components.all()) if current else (),
            commissions_to_master=current.commissions_to_master if current else False,
            other_fees_to_master=current.other_fees_to_master if current else False,
            cap_kind=cap.kind if cap else "",
            cap_rate=cap.rate if cap else None,
        )

    @property
    def agreements(self) -> list[Agreement]:
        """Everything that new terms would take the place of, as the engine compares it."""
        cap = None
        if self.cap and self.cap.rate is not None:
            cap = InvoiceCap(kind=CapKind(self.cap.kind), rate=self.cap.rate)
        found = [_agreement(one, cap) for one in self.schedules]
        if self.current is None:
            found.insert(0, Agreement(strategy=Strategy.NONE, invoice_cap=cap))
        return found


def standing(who: Who, account: Account, practice_id: int, day: date) -> Standing:
    """What applies from `day` on between the account and one payee."""
    from_then = (Q(ends=None) | Q(ends__gt=day)) & (Q(ends=None) | Q(ends__gt=F("starts")))
    schedules = versions(who, account).filter(from_then, practice_id=practice_id).order_by("starts")
    caps = scope(who, invoicing.InvoiceCap).filter(account=account, practice_id=practice_id)
    cap = caps.filter(from_then).order_by("starts").first()
    return Standing(day, tuple(schedules), cap)


def with_source(stands: Standing, source: Proposal | None) -> Wanted:
    """The terms in force with the template they came from, where a proposal brought them."""
    if source is None:
        return stands.wanted
    return replace(stands.wanted, template=source.template_id, template_version=source.template_version)


def proposals(who: Who) -> "QuerySet[Proposal]":
    """Every proposal that a person may see, newest first."""
    rows = with_payee(scope(who, Proposal)).select_related("account", "created_by", "schedule")
    return rows.order_by("-created_at", "pk")


def own(who: Who) -> "QuerySet[Proposal]":
    """Those of an advisor's own practice, or of the payee it enters for; others' are between them and their client."""
    return proposals(who).filter(practice_id=who.payee)


def of_practice(who: Who) -> "QuerySet[Proposal]":
    """Those of the practice, with what it has proposed for the money managers of its clients."""
    return proposals(who).filter(of_own_practice(who))


def own_proposal(who: Who, pk: UUID, right: str = "set_fees") -> Proposal:
    """One of them; hidden and missing answer alike."""
    found = of_practice(who).filter(pk=pk).first()
    if found is None:
        raise Http404
    account_for(who, found.account.number, right)
    return found


def asked(who: Who, pk: UUID, right: str = "sign") -> Proposal:
    """What an owner was asked to sign."""
    found = proposals(who).filter(pk=pk).exclude(proposed_at=None).select_related("signature").first()
    if found is None:
        raise Http404
    account_for(who, found.account.number, right)
    return found


def open_of(who: Who, account: Account, stands: Standing) -> dict[str, Proposal]:
    """The practice's draft, what waits for the client, and what brought the terms in force, by state."""
    rows = own(who).filter(Q(state__in=OPEN) | Q(schedule__isnull=False, schedule=stands.current), account=account)
    return {str(one.state): one for one in rows}


def waiting(who: Who, account: Account) -> "QuerySet[Proposal]":
    """What waits for the owner's word about an account."""
    return proposals(who).filter(account=account, state=ProposalState.PROPOSED)


def wanted_of(proposal: Proposal) -> Wanted:
    """A stored proposal as the rules read it."""
    return Wanted(
        strategy=proposal.strategy,
        components=tuple(read(one) for one in proposal.components),
        commissions_to_master=proposal.commissions_to_master,
        other_fees_to_master=proposal.other_fees_to_master,
        cap_kind=proposal.cap_kind,
        cap_rate=proposal.cap_rate,
        asked_start=proposal.asked_start,
        template=proposal.template_id,
        template_version=proposal.template_version,
    )


def _agreement(schedule: Schedule, cap: InvoiceCap | None) -> Agreement:
    components: list[Component] = list(schedule.components.all())
    return agreement_of(
        strategy=schedule.strategy,
        components=[figures_of(one) for one in components if one.method in EVERY],
        starts=schedule.starts,
        invoice_cap=cap,
        commissions_to_master=schedule.commissions_to_master,
        other_fees_to_master=schedule.other_fees_to_master,
    )
