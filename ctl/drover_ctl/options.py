"""Options that commands of several nouns share."""

import click

PLATFORM = click.Choice(["tiktok", "instagram"])
platform_option = click.option("--platform", type=PLATFORM, default="tiktok", show_default=True)
which_platform_option = click.option(
    "--platform", type=PLATFORM, help="Needed where the name is registered on several platforms."
)
