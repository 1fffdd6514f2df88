"""droverctl task release: what a restored backup brought may begin."""

import sys

import click

from drover.wire.control import DaemonStatus, GetStatus, ReleaseTasks, TasksReleased
from drover.wire.faults import Code, RequestError
from drover_ctl.complete import complete_task
from drover_ctl.exits import Exit
from drover_ctl.output import complain
from drover_ctl.progress import working
from drover_ctl.session import Session, session, shared_options


@click.command()
@click.argument("task_ids", metavar="ID...", type=click.IntRange(1), nargs=-1, shell_complete=complete_task)
@click.option("--all", "all_", is_flag=True, help="Every held task that can look whether it was done.")
@click.option("--yes", is_flag=True, help="With --all: also those that cannot look, without asking.")
@shared_options
@click.pass_context
def release(ctx: click.Context, task_ids: tuple[int, ...], all_: bool, yes: bool) -> None:
    """Let tasks begin that are held since a backup was restored.

    Each may have been done between the backup and the restore. follow and unfollow look first and repeat nothing; post
    and scripts that cannot look are done once more: look at the phone, release by id what was not done, stop the rest.

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
    run = session(ctx)
    wanted = _all(run, yes=yes) if all_ else ReleaseTasks(task_ids=list(dict.fromkeys(task_ids)))
    with working(run.output, "released") as progress:
        done = run.ask(wanted, TasksReleased, progress=progress)
    looking = f", {done.looking_count} of them begin by looking" if done.looking_count else ""
    run.output.line(f"{done.released_count} released{looking}", done)
    ctx.exit(_refused(done, as_json=run.as_json))


def _all(run: Session, *, yes: bool) -> ReleaseTasks:
    """The request for all of them, or for those that look where nobody says yes to the others."""
    found = run.ask(GetStatus(), DaemonStatus)
    if not found.restored_blind or yes:
        return ReleaseTasks(all=True)
    blind = f"{found.restored_blind} of {found.restored} held tasks cannot look whether they were done since the backup"
    if sys.stdin.isatty() and not run.as_json:
        return ReleaseTasks(all=True, looking_only=not click.confirm(f"{blind}. Release them too?"))
    run.output.note(f"{blind} and stay held: release them by id, or all with --all --yes")
    return ReleaseTasks(all=True, looking_only=True)


def _refused(done: TasksReleased, *, as_json: bool) -> Exit:
    if done.not_held:
        ids = ", ".join(map(str, done.not_held))
        complain(RequestError(Code.CONFLICT, f"not held: task {ids}"), as_json=as_json)
    if done.not_found:
        ids = ", ".join(map(str, done.not_found))
        complain(RequestError(Code.NOT_FOUND, f"there is no task {ids}"), as_json=as_json)
        return Exit.NOT_FOUND
    return Exit.CONFLICT if done.not_held else Exit.OK
