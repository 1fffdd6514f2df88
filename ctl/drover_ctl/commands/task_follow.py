"""droverctl task wait and task log: following tasks until they have ended."""

import time
from collections.abc import Sequence

import click

from drover.wire.control import LogChunk, ReadTaskLog
from drover.wire.tasks import Status, Task
from drover_ctl.complete import complete_task
from drover_ctl.exits import Exit
from drover_ctl.output import complain
from drover_ctl.progress import reporter
from drover_ctl.session import session, shared_options
from drover_ctl.text import target
from drover_ctl.watch import WaitTimeoutError, Watch

LOG_POLL_S = 0.25
COLUMNS = ("ID", "SERIAL", "SCRIPT", "TARGET", "STATUS", "REASON", "REMARK")


@click.command()
@click.argument(
    "task_ids", metavar="ID...", type=click.IntRange(1), nargs=-1, required=True, shell_complete=complete_task
)
@click.option("--timeout", "timeout_s", type=click.FloatRange(0), metavar="SECONDS", help="Longest wait.")
@shared_options
@click.pass_context
def wait(ctx: click.Context, task_ids: tuple[int, ...], timeout_s: float | None) -> None:
    """Wait until tasks have ended. Ends with 0 if all completed, 1 if one did not, 6 if it took too long.

    \b
    Example:
      droverctl task wait 12 13 --timeout 300
    """
    follow_tasks(ctx, list(dict.fromkeys(task_ids)), timeout_s)


def follow_tasks(ctx: click.Context, task_ids: Sequence[int], timeout_s: float | None) -> None:
    """Show the tasks until all have ended, then the results; ends the program with the exit code."""
    run = session(ctx)
    output = run.output
    told, shown = reporter(output)
    watch = Watch(run.client, task_ids, told)
    timed_out = False
    try:
        with shown:
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
        ctx.exit(Exit.TIMED_OUT)
    completed = all(task is not None and task.status is Status.COMPLETED for task in watch.tasks.values())
    ctx.exit(Exit.OK if completed else Exit.FAILED)


@click.command()
@click.argument("task_id", metavar="ID", type=click.IntRange(1), shell_complete=complete_task)
@click.option("-f", "--follow", is_flag=True, help="Go on until the task has ended.")
@shared_options
@click.pass_context
def log(ctx: click.Context, task_id: int, follow: bool) -> None:
    """What a task wrote while it ran.

    \b
    Example:
      droverctl task log 12 -f
    """
    run = session(ctx)
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
