"""Gathers the admin pages of the slices, so that Django finds them under the label `accounts`."""

from accounts.ground.days import admin as days
from accounts.ground.idempotency import admin as idempotency
from accounts.ground.jobs import admin as jobs
from accounts.ground.ledger import admin as ledger
from accounts.ground.notifications import admin as notifications
from accounts.ground.outbox import admin as outbox
from accounts.ground.people import admin as people
from accounts.ground.pinlinks import admin as pinlinks
from accounts.ground.requests import admin as requests
from accounts.ground.runs import admin as runs
from accounts.ground.trail import admin as trail
from accounts.ground.tree import admin as tree

__all__ = [
    "days",
    "idempotency",
    "jobs",
    "ledger",
    "notifications",
    "outbox",
    "people",
    "pinlinks",
    "requests",
    "runs",
    "trail",
    "tree",
]
