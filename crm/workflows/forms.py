"""Between the form of a workflow and what the actions take: an empty form, a filled one, and what was typed."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from crm.contacts import chosen
from crm.contacts.models import Contact
from crm.contacts.rules import ContactProblem
from crm.vault.sealed import Opened
from crm.workflows.queries import Read
from crm.workflows.rules import MOST_STAGES, WorkflowProblem, read

STAGE = ("key", "title", "notes", "due_on", "priority", "assignee")


def said_of(post: QueryDict) -> dict[str, Any]:
    """What was typed: lines of stages that say anything, by the names of `stage-N-field`."""
    count = post.get("count", "")
    most = min(int(count), MOST_STAGES + 1) if count.isascii() and count.isdigit() and len(count) < 4 else 0
    stages = [{name: post.get(f"stage-{at}-{name}", "") for name in STAGE} for at in range(1, most + 1)]
    gone = {at for at in range(1, most + 1) if post.get(f"stage-{at}-gone") == "1"}
    kept = [
        one
        for at, one in enumerate(stages, start=1)
        if at not in gone and any(one[name].strip() for name in ("key", "title", "notes", "due_on"))
    ]
    said = {name: post.get(name, "") for name in ("title", "visibility", "contacts")}
    return {**said, "stages": kept}


def blank(contact: str, today: date, me: str) -> dict[str, Any]:
    """A new workflow with one stage, about the contact of the address."""
    return {"title": "", "contacts": contact, "visibility": "practice", "stages": [one_more(today, me)]}


def one_more(today: date, me: str) -> dict[str, str]:
    """An empty stage, due in a week."""
    return {"key": "", "title": "", "notes": "", "due_on": (today + timedelta(days=7)).isoformat(), "assignee": me}


def stored(found: Read) -> dict[str, Any]:
    """A workflow as its form shows it."""
    return {
        "title": found.title,
        "visibility": found.workflow.visibility,
        "contacts": "\n".join(one.title for one in found.contacts),
        "stages": [
            {
                "key": str(one.stage.pk),
                "title": one.title,
                "notes": one.notes,
                "due_on": one.stage.due_on.isoformat(),
                "priority": str(one.stage.priority),
                "assignee": one.stage.assignee.username,
                "state": one.stage.state,
                "word": one.stage.get_state_display(),
            }
            for one in found.stages
        ],
    }


def understood(vault: Opened, said: Mapping[str, Any]) -> dict[str, Any]:
    """What a form or a program says, as an action takes it. Raises WorkflowProblem."""
    problems: dict[str, str] = {}
    found = None
    try:
        found = read(said, said.get("stages") or [])
    except WorkflowProblem as problem:
        problems |= problem.problems
    known = {user.username: user.pk for user in chosen.colleagues(vault)}
    known[""] = vault.who.user_id
    for number, one in enumerate(said.get("stages") or [], start=1):
        if str(one.get("assignee") or "") not in known:
            problems[f"stage-{number}-assignee"] = _("Choose a colleague who may read the client book.")
    contacts: list[Contact] = []
    try:
        contacts = chosen.contacts_of(vault, said.get("contacts") or ())
    except ContactProblem as problem:
        problems |= {"contacts": problem.problems["contact"]}
    if not contacts and "contacts" not in problems:
        problems["contacts"] = _("A workflow is about at least one contact.")
    if problems or found is None:
        raise WorkflowProblem(problems)
    return {"said": found, "people": known, "contacts": contacts}
