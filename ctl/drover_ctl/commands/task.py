"""droverctl task: list, show and change tasks. See task_create.py and task_follow.py for the rest."""

from collections.abc import Callable

import click

from drover.client import ControlError
from drover.wire.control import (
    ArtifactFile,
    DeleteTasks,
    FindArtifact,
    GetTask,
    ListTasks,
    RetriedAll,
    RetryAll,
    RetryTask,
    StopTask,
    TaskPage,
    TasksDeleted,
)
from drover.wire.faults import RequestError
from drover.wire.tasks import Status, Task
from drover_ctl.commands.each import change_each, unknown_tasks
from drover_ctl.commands.task_create import create
from drover_ctl.commands.task_follow import log, wait
from drover_ctl.commands.task_release import release
from drover_ctl.complete import complete_serial
from drover_ctl.exits import Exit
from drover_ctl.options import page_options, task_argument, task_arguments
from drover_ctl.progress import ending, working
from drover_ctl.session import Session, with_session
from drover_ctl.text import moment, target, task_files

COLUMNS = ("ID", "SERIAL", "SCRIPT", "TARGET", "STATUS", "DONE", "CREATED", "REMARK")
STATUSES = {status.name.lower(): status for status in Status}


@click.group()
def task() -> None:
    """What phones do."""


task.add_command(create)
task.add_command(wait)
task.add_command(log)
task.add_command(release)


@task.command("list")
@click.option("--status", type=click.Choice(list(STATUSES)), help="Only tasks with this status.")
@click.option("--serial", help="Only tasks of this phone.", shell_complete=complete_serial)
@click.option("--script", "script_name", help="Only tasks of this script.")
@click.option("--source", type=click.Choice(["api", "ui"]), help="Only tasks from this source.")
@page_options
@with_session
def list_(
    run: Session,
    status: str | None,
    serial: str | None,
    script_name: str | None,
    source: str | None,
    page: int,
    page_size: int,
) -> None:
    """List tasks, newest first.

    \b
    Example:
      droverctl task list --status failed -n 50
    """
    found = run.ask(
        ListTasks(
            status=None if status is None else int(STATUSES[status]),
            serial=serial,
            script_name=script_name,
            source=source,
            page=page,
            page_size=page_size,
        ),
        TaskPage,
    )
    output = run.output
    data = {"total": found.total, "page": found.page, "page_size": found.page_size, "tasks": found.tasks}
    output.table(COLUMNS, [_row(one, run) for one in found.tasks], data, empty="no tasks")
    output.more(total=found.total, page=found.page, page_size=found.page_size)


@task.command()
@task_argument
@with_session
def show(run: Session, task_id: int) -> None:
    """Show all that is known of one task, and where its evidence lies.

    \b
    Example:
      droverctl task show 12
    """
    found = run.ask(GetTask(task_id=task_id), Task)
    files = [_artifact(run, task_id, name) for name in found.evidence]
    output = run.output
    zone = output.zone
    config = ", ".join(f"{name}={value}" for name, value in found.script_config.items())
    pairs = [
        ("id", str(found.id)),
        ("serial", found.serial),
        ("account", f"@{found.account}" if found.account else "not known yet"),
        ("script", found.script_name),
        ("config", config or "-"),
        *_media(found),
        ("status", found.status.name.lower()),
        ("reason", found.reason.value if found.reason else "-"),
        ("remark", found.remark or "-"),
        ("hold", found.hold or "-"),
        ("effect", f"{found.effect.value}{'' if found.retry_safe else ', not safe to repeat'}"),
        ("progress", f"{found.progress}%{f', {found.phase}' if found.phase else ''}: {found.step or '-'}"),
        ("attempt", _attempts(found)),
        ("source", found.source),
        ("priority", str(found.priority)),
        ("created", moment(found.created_at, zone)),
        ("not before", moment(found.scheduled_at, zone)),
        ("started", moment(found.start_time, zone)),
        ("ended", moment(found.end_time, zone)),
        *(("evidence", path) for path in files or ["-"]),
    ]
    output.record(pairs, {"task": found, "evidence_paths": files})


