"""droverctl task release: tasks that are held since a backup was restored."""

import sys

import click

from drover.wire.control import DaemonStatus, GetStatus, ReleaseTasks, TasksReleased
from drover.wire.faults import Code, RequestError
from drover_ctl.commands.each import unknown_tasks
from drover_ctl.exits import Exit
from drover_ctl.options import task_arguments
from drover_ctl.output import complain
from drover_ctl.progress import working
from drover_ctl.session import Session, with_session


@click.command()
@task_arguments(required=False)
@click.option("--all", "all_", is_flag=True, help="Every held task that can check whether it was done.")
@click.option("--yes", is_flag=True, help="With --all: also those that cannot check, without asking.")
@with_session
def release(run: Session, task_ids: tuple[int, ...], all_: bool, yes: bool) -> Exit:
    """Release tasks that are held since a backup was restored.

    Each may have been done between the backup and the restore. follow and unfollow check first and repeat nothing;
    post and scripts that cannot check are done once more: look at the phone, release by id what was not done, stop
    the rest.

    \b
    Examples:
      droverctl task release 12 13
      droverctl task release --all
      droverctl task release --all --yes
    """
    if all_ == bool(task_ids):
        raise click.UsageError("name task ids, or --all, and not both")
    if yes and not all_:
        raise click.UsageError("--yes goes with --all")
    wanted = _all(run, yes=yes) if all_ else ReleaseTasks(task_ids=list(dict.fromkeys(task_ids)))
    with working(run.output, "released") as progress:
        done = run.ask(wanted, TasksReleased, progress=progress)
    checked = f", {done.looking_count} of them check first" if done.looking_count else ""
    run.output.line(f"{done.released_count} released{checked}", done)
    return _refused(run, done)


def _all(run: Session, *, yes: bool) -> ReleaseTasks:
    """The request for all of them, or for those that can check, unless a person says yes to the others."""
    found = run.ask(GetStatus(), DaemonStatus)
    if not found.restored_blind or yes:
        return ReleaseTasks(all=True)
    blind = f"{found.restored_blind} of {found.restored} held tasks cannot check if they were done since the backup"
    if sys.stdin.isatty() and not run.as_json:
        return ReleaseTasks(all=True, looking_only=not click.confirm(f"{blind}. Release them too?"))
    run.output.note(f"{blind} and stay held: release them by id, or all with --all --yes")
    return ReleaseTasks(all=True, looking_only=True)


def _refused(run: Session, done: TasksReleased) -> Exit:
    if done.not_held:
        ids = ", ".join(map(str, done.not_held))
        complain(RequestError(Code.CONFLICT, f"not held: task {ids}"), as_json=run.as_json)
    return unknown_tasks(run, done.not_found) or (Exit.CONFLICT if done.not_held else Exit.OK)
