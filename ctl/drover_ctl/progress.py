"""Shows tasks on their way: a bar for each on a terminal, a line for each step in a pipe, nothing with JSON."""

from collections.abc import Callable, Generator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from threading import Event, Thread
from typing import Final

from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    ProgressColumn,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)
from rich.progress import Task as Bar
from rich.text import Text

from drover.client import AnswerLostError, DaemonUnreachableError
from drover.wire.control import Working
from drover.wire.events import TaskProgressed
from drover.wire.faults import RequestError
from drover.wire.tasks import Status, Task
from drover_ctl.output import STYLES, Output
from drover_ctl.text import clean, target
from drover_ctl.watch import Reporter

ASK_EVERY_S: Final = 0.3


def reporter(output: Output) -> tuple[Reporter, AbstractContextManager[object]]:
    """The reporter for this output, and the context in which it draws."""
    if output.as_json:
        return SilentReporter(), nullcontext()
    if not output.console.is_terminal:
        return LineReporter(output), nullcontext()
    bars = BarReporter(output)
    return bars, bars.progress


@contextmanager
def counting(output: Output, what: str, total: int) -> Generator[Callable[[str], None]]:
    """A bar over so many steps on a terminal, nothing elsewhere; call it with a step's name as each begins."""
    if output.as_json or not output.console.is_terminal:
        yield _ignore
        return
    columns = (_Label("what"), BarColumn(bar_width=24), TextColumn("{task.completed:.0f}/{task.total:.0f}"))
    with Progress(*columns, _Label("name"), console=output.console) as progress:
        bar = progress.add_task("", total=total, what=what, name="", completed=-1)

        def step(name: str) -> None:
            progress.update(bar, advance=1, name=clean(name))

        yield step
        progress.update(bar, completed=total, name="")


@contextmanager
def working(output: Output, what: str) -> Generator[Callable[[Working], None]]:
    """A bar over the rows of an operation on a terminal, nothing elsewhere; call it with what the daemon says."""
    if output.as_json or not output.console.is_terminal:
        yield _ignore
        return
    columns = (TextColumn(what), BarColumn(bar_width=24), TextColumn("{task.completed:.0f}/{task.total:.0f}"))
    with Progress(*columns, TimeRemainingColumn(), console=output.console, transient=True) as progress:
        bar = progress.add_task("", total=0, visible=False)  # what is quick shows none
        yield lambda seen: progress.update(bar, completed=seen.done, total=seen.total, visible=True)


@contextmanager
def transferring(output: Output, what: str, ask: Callable[[], tuple[int, int]]) -> Generator[None]:
    """A bar of bytes on a terminal, nothing elsewhere, while the block waits; a thread asks for (done, in all)."""
    if output.as_json or not output.console.is_terminal:
        yield
        return
    columns = (
        TextColumn(what),
        BarColumn(bar_width=24),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
    )
    ended = Event()
    with Progress(*columns, console=output.console, transient=True) as progress:
        bar = progress.add_task("", total=None)

        def watch() -> None:
            while not ended.wait(ASK_EVERY_S):
                # The block says what became of it; who only watches must not end it.
                with suppress(DaemonUnreachableError, AnswerLostError, RequestError):
                    done, total = ask()
                    progress.update(bar, completed=done, total=total or None)

        watcher = Thread(target=watch, daemon=True)
        watcher.start()
        try:
            yield
        finally:
            ended.set()
            watcher.join(ASK_EVERY_S)


def _ignore(_progress: object) -> None:
    """Draws nothing."""


def ending(task: Task) -> str:
    """How a task ended or stands, and why, in a few words."""
    word = task.status.name.lower()
    reason = f" ({task.reason})" if task.reason else ""
    remark = f": {task.remark}" if task.remark else ""
    return f"{word}{reason}{remark}"


class SilentReporter:
    """For JSON, where only the end counts."""

    def changed(self, task: Task) -> None: ...
    def progressed(self, event: TaskProgressed) -> None: ...
    def deleted(self, task_id: int) -> None: ...
    def interrupted(self, why: str) -> None: ...


class LineReporter:
    """A line for each change."""

    def __init__(self, output: Output) -> None:
        self._output = output
        self._last: dict[int, str] = {}

    def changed(self, task: Task) -> None:
        self._say(task.id, f"{task.serial} {task.script_name} {target(task)} {ending(task)}")

    def progressed(self, event: TaskProgressed) -> None:
        self._say(event.task_id, f"{event.serial} {event.progress}% {event.phase}: {event.step}")

    def deleted(self, task_id: int) -> None:
        self._say(task_id, "deleted")

    def interrupted(self, why: str) -> None:
        self._output.line(f"{why}; waiting for the daemon")

    def _say(self, task_id: int, text: str) -> None:
        if self._last.get(task_id) != text:
            self._last[task_id] = text
            self._output.line(f"task {task_id} {text}")


class _Label(ProgressColumn):
    """A field of the bar as text: what phones and people wrote is never taken for markup."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self._name = name

    def render(self, task: Bar) -> Text:
        label = task.fields[self._name]
        return label if isinstance(label, Text) else Text(str(label), overflow="ellipsis", no_wrap=True)


class BarReporter:
    """A bar for each task, drawn in place."""

    def __init__(self, output: Output) -> None:
        self.progress = Progress(
            _Label("who"),
            BarColumn(bar_width=24),
            TextColumn("{task.percentage:>3.0f}%"),
            _Label("step"),
            console=output.console,
        )
        self._bars: dict[int, TaskID] = {}

    def changed(self, task: Task) -> None:
        bar = self._bars.get(task.id)
        if bar is None:
            who = clean(f"{task.id}  {task.serial}  {task.script_name} {target(task)}")
            bar = self._bars[task.id] = self.progress.add_task("", total=100, who=who, step="")
        percent = 100 if task.status is Status.COMPLETED else task.progress
        step = task.step if task.status is Status.RUNNING and task.step else ending(task)
        label = Text(clean(step), style=STYLES[task.status.name.lower()], overflow="ellipsis", no_wrap=True)
        self.progress.update(bar, completed=percent, step=label)

    def progressed(self, event: TaskProgressed) -> None:
        bar = self._bars.get(event.task_id)
        if bar is not None:
            self.progress.update(bar, completed=event.progress, step=clean(f"{event.phase}: {event.step}"))

    def deleted(self, task_id: int) -> None:
        if task_id in self._bars:
            self.progress.update(self._bars[task_id], step=Text("deleted", style="red"))

    def interrupted(self, why: str) -> None:
        self.progress.console.print(Text(clean(f"{why}; waiting for the daemon"), style="yellow"))