def _media(found: Task) -> list[tuple[str, str]]:
    """The files that a task publishes, and the texts that came from files next to them."""
    if found.media is None:
        return [("file", name) for name in task_files(found)]
    files = [
        f"{file.name}{f' (material {file.material_id})' if file.material_id else ''}" for file in found.media.files
    ]
    texts = [(name, getattr(found.media, name)) for name in ("captions", "sound_name", "custom_sound_keyword")]
    return [*(("file", name) for name in files), *((f"{name} taken", text) for name, text in texts if text)]


def _attempts(found: Task) -> str:
    """Attempts so far, and how often a person retried the task, which does not count against its limit."""
    return f"{found.attempt}{f', retried {found.retry_count}x by hand' if found.retry_count else ''}"


@task.command()
@task_arguments(required=False)
@with_session
def stop(run: Session, task_ids: tuple[int, ...]) -> Exit:
    """Stop tasks; a running one ends within ten seconds.

    \b
    Example:
      droverctl task stop 12 13
    """
    return _change(run, task_ids, lambda task_id: StopTask(task_id=task_id))


@task.command()
@task_arguments(required=False)
@click.option("--all", "all_", is_flag=True, help="Every failed task except those whose outcome is unknown.")
@click.option("--force", is_flag=True, help="Also if the outcome is unknown: it may happen a second time.")
@with_session
def retry(run: Session, task_ids: tuple[int, ...], all_: bool, force: bool) -> Exit:
    """Put failed tasks back in the queue.

    \b
    Examples:
      droverctl task retry 12
      droverctl task retry --all
    """
    if not all_:
        return _change(run, task_ids, lambda task_id: RetryTask(task_id=task_id, force=force))
    if task_ids or force:
        raise click.UsageError("--all goes with neither ids nor --force")
    with working(run.output, "retried") as progress:
        retried = run.ask(RetryAll(), RetriedAll, progress=progress)
    left = f"; left alone, outcome unknown: {', '.join(map(str, retried.skipped))}" if retried.skipped else ""
    run.output.line(f"{retried.retried_count} tasks are back in the queue{left}", retried)
    return Exit.OK


@task.command()
@task_arguments(required=False)
@with_session
def delete(run: Session, task_ids: tuple[int, ...]) -> Exit:
    """Delete tasks; running ones are stopped first.

    \b
    Example:
      droverctl task delete 12 13
    """
    with working(run.output, "deleted") as progress:
        deleted = run.ask(DeleteTasks(task_ids=_some(task_ids)), TasksDeleted, progress=progress)
    run.output.line(f"{deleted.deleted_count} deleted", deleted)
    return unknown_tasks(run, deleted.not_found)


def _some(task_ids: tuple[int, ...]) -> list[int]:
    if not task_ids:
        raise click.UsageError("name at least one task id")
    return list(dict.fromkeys(task_ids))


def _change(run: Session, task_ids: tuple[int, ...], request: Callable[[int], StopTask | RetryTask]) -> Exit:
    def change(task_id: int) -> Task:
        task = run.ask(request(task_id), Task)
        run.output.line(f"task {task.id}: {ending(task)}")
        return task

    changed, code = change_each(run, _some(task_ids), change)
    if run.as_json:
        run.output.json({"tasks": changed})
    return code


def _row(one: Task, run: Session) -> list[str]:
    return [
        str(one.id),
        one.serial,
        one.script_name,
        target(one),
        one.status.name.lower(),
        f"{one.progress}%",
        moment(one.created_at, run.output.zone),
        one.remark or (one.step if one.status is Status.RUNNING else "") or "-",
    ]


def _artifact(run: Session, task_id: int, name: str) -> str:
    try:
        return run.ask(FindArtifact(task_id=task_id, name=name), ArtifactFile).path
    except (RequestError, ControlError):
        return f"{name} (gone)"
