"""No page of the demo's client book is empty, and its applications stand in every state."""

from collections import Counter
from datetime import UTC, date, datetime

import pytest

from accounts.desk.applying.models import Application, ApplicationTask, TaskStanding
from accounts.ground.access.context import as_role
from accounts.ground.outbox.models import OutboxMessage
from accounts.ground.tree.models import Status
from crm.changes.models import Change
from crm.contacts.intakes import Intake
from crm.contacts.models import Contact
from crm.custom.models import CustomField
from crm.groups.models import Group
from crm.mailings.models import Mailing
from crm.workflows.models import Pattern, Workflow
from portal.demo import applying, book, settling
from portal.demo.broker import plan

DAY = date(2026, 3, 2)
AT = datetime(2026, 4, 1, 15, tzinfo=UTC)


@pytest.fixture
def firm(db):
    firm = plan(5, 12, since=DAY)
    settling.settle(firm, until=DAY, keep=lambda _sign_ins: None)
    return firm


def test_the_desk_of_the_book_is_laid_out_once(firm):
    assert book.keep_missing(firm, password="a storage password of the demo", at=AT) > 0
    for model, least in ((Group, 3), (CustomField, 3), (Change, 1), (Mailing, 1), (Pattern, 2), (Workflow, 7)):
        assert model.unscoped.count() >= least, model
    assert Counter(Intake.unscoped.values_list("state", flat=True)) == {"taken": 1, "waiting": 1}
    assert Contact.unscoped.exclude(trashed_at=None).exists()
    assert Workflow.unscoped.exclude(closed_at=None).exists()
    assert OutboxMessage.unscoped.filter(natural_key__startswith="mailing ").count() == Mailing.unscoped.get().queued

    assert book.keep_missing(firm, password="a storage password of the demo", at=AT) == 0


def test_applications_stand_in_every_state(firm):
    assert applying.invite_missing(firm, at=AT) == 7
    with as_role("office"):
        states = Counter(Application.unscoped.values_list("state", flat=True))
        assert {"sent", "opened", "started", "submitted", "cancelled"} <= set(states)
        assert Application.unscoped.filter(account__status=Status.PENDING).count() == 2
        rejected = ApplicationTask.unscoped.filter(standing=TaskStanding.REJECTED)
        assert rejected.get().reject_reason == applying.REASON
    assert applying.invite_missing(firm, at=AT) == 0
