"""droverctl script: what tasks can run, and how to add to it."""

import os
from pathlib import Path
from typing import cast

import click

from drover.wire.control import Done
from drover.wire.custom import (
    DEFAULT_TIMEOUT_S,
    MAX_TIMEOUT_S,
    AddScript,
    CommandSpec,
    ListScripts,
    Mode,
    RemoveScript,
    ScriptInfo,
    ScriptList,
)
from drover_ctl.exits import Exit
from drover_ctl.session import Session, with_session
from drover_ctl.skeleton import SkeletonError, write_skeleton
from drover_ctl.text import clean

COLUMNS = ("NAME", "KIND", "EFFECT", "RUNS TWICE", "PLATFORM", "FROM", "WHAT IT DOES")


@click.group()
def script() -> None:
    """Scripts that tasks can run.

    Built-in ones, your own commands in any language, Python plugins.
    """


@script.command("list")
@with_session
def list_(run: Session) -> None:
    """List every script, also those that cannot run now, and why.

    \b
    Example:
      droverctl script list
    """
    found = run.ask(ListScripts(), ScriptList).scripts
    run.output.table(COLUMNS, [_row(info) for info in found], found, empty="no scripts")


@script.command(context_settings={"ignore_unknown_options": True})
@click.argument("name")
@click.argument("command", nargs=-1, required=True, type=click.UNPROCESSED)
@click.option(
    "--platform",
    type=click.Choice(["generic", "tiktok", "instagram"]),
    default="generic",
    show_default=True,
    help="tiktok, instagram: the app is opened and the account made current before it starts.",
)
@click.option("--package", default="", help="The app to open instead of the platform's usual one.")
@click.option(
    "--timeout", "timeout_s", type=click.FloatRange(1, MAX_TIMEOUT_S), default=DEFAULT_TIMEOUT_S, show_default=True,
    metavar="SECONDS", help="It is ended after this time.",
)  # fmt: skip
@click.option("--retry-safe", is_flag=True, help="Running it twice does no harm: after a crash it is run again.")
@click.option("--summary", default="", help="A note for yourself.")
@click.option(
    "--env", "environment", multiple=True, metavar="NAME",
    help="A variable of droverd's environment that it gets in addition to PATH, HOME and the language; repeatable.",
)  # fmt: skip
@click.option("--replace", is_flag=True, help="Replace the command of this name.")
@with_session
def add(
    run: Session,
    name: str,
    command: tuple[str, ...],
    platform: str,
    package: str,
    timeout_s: float,
    retry_safe: bool,
    summary: str,
    environment: tuple[str, ...],
    replace: bool,
) -> None:
    """Register a command as a script. It is started without a shell, with its phone leased for it.

    \b
    Examples:
      droverctl script add report -- ./report.py --verbose
      droverctl script add warm --platform tiktok --timeout 600 --retry-safe -- /usr/bin/node /srv/warm.js
    """
    spec = CommandSpec(
        command=[_absolute(command[0]), *command[1:]],
        platform=cast(Mode, platform),
        package=package,
        timeout_s=timeout_s,
        retry_safe=retry_safe,
        summary=summary,
        environment=list(environment),
    )
    info = run.ask(AddScript(script_name=name, spec=spec, replace=replace), ScriptInfo)
    run.output.line(f"{info.name} runs {' '.join(info.command)}", info)


@script.command()
@click.argument("name")
@with_session
def remove(run: Session, name: str) -> None:
    """Remove a command that was added. Its pending tasks fail when their turn comes.

    \b
    Example:
      droverctl script remove report
    """
    run.ask(RemoveScript(script_name=name), Done)
    run.output.line(f"{name} is forgotten", {"name": name})


@script.command()
@click.argument("name")
@click.option("--folder", type=click.Path(path_type=Path), help="The folder to write; default ./drover-script-NAME.")
@with_session
def new(run: Session, name: str, folder: Path | None) -> int:
    """Write a package with a Python script to start from.

    It works as it is, and has a test.

    \b
    Example:
      droverctl script new word-count && pip install ./drover-script-word-count
    """
    target = folder or Path(f"drover-script-{name}")
    try:
        files = write_skeleton(name, target)
    except SkeletonError as error:
        raise click.UsageError(clean(str(error))) from None
    written = {"folder": str(target), "files": [str(file) for file in files]}
    run.output.line(f"wrote {', '.join(file.name for file in files)} to {target}", written)
    run.output.line(f"next: pip install {target} where droverd runs, restart droverd, then droverctl script list")
    return Exit.OK


def _absolute(program: str) -> str:
    """As the shell that called us means it; the daemon has another working directory."""
    return os.path.abspath(program) if "/" in program else program


def _row(info: ScriptInfo) -> list[str]:
    twice = "harmless" if info.retry_safe else "looks first" if info.reconciles else "never by itself"
    what = f"cannot run: {info.fault}" if info.fault else info.summary
    return [info.name, info.kind, info.effect or "-", twice, info.platform or "any", info.origin, what or "-"]
