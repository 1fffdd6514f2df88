"""`screenrecord`: a real video of the screen, until its time is up, SIGINT comes, or who started it hangs up."""

import asyncio
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from phonesim.processes import SIGNALS
from phonesim.recording import NoEncoderError, Recording
from phonesim.shell.call import Call, Command

LOOK_S: Final = 0.25
"""How often the screen is looked at; a frame is made only of one that has changed, as on a phone."""
LIMIT_S: Final = 180
BIT_RATES: Final = (100_000, 200_000_000)
FORMATS: Final = ("mp4", "h264")
VALUED: Final = frozenset({"--size", "--bit-rate", "--time-limit", "--output-format", "--display-id"})
FLAGS: Final = frozenset({"--verbose", "--rotate", "--bugreport", "--monotonic-time"})
USAGE: Final = "Usage: screenrecord [options] <filename>"
USAGE_CODE: Final = 2
# Of these it completes its file; a connection's end reaches it as a SIGHUP.
ENDS_WELL: Final = frozenset({0, SIGNALS["HUP"], SIGNALS["INT"]})


class InvalidOptionError(ValueError):
    """The message is screenrecord's own."""


@dataclass(kw_only=True)
class Request:
    """What the words of a call ask for; seconds, bits a second, pixels."""

    path: str = ""
    size: tuple[int, int] | None = None
    bit_rate: int = 20_000_000
    limit_s: float = LIMIT_S
    bare: bool = False
    verbose: bool = False
    values: dict[str, str] = field(default_factory=dict[str, str])


def parse(args: list[str]) -> Request:
    """Raises InvalidOptionError."""
    request, words, names = Request(), list(args), list[str]()
    while words:
        word = words.pop(0)
        option, equals, value = word.partition("=")
        if not word.startswith("--"):
            names.append(word)
        elif option in FLAGS:
            request.verbose = request.verbose or option == "--verbose"
        elif option not in VALUED:
            raise InvalidOptionError(f"screenrecord: unrecognized option '{word}'")
        elif not equals and not words:
            raise InvalidOptionError(f"screenrecord: option '{word}' requires an argument")
        else:
            request.values[option] = value if equals else words.pop(0)
    _take_values(request)
    if len(names) != 1:
        raise InvalidOptionError("Must specify output file (see --help).")
    request.path = names[0]
    return request


def _take_values(request: Request) -> None:
    values = request.values
    if (size := values.get("--size")) is not None:
        match = re.fullmatch(r"([1-9]\d{0,4})x([1-9]\d{0,4})", size)
        if match is None:
            raise InvalidOptionError(f"Invalid size '{size}', must be width x height")
        request.size = int(match[1]), int(match[2])
    if (rate := values.get("--bit-rate")) is not None:
        match = re.fullmatch(r"(\d+)([Mm]?)", rate)
        request.bit_rate = int(match[1]) * (1_000_000 if match[2] else 1) if match else 0
        if not BIT_RATES[0] <= request.bit_rate <= BIT_RATES[1]:
            raise InvalidOptionError(f"Bit rate {rate} outside acceptable range [{BIT_RATES[0]},{BIT_RATES[1]}]")
    if (limit := values.get("--time-limit")) is not None:
        if not limit.isdigit() or not 0 < int(limit) <= LIMIT_S:
            raise InvalidOptionError(f"Time limit {limit}s outside acceptable range [1,{LIMIT_S}]")
        request.limit_s = int(limit)
    if (kind := values.get("--output-format", "mp4")) not in FORMATS:
        raise InvalidOptionError(f"Unknown format '{kind}'")
    request.bare = kind == "h264"


async def screenrecord(call: Call) -> int:
    if "--help" in call.args:
        return call.error(USAGE, code=0)
    try:
        request = parse(call.args)
    except InvalidOptionError as error:
        return call.error(str(error), code=USAGE_CODE)
    # Only a bare stream can go to the output: an MP4 is completed at its start. `-` is a file's name then.
    to_output = request.bare and request.path == "-"
    try:
        if not to_output:
            call.device.files.write(call.path(request.path), b"")
    except OSError as error:
        return call.error(f"Unable to open '{request.path}': {error.strerror}")
    display = call.device.display
    width, height = request.size or (display.width, display.height)
    try:
        recording = Recording(width, height, bit_rate=request.bit_rate, bare=request.bare)
    except NoEncoderError:
        return call.error("ERROR: unable to create video/avc codec instance")
    if request.verbose:
        call.print(f"Main display is {display.width}x{display.height}\nConfiguring recorder for {width}x{height}")
    return await _record(call, recording, request, to_output=to_output)


async def _record(call: Call, recording: Recording, request: Request, *, to_output: bool) -> int:
    began = time.monotonic()
    try:
        await _follow(call, recording, request, began, to_output=to_output)
    except asyncio.CancelledError:
        if call.process.signal not in ENDS_WELL:
            raise
        code = _complete(call, recording, request, began, to_output=to_output)
        if call.process.signal:
            return code
        raise
    return _complete(call, recording, request, began, to_output=to_output)


async def _follow(call: Call, recording: Recording, request: Request, began: float, *, to_output: bool) -> None:
    """Look at the screen until the time is up."""
    shown = b""
    while (at := time.monotonic() - began) < request.limit_s:
        picture = await call.device.screenshot()
        if picture != shown:
            shown = picture
            await call.device.on_display(recording.add, picture, at)
        if to_output:
            call.out.write(recording.taken())
            await call.flush()
        await asyncio.sleep(max(0.0, min(LOOK_S, request.limit_s - (time.monotonic() - began))))


def _complete(call: Call, recording: Recording, request: Request, began: float, *, to_output: bool) -> int:
    """End the file where it is due; without a wait in it, so that no second signal can cut it."""
    data = recording.finish(min(time.monotonic() - began, request.limit_s))
    if to_output:
        call.out.write(recording.taken())
        return 0
    try:
        call.device.files.write(call.path(request.path), data)
    except OSError as error:
        return call.error(f"Unable to write '{request.path}': {error.strerror}")
    return 0


COMMANDS: Final[Mapping[str, Command]] = {"screenrecord": screenrecord}
