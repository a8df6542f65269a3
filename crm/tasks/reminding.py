"""The morning's reminder: each practice is told once a day whose tasks are due. What they say stays sealed."""

from collections import defaultdict
from datetime import date

from django.db.models import Count
from django.utils.translation import gettext_noop

from accounts.ground.access.context import as_role
from accounts.ground.notifications.actions import News, notify_many
from accounts.ground.notifications.models import NotificationKind
from crm.tasks.models import Task, TaskState

TITLE = gettext_noop("Tasks are due")


def remind_due(*, day: date) -> int:
    """Tell every practice of open tasks that are due on the day or before; how many practices have any."""
    news = due_news(day)
    with as_role("night"):  # who tells practices something
        notify_many(news=news, kind=NotificationKind.MESSAGE, title=TITLE, day=day)
    return len(news)


def due_news(day: date) -> list[News]:
    """How many tasks are due with whom; a job reads days and names for it, and nothing that is sealed."""
    due = Task.unscoped.filter(due_on__lte=day, trashed_at=None).exclude(state=TaskState.DONE)
    rows = due.order_by().values_list("firm_id", "practice_id", "assignee__username").annotate(number=Count("*"))
    by_practice: dict[tuple[int, int], list[str]] = defaultdict(list)
    for firm_id, practice_id, name, number in sorted(rows, key=lambda row: str(row[2])):
        by_practice[firm_id, practice_id].append(f"{name}: {number}")
    return [
        News(firm_id, practice_id, None, f"tasks-{day.isoformat()}", "\n".join(lines))
        for (firm_id, practice_id), lines in by_practice.items()
    ]
