"""Gathers the rows of the slices, so that Django finds them under the label `accounts`."""

from accounts.ground.addresses.models import AddressRule
from accounts.ground.assignments.models import Assignment
from accounts.ground.authorizations.models import Authorization, AuthorizationRule, Authorizer, Vote
from accounts.ground.consents.models import Consent
from accounts.ground.days.models import CalendarDay
from accounts.ground.idempotency.models import IdempotencyKey
from accounts.ground.invitations.models import Invitation
from accounts.ground.jobs.models import Job
from accounts.ground.ledger.models import Book, Transfer
from accounts.ground.linkage.models import AskedLinkage, Linkage
from accounts.ground.notifications.models import Notification, NotificationRead
from accounts.ground.optouts.models import OptOut
from accounts.ground.outbox.models import OutboxMessage
from accounts.ground.people.models import AccessRole, ClientRight, Party, Seat, SeatAccount, User
from accounts.ground.pinlinks.models import PinFact, PinLink
from accounts.ground.requests.models import Request
from accounts.ground.runs.models import Hold, NightDecision, NightWatch, Run, RunChunk, RunStage, Seal
from accounts.ground.stepup.models import StepUpGrant
from accounts.ground.tokens.models import ApiToken
from accounts.ground.trail.models import Event, TrailEntry
from accounts.ground.tree.models import Account, Firm, Practice

__all__ = [
    "AccessRole",
    "Account",
    "AddressRule",
    "ApiToken",
    "AskedLinkage",
    "Assignment",
    "Authorization",
    "AuthorizationRule",
    "Authorizer",
    "Book",
    "CalendarDay",
    "ClientRight",
    "Consent",
    "Event",
    "Firm",
    "Hold",
    "IdempotencyKey",
    "Invitation",
    "Job",
    "Linkage",
    "NightDecision",
    "NightWatch",
    "Notification",
    "NotificationRead",
    "OptOut",
    "OutboxMessage",
    "Party",
    "PinFact",
    "PinLink",
    "Practice",
    "Request",
    "Run",
    "RunChunk",
    "RunStage",
    "Seal",
    "Seat",
    "SeatAccount",
    "StepUpGrant",
    "TrailEntry",
    "Transfer",
    "User",
    "Vote",
]
