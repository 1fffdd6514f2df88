"""What the demo prints: steps, live progress, the table of results. A picture on a terminal, plain lines in a pipe."""

import time
from collections.abc import Callable, Sequence
from typing import Any, Final

from rich.console import Console
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

POLL_S: Final = 0.15
COLOURS: Final = {"pending": "dim", "running": "cyan", "completed": "green", "failed": "red"}

TaskRow = dict[str, Any]


class Stopwatch:
    """How long each task was seen running, in seconds; REST's own stamps are whole seconds."""

    def __init__(self) -> None:
        self._began: dict[int, float] = {}
        self.seconds: dict[int, float] = {}

    def look(self, tasks: Sequence[TaskRow]) -> None:
        now = time.monotonic()
        for task in tasks:
            if task["attempt"]:
                self._began.setdefault(task["id"], now)
            if task["status"] in (2, 3):
                self.seconds.setdefault(task["id"], now - self._began.get(task["id"], now))


def follow(
    console: Console, fetch: Callable[[], list[TaskRow]], *, timeout_s: float
) -> tuple[list[TaskRow], dict[int, float]]:
    """Show the tasks until all have ended (or the time is over); returns them as they are then, with seconds."""
    watch = Stopwatch()

    def look() -> list[TaskRow]:
        tasks = fetch()
        watch.look(tasks)
        return tasks

    deadline = time.monotonic() + timeout_s
    tasks = look()
    if console.is_terminal:
        with Live(_progress_table(tasks), console=console, refresh_per_second=10) as live:
            while _unfinished(tasks) and time.monotonic() < deadline:
                time.sleep(POLL_S)
                tasks = look()
                live.update(_progress_table(tasks))
        return tasks, watch.seconds
    shown: dict[int, str] = {}
    while True:
        for task in tasks:
            line = _progress_line(task)
            if shown.get(task["id"]) != line:
                shown[task["id"]] = line
                console.out(line, highlight=False)
        if not _unfinished(tasks) or time.monotonic() > deadline:
            return tasks, watch.seconds
        time.sleep(POLL_S)
        tasks = look()


def _unfinished(tasks: Sequence[TaskRow]) -> bool:
    return any(task["status"] in (0, 1) for task in tasks)


def target(task: TaskRow) -> str:
    """Whom or what a task is about: a user, or what it publishes."""
    config = task["script_config"]
    if "target_user" in config:
        return f"@{config['target_user']}"
    return f"{len(config['material_list'])} pictures" if config["content_type"] else "a video"


def _word(task: TaskRow) -> str:
    return ("pending", "running", "completed", "failed")[task["status"]]


def _progress_line(task: TaskRow) -> str:
    detail = task["step"] if task["status"] == 1 else task["remark"]
    percent = task["progress"]
    what = f"{task['script_name']} {target(task)}"
    return f"task {task['id']:>3}  {task['serial']}  {what}  {_word(task)} {percent:>3}%  {detail}"


def _progress_table(tasks: Sequence[TaskRow]) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0))
    for heading in ("task", "phone", "what", "", "", "step"):
        table.add_column(heading, no_wrap=True)
    for task in tasks:
        word = _word(task)
        table.add_row(
            str(task["id"]),
            task["serial"],
            f"{task['script_name']} {target(task)}",
            Text(word, style=COLOURS[word]),
            ProgressBar(total=100, completed=task["progress"], width=20),
            Text(task["step"] if task["status"] == 1 else task["remark"], style="dim"),
        )
    return table


def results(console: Console, rows: Sequence[tuple[TaskRow, float, int]]) -> None:
    """The table of results: task, how long it ran in seconds, and how often its effect happened on the phone."""
    table = Table(title="Results")
    for heading in ("task", "phone", "script", "target"):
        table.add_column(heading, no_wrap=True)
    table.add_column("result")
    table.add_column("seconds", justify="right")
    table.add_column("attempts", justify="right")
    table.add_column("happened", justify="right")
    for task, seconds, effects in rows:
        word = _word(task)
        outcome = word if not task["reason"] else f"{word}: {task['reason']}"
        table.add_row(
            str(task["id"]),
            task["serial"],
            task["script_name"],
            target(task),
            Text(outcome, style=COLOURS[word]),
            f"{seconds:.1f}",
            str(task["attempt"]),
            f"{effects} x",
        )
    console.print(table)
