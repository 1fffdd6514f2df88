"""Arguments and options that commands of several nouns share."""

from collections.abc import Callable

import click

from drover_ctl.complete import complete_account, complete_serial, complete_task
from drover_ctl.session import F

PLATFORM = click.Choice(["tiktok", "instagram"])
platform_option = click.option("--platform", type=PLATFORM, default="tiktok", show_default=True)
which_platform_option = click.option(
    "--platform", type=PLATFORM, help="Needed where the name is registered on several platforms."
)
serial_argument = click.argument("serial", shell_complete=complete_serial)
username_argument = click.argument("username", shell_complete=complete_account)
task_argument = click.argument("task_id", metavar="ID", type=click.IntRange(1), shell_complete=complete_task)


def task_arguments(*, required: bool) -> Callable[[F], F]:
    """Several tasks by their ids."""
    return click.argument(
        "task_ids", metavar="ID...", type=click.IntRange(1), nargs=-1, required=required, shell_complete=complete_task
    )


def page_options(command: F) -> F:
    """Which page of a list, and how long it is."""
    size = click.option("-n", "--page-size", type=click.IntRange(1, 100), default=20, show_default=True)
    return click.option("--page", type=click.IntRange(1), default=1, show_default=True)(size(command))
