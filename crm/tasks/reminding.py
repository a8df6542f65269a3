"""The morning's reminder: each practice is told once a day that tasks are due. What they say stays sealed."""

from datetime import date

from django.utils.translation import gettext_noop

from accounts.ground.access.context import as_role
from accounts.ground.notifications.actions import News, notify_many
from accounts.ground.notifications.models import NotificationKind
from crm.tasks.models import Task, TaskState
from crm.workflows.models import Workflow

TITLE = gettext_noop("Tasks are due; the list of tasks says which")


def remind_due(*, day: date) -> int:
    """Tell every practice of open tasks that are due on the day or before; how many practices have any."""
    news = due_news(day)
    with as_role("night"):  # who tells practices something
        notify_many(news=news, kind=NotificationKind.MESSAGE, title=TITLE, day=day)
    return len(news)


def due_news(day: date) -> list[News]:
    """One piece of news a practice, of tasks and active stages.

    Everybody of the practice reads it, so it names nobody and says nothing that is sealed.
    """
    due = Task.unscoped.filter(due_on__lte=day, trashed_at=None).exclude(state=TaskState.DONE)
    practices = set(due.order_by("practice_id").values_list("firm_id", "practice_id").distinct())
    stages = Workflow.unscoped.filter(due_on__lte=day, trashed_at=None, closed_at=None)
    practices |= set(stages.order_by("practice_id").values_list("firm_id", "practice_id").distinct())
    return [News(firm_id, practice_id, None, f"tasks-{day.isoformat()}") for firm_id, practice_id in sorted(practices)]
