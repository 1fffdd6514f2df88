"""`phonesim`: starts phones, attaches them to an adb server, and says where they are until it is ended."""

import asyncio
import logging
import os
import re
import signal

import click

from phonesim.apps import make_display
from phonesim.apps.languages import LANGUAGES
from phonesim.farm import Farm, FarmOptions


def _default_adb() -> str:
    host = os.environ.get("ANDROID_ADB_SERVER_ADDRESS", "127.0.0.1")
    return f"{host}:{os.environ.get('ANDROID_ADB_SERVER_PORT', '5037')}"


def _address(_context: click.Context, _parameter: click.Parameter, value: str) -> tuple[str, int] | None:
    if value == "none":
        return None
    host, _, port = value.rpartition(":")
    if not port.isdigit():
        raise click.BadParameter(f"expected HOST:PORT or none, got {value!r}")
    return host or "127.0.0.1", int(port)


def _size(_context: click.Context, _parameter: click.Parameter, value: str) -> tuple[int, int]:
    match = re.fullmatch(r"([1-9]\d{2,3})x([1-9]\d{2,3})", value)
    if match is None:
        raise click.BadParameter(f"expected WIDTHxHEIGHT in pixels, got {value!r}")
    return int(match[1]), int(match[2])


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--count", default=1, show_default=True, type=click.IntRange(1, 1000), help="How many phones.")
@click.option(
    "--adb",
    default=_default_adb,
    callback=_address,
    metavar="HOST:PORT",
    help="The adb server to attach them to, or `none`. Default: ANDROID_ADB_SERVER_PORT or 5037 on this host.",
)
@click.option("--state-port", default=0, help="Port of the state server; 0 takes a free one.")
@click.option(
    "--language",
    "languages",
    multiple=True,
    default=("en",),
    type=click.Choice(LANGUAGES),
    help="What the apps speak; repeat it and phones take turns.",
)
@click.option("--size", default="1080x2400", callback=_size, metavar="WxH", help="Pixels of an upright display.")
@click.option("--rotation", default=0, type=click.IntRange(0, 3), help="Quarters of a turn; 1 and 3 are landscape.")
@click.option("--font-scale", default=1.0, type=click.FloatRange(0.5, 2), help="Size of texts.")
@click.option("--latency-ms", default=0.0, type=click.FloatRange(0), help="Added to every adb command.")
@click.option("--seed", default=1, show_default=True, help="The same seed makes the same phones.")
@click.option("-v", "--verbose", is_flag=True, help="Log every connection.")
def main(
    count: int,
    adb: tuple[str, int] | None,
    state_port: int,
    languages: tuple[str, ...],
    size: tuple[int, int],
    rotation: int,
    font_scale: float,
    latency_ms: float,
    seed: int,
    verbose: bool,
) -> None:
    """Simulated Android phones, attached to a real adb server.

    \b
    phonesim --count 3 --language en --language fr
    phonesim --adb 127.0.0.1:15037 --latency-ms 40
    """
    logging.basicConfig(level=logging.DEBUG if verbose else logging.WARNING)
    options = FarmOptions(
        count=count,
        adb=adb,
        languages=languages,
        seed=seed,
        latency_ms=latency_ms,
        state_port=state_port,
        width=size[0],
        height=size[1],
        rotation=rotation,
        font_scale=font_scale,
    )
    asyncio.run(_serve(options))


async def _serve(options: FarmOptions) -> None:
    farm = Farm(options, make_display=make_display)
    ended = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    starting = asyncio.create_task(farm.start())
    ending = asyncio.create_task(ended.wait())
    await asyncio.wait({starting, ending}, return_when=asyncio.FIRST_COMPLETED)
    if starting.done():
        starting.result()
        for phone in farm.phones:
            click.echo(f"phone {phone.serial} {phone.device.serialno} {phone.device.language}")
        click.echo(f"PHONES {farm.state.url}")
        click.echo("READY")
        await ending
    starting.cancel()
    await asyncio.gather(starting, return_exceptions=True)
    await farm.stop()
