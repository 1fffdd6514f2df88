"""droverctl task create."""

import json
from collections.abc import Iterable
from typing import Any, Final

import click

from drover.wire.control import CreateTasks, TasksCreated
from drover.wire.scripts import PUBLISHES
from drover_ctl.commands.task_follow import follow_tasks
from drover_ctl.complete import complete_serial
from drover_ctl.exits import Exit
from drover_ctl.options import PLATFORM
from drover_ctl.session import Session, with_session
from drover_ctl.text import clean, split_list


@click.command()
@click.argument("script_name", metavar="SCRIPT")
@click.option("--serial", "serials", multiple=True, metavar="S[,S]", help="Phones.", shell_complete=complete_serial)
@click.option("--username", "usernames", multiple=True, metavar="U[,U]", help="Accounts, on whichever phone they are.")
@click.option("--platform", type=PLATFORM, help="The app, where the accounts do not say.")
@click.option("--target", "targets", multiple=True, metavar="U[,U]", help="Whom to follow or unfollow.")
@click.option("--access-method", type=click.Choice(["direct", "search"]), help="How a profile is opened.")
@click.option("--config", metavar="JSON", help="Other parameters of the script, as a JSON object.")
@click.option("--any-material", is_flag=True, help="post: publish the library's oldest unused item, whichever it is.")
@click.option("--multi-account", is_flag=True, help="One task for every enabled account on each phone.")
@click.option("--start-time", metavar="HH:MM", help="Not before this local time.")
@click.option("--min-interval", type=click.IntRange(0), default=0, help="Shortest pause between tasks, minutes.")
@click.option("--max-interval", type=click.IntRange(0), help="Longest pause between tasks, minutes.")
@click.option("--priority", type=click.IntRange(-100, 100), default=0, help="Higher runs earlier.")
@click.option("--wait", is_flag=True, help="Wait until the tasks have ended, as task wait does.")
@click.option("--timeout", "timeout_s", type=click.FloatRange(0), metavar="SECONDS", help="Maximum wait with --wait.")
@with_session
def create(
    run: Session,
    script_name: str,
    serials: tuple[str, ...],
    usernames: tuple[str, ...],
    platform: str | None,
    targets: tuple[str, ...],
    access_method: str | None,
    config: str | None,
    any_material: bool,
    multi_account: bool,
    start_time: str | None,
    min_interval: int,
    max_interval: int | None,
    priority: int,
    wait: bool,
    timeout_s: float | None,
) -> Exit:
    """Create one task for each phone and target.

    A post names what it publishes: materials_tags (items of the library), material_list (files), or material_source
    localFolder with material_path; or --any-material. Captions may be spintax, {a|b}; ### separates alternatives, ##
    the title from the text.

    \b
    Examples:
      droverctl task create follow --serial 127.0.0.1:5555 --target ada,bob --wait
      droverctl task create post --serial 127.0.0.1:5555 --config '{"captions": "Hi", "materials_tags": "summer"}'
      droverctl task create post --username shop.one --config '{"material_list": ["/srv/media/clip.mp4"]}'
      droverctl task create unfollow --username shop.one --target ada --start-time 21:30
    """
    if not serials and not usernames:
        raise click.UsageError("say on which phones (--serial) or as which accounts (--username)")
    script_config = _script_config(config, targets, access_method)
    _refuse_arbitrary(script_name, script_config, any_material=any_material)
    request = CreateTasks(
        script_name=script_name,
        script_config=script_config,
        serials=split_list(*serials),
        usernames=[name.removeprefix("@") for name in split_list(*usernames)],
        enable_multi_account=multi_account,
        start_time=start_time,
        min_interval=min_interval,
        max_interval=min_interval if max_interval is None else max_interval,
        priority=priority,
        source="ui",
        platform=platform,
    )
    ids = run.ask(request, TasksCreated).task_ids
    if wait:
        return follow_tasks(run, ids, timeout_s)
    run.output.line(f"created {_named(ids)}", {"task_ids": ids, "created_count": len(ids)})
    return Exit.OK


def _script_config(config: str | None, targets: Iterable[str], access_method: str | None) -> dict[str, Any]:
    try:
        found = json.loads(config, parse_constant=_refuse_constant) if config is not None else {}
    except ValueError as error:  # also a number with more digits than Python converts
        raise click.BadParameter(f"not JSON: {error}", param_hint="--config") from None
    except RecursionError:
        raise click.BadParameter("is nested too deeply", param_hint="--config") from None
    if not isinstance(found, dict):
        raise click.BadParameter("expected a JSON object", param_hint="--config")
    users = split_list(*targets)
    return {
        **found,
        **({"target_users": users} if users else {}),
        **({"access_method": access_method} if access_method else {}),
    }


def _refuse_constant(name: str) -> None:
    """Python takes NaN and the infinities for numbers, JSON has none of them."""
    raise ValueError(f"{name} is no number")


_SOURCES: Final = ("materials_tags", "material_list", "material_path")


def _refuse_arbitrary(script_name: str, config: dict[str, Any], *, any_material: bool) -> None:
    """Raise UsageError for a post that says nothing of what it publishes: what is published cannot be taken back."""
    names_source = any(config.get(name) for name in _SOURCES)
    if script_name not in PUBLISHES:
        if any_material:
            raise click.UsageError(clean(f"--any-material is for post, not for {script_name}"))
    elif not names_source and not any_material:
        raise click.UsageError(
            f"say what to publish: {', '.join(_SOURCES[:-1])} or {_SOURCES[-1]} in --config (droverctl material list "
            "shows the library), or --any-material for the library's oldest unused item"
        )
    elif names_source and any_material:
        raise click.UsageError("--any-material does not go with a config that says what to publish")


def _named(ids: list[int]) -> str:
    return f"task {ids[0]}" if len(ids) == 1 else f"{len(ids)} tasks: {' '.join(map(str, ids))}"
