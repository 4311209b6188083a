"""A to-do list: tasks with due dates, priorities, lists and tags, reminders, and a daily summary."""

import datetime
from typing import Annotated, Literal

from octocall.types import Integer, List, Text

# Tags arrive as a list of str; the catalog takes the type from List, whatever stands before it.
Tags = Annotated[str, List(Text())]

LISTS: dict[str, dict] = {"Inbox": {"color": "blue", "pinned": True}}
TASKS: list[dict] = []
REMINDERS: list[tuple[datetime.datetime, str]] = []
SUMMARY: dict[str, object] = {"at": None, "weekdays_only": False}


def _find(title: str, list_name: str | None = None) -> dict | None:
    """The open task whose title is, or else holds, the given words."""
    wanted = title.casefold()
    open_tasks = [t for t in TASKS if t["done"] is None and (list_name is None or t["list"].casefold() == list_name.casefold())]
    same = [t for t in open_tasks if t["title"].casefold() == wanted]
    alike = [t for t in open_tasks if wanted in t["title"].casefold()]
    return next(iter(same + alike), None)


def _list(name: str) -> str:
    """The list of that name as it is spelled in the app; a new one if there is none."""
    known = next((n for n in LISTS if n.casefold() == name.casefold()), name)
    LISTS.setdefault(known, {"color": "blue", "pinned": False})
    return known


def _none(title: str) -> str:
    return f"There is no open task like {title}."


def _line(task: dict) -> str:
    due = f", due {task['due']:%d %b}" if task["due"] else ""
    tags = "".join(f" #{tag}" for tag in task["tags"])
    done = " (done)" if task["done"] else ""
    return f"{task['title']} [{task['list']}, {task['priority']}{due}]{tags}{done}"


def add_task(
    title: str,
    due: datetime.date | None = None,
    priority: Literal["low", "normal", "high", "urgent"] = "normal",
    list_name: str = "Inbox",
    tags: Tags | None = None,
) -> str:
    """Add a new task to a list.

    Args:
        title: What is to be done, such as buy stamps.
        due: Day by which it has to be done.
        priority: How important the task is.
        list_name: List that the task goes to, without the word list.
        tags: Labels of the task.
    """
    task = {"title": title, "due": due, "priority": priority, "list": _list(list_name), "tags": list(tags or []), "done": None}
    TASKS.append(task)
    return f"Added: {_line(task)}."


def complete_task(title: str, on: datetime.date | None = None) -> str:
    """Mark a task as done and tick it off.

    Args:
        title: Title of the task, or words from it.
        on: Day on which it was done, today if not given.
    """
    task = _find(title)
    if task is None:
        return _none(title)
    task["done"] = on or datetime.date.today()
    return f"Done: {task['title']}, on {task['done']:%d %b}."


def delete_task(title: str, list_name: str | None = None) -> str:
    """Remove a task for good without doing it.

    Args:
        title: Title of the task, or words from it.
        list_name: List in which the task stands, any if not given.
    """
    task = _find(title, list_name)
    if task is None:
        return _none(title)
    TASKS.remove(task)
    return f"Deleted {task['title']} from {task['list']}."


def move_task(title: str, to_list: str) -> str:
    """Move a task from the list where it is to another list.

    Args:
        title: Title of the task, or words from it.
        to_list: List that the task goes to, without the word list.
    """
    task = _find(title)
    if task is None:
        return _none(title)
    before, task["list"] = task["list"], _list(to_list)
    return f"Moved {task['title']} from {before} to {task['list']}."


def set_due_date(title: str, due: datetime.date) -> str:
    """Give a task a due date or put its deadline on another day.

    Args:
        title: Title of the task, or words from it.
        due: New day by which it has to be done.
    """
    task = _find(title)
    if task is None:
        return _none(title)
    task["due"] = due
    return f"{task['title']} is now due {due:%A %d %B}."


def set_priority(title: str, priority: Literal["low", "normal", "high", "urgent"]) -> str:
    """Change how important a task is.

    Args:
        title: Title of the task, or words from it.
        priority: New priority.
    """
    task = _find(title)
    if task is None:
        return _none(title)
    task["priority"] = priority
    return f"{task['title']} has {priority} priority now."


def tag_task(title: str, tags: Tags) -> str:
    """Put one or more tags (labels) on a task.

    Args:
        title: Title of the task, or words from it.
        tags: Tags to add, without the hash sign.
    """
    task = _find(title)
    if task is None:
        return _none(title)
    task["tags"] += [tag for tag in tags if tag not in task["tags"]]
    return f"{task['title']} is tagged {', '.join(task['tags'])}."


def set_reminder(about: str, at: datetime.datetime) -> str:
    """Remind the user of something with a notification at a given day and time.

    Args:
        about: What to be reminded of, a task or anything else.
        at: Day and time of the notification.
    """
    REMINDERS.append((at, about))
    REMINDERS.sort()
    return f"You will be reminded of {about} on {at:%A %d %B at %H:%M}."


def search_tasks(words: str, include_done: bool = False, list_name: str | None = None) -> str:
    """Find tasks whose title or tags contain some words.

    Args:
        words: Words to look for.
        include_done: Whether finished tasks are searched too.
        list_name: List in which to look, all if not given.
    """
    wanted = words.casefold()
    found = [
        _line(t)
        for t in TASKS
        if wanted in " ".join([t["title"], *t["tags"]]).casefold()
        and (include_done or t["done"] is None)
        and (list_name is None or t["list"].casefold() == list_name.casefold())
    ]
    return "; ".join(found) or f"Nothing found for {words}."


def show_tasks(
    list_name: str | None = None,
    due_on: datetime.date | None = None,
    priority: Literal["low", "normal", "high", "urgent"] | None = None,
    limit: Annotated[int, Integer(1, 50)] = 20,
) -> str:
    """Show the open tasks of one list, one day or one priority, or all of them.

    Args:
        list_name: Only the tasks of this list, without the word list.
        due_on: Only the tasks that are due on this day.
        priority: Only the tasks of this priority.
        limit: How many tasks are shown at most.
    """
    found = [
        _line(t)
        for t in TASKS
        if t["done"] is None
        and (list_name is None or t["list"].casefold() == list_name.casefold())
        and (due_on is None or t["due"] == due_on)
        and (priority is None or t["priority"] == priority)
    ]
    return "; ".join(found[:limit]) or "Nothing to do there."


def create_list(
    name: str,
    color: Literal["red", "orange", "yellow", "green", "blue", "purple", "grey"] = "blue",
    pinned: bool = False,
) -> str:
    """Create a new, empty list.

    Args:
        name: Name of the list.
        color: Color in which it is shown.
        pinned: Whether it stays at the top of the sidebar.
    """
    if any(known.casefold() == name.casefold() for known in LISTS):
        return f"There is already a list {name}."
    LISTS[name] = {"color": color, "pinned": pinned}
    return f"Created the {color} list {name}{', pinned' if pinned else ''}."


def schedule_summary(at: datetime.time, weekdays_only: bool = False) -> str:
    """Set the time of the daily summary (digest) of open tasks.

    Args:
        at: Time of day at which the summary is sent.
        weekdays_only: Whether it is left out on Saturdays and Sundays.
    """
    SUMMARY.update(at=at, weekdays_only=weekdays_only)
    return f"The summary comes at {at:%H:%M} {'from Monday to Friday' if weekdays_only else 'every day'}."
