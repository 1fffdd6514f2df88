"""droverctl task wait and task log: following tasks until they have ended."""

import time
from collections.abc import Sequence

import click

from drover.wire.control import LogChunk, ReadTaskLog
from drover.wire.tasks import Status, Task
from drover_ctl.exits import Exit
from drover_ctl.options import task_argument, task_arguments
from drover_ctl.output import complain
from drover_ctl.progress import reporter
from drover_ctl.session import Session, with_session
from drover_ctl.text import target
from drover_ctl.watch import WaitTimeoutError, Watch

LOG_POLL_S = 0.25
COLUMNS = ("ID", "SERIAL", "SCRIPT", "TARGET", "STATUS", "REASON", "REMARK")


@click.command()
@task_arguments(required=True)
@click.option("--timeout", "timeout_s", type=click.FloatRange(0), metavar="SECONDS", help="Maximum wait.")
@with_session
def wait(run: Session, task_ids: tuple[int, ...], timeout_s: float | None) -> Exit:
    """Wait until tasks have ended. Exit code 0 if all completed, 1 if one did not, 6 on timeout.

    \b
    Example:
      droverctl task wait 12 13 --timeout 300
    """
    return follow_tasks(run, list(dict.fromkeys(task_ids)), timeout_s)


def follow_tasks(run: Session, task_ids: Sequence[int], timeout_s: float | None) -> Exit:
    """Show the tasks until all have ended, then the results; returns the exit code."""
    output = run.output
    report, display = reporter(output)
    watch = Watch(run.client, task_ids, report)
    timed_out = False
    try:
        with display:
            watch.wait(timeout_s)
    except WaitTimeoutError:
        timed_out = True
    finally:
        watch.close()
    rows = [_row(task_id, task) for task_id, task in watch.tasks.items()]
    data = {"tasks": [task for task in watch.tasks.values() if task is not None], "timed_out": timed_out}
    if output.as_json or output.console.is_terminal:
        output.table(COLUMNS, rows, data, empty="no tasks")
    if timed_out:
        complain(TimeoutError(f"not all tasks ended within {timeout_s:g} s"), as_json=run.as_json)
        return Exit.TIMED_OUT
    completed = all(task is not None and task.status is Status.COMPLETED for task in watch.tasks.values())
    return Exit.OK if completed else Exit.FAILED


@click.command()
@task_argument
@click.option("-f", "--follow", is_flag=True, help="Keep printing until the task has ended.")
@with_session
def log(run: Session, task_id: int, follow: bool) -> None:
    """Print the log of a task.

    \b
    Example:
      droverctl task log 12 -f
    """
    offset = 0
    pieces: list[str] = []
    while True:
        chunk = run.ask(ReadTaskLog(task_id=task_id, offset=offset), LogChunk)
        came, offset = chunk.next_offset > offset, chunk.next_offset
        if not run.as_json:
            run.output.raw(chunk.text)
        elif follow and chunk.text:
            run.output.json_line({"task_id": task_id, "text": chunk.text, "next_offset": offset})
        else:
            pieces.append(chunk.text)
        if chunk.ended or not (came or follow):
            break
        if not came:
            time.sleep(LOG_POLL_S)
    if run.as_json and not follow:
        run.output.json({"task_id": task_id, "text": "".join(pieces), "ended": chunk.ended})


def _row(task_id: int, task: Task | None) -> list[str]:
    if task is None:
        return [str(task_id), "-", "-", "-", "deleted", "-", "-"]
    return [
        str(task.id),
        task.serial,
        task.script_name,
        target(task),
        task.status.name.lower(),
        task.reason.value if task.reason else "-",
        task.remark or "-",
    ]
