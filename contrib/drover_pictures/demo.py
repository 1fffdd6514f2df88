"""The picture of `make demo`: runs it, keeps what it prints and what its phones show at the end, and draws both."""

import base64
import contextlib
import io
import os
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from PIL import Image
from rich.ansi import AnsiDecoder
from rich.console import Console
from rich.style import Style
from rich.text import Text

from drover_demo.rest import fetch_json
from drover_pictures import svg

COLUMNS: Final = 100
SIZE, LETTER, LINE_HEIGHT = 11.0, 6.62, 13.0
PHONE_WIDTH, MARGIN, GAP = 180, 20.0, 40.0
DARK, PALE, DIM = "#161b22", "#e6edf3", "#8b949e"
COLOURS: Final = {1: "#ff7b72", 2: "#56d364", 6: "#79c0ff"}
"""What a terminal shows for the numbers of ANSI's red, green and cyan."""


class DemoError(Exception):
    """The demo did not succeed; the message says how it ended."""


def draw(root: Path) -> str:
    """Run the demo and draw it; it is over when this returns."""
    printed, screens = _run(root)
    return picture(excerpt(printed), screens)


def excerpt(printed: str) -> list[Text]:
    """Of what the demo printed: its steps and its results, without the progress between them."""
    lines = list(AnsiDecoder().decode(printed.replace("\r", "")))
    plain = [line.plain for line in lines]
    steps = [line for line in lines[: _find(plain, "4  tasks")] if line.plain.strip()]
    results = lines[_find(plain, "Results") : _find(plain, "exactly once") + 1]
    return [_cut(line) for line in (*steps, *results)]


def _find(lines: Sequence[str], words: str) -> int:
    for number, line in enumerate(lines):
        if words in line:
            return number
    raise DemoError(f"the demo printed no line with {words!r}:\n" + "\n".join(lines[-20:]))


def _cut(line: Text) -> Text:
    line = line.copy()
    line.truncate(COLUMNS, overflow="ellipsis")
    return line


def picture(lines: Sequence[Text], screens: Sequence[tuple[str, bytes]]) -> str:
    """The terminal above, below it the phones: each with its caption and its screen as a PNG."""
    width = COLUMNS * LETTER + 2 * MARGIN + 24
    shapes = [svg.text(MARGIN, 34, "$ make demo", size=15, bold=True)]
    high = len(lines) * LINE_HEIGHT + 24
    shapes.append(svg.rect(MARGIN, 46, width - 2 * MARGIN, high, fill=DARK, stroke=DARK))
    for number, line in enumerate(lines):
        shapes.append(_terminal_line(line, MARGIN + 12, 46 + 24 + number * LINE_HEIGHT))
    top = 46 + high + 30
    left = (width - len(screens) * PHONE_WIDTH - (len(screens) - 1) * GAP) / 2
    tallest = 0.0
    for number, (caption, png) in enumerate(screens):
        x = left + number * (PHONE_WIDTH + GAP)
        shapes.append(svg.text(x, top - 8, caption, fill=svg.GREY))
        image, height = _image(png, x, top)
        shapes += [svg.rect(x - 4, top - 3, PHONE_WIDTH + 8, height + 6, fill=DARK, stroke=DARK), image]
        tallest = max(tallest, height)
    return svg.document(width, top + tallest + MARGIN, "make demo: its table of results and its three phones", shapes)


def _terminal_line(line: Text, x: float, y: float) -> str:
    """One line in the demo's own colours; each run of letters stands at its own column."""
    parts: list[str] = []
    column = 0
    for segment in line.render(Console(width=COLUMNS, force_terminal=True, color_system="truecolor"), end=""):
        if segment.text.strip():
            lead = len(segment.text) - len(segment.text.lstrip(" "))
            place, length = x + (column + lead) * LETTER, len(segment.text.strip(" ")) * LETTER
            parts.append(_run_of_text(segment.text.strip(" "), place, y, length, segment.style))
        column += len(segment.text)
    return "\n".join(parts)


def _run_of_text(words: str, x: float, y: float, length: float, style: Style | None) -> str:
    bold = style is not None and bool(style.bold)
    number = style.color.number if style is not None and style.color is not None else None
    fill = DIM if style is not None and style.dim else COLOURS.get(number or 0, PALE)
    drawn = svg.text(x, y, words, size=SIZE, fill=fill, bold=bold)
    return drawn.replace("<text ", f'<text xml:space="preserve" font-family="{svg.MONO}" textLength="{length:.1f}" ', 1)


def _image(png: bytes, x: float, y: float) -> tuple[str, float]:
    """A screen at the width of a phone, in few colours, as a part of the picture; and its height."""
    with Image.open(io.BytesIO(png)) as screen:
        height = round(screen.height * PHONE_WIDTH / screen.width)
        small = screen.convert("RGB").resize((PHONE_WIDTH * 2, height * 2), Image.Resampling.LANCZOS)
    kept = io.BytesIO()
    small.quantize(48, dither=Image.Dither.NONE).save(kept, "PNG", optimize=True)
    data = base64.b64encode(kept.getvalue()).decode()
    return (
        f'<image x="{x:.1f}" y="{y:.1f}" width="{PHONE_WIDTH}" height="{height}" href="data:image/png;base64,{data}"/>',
        height,
    )


def _run(root: Path) -> tuple[str, list[tuple[str, bytes]]]:
    """What the demo prints on a terminal with colours, and the screens that its phones show at the end."""
    environment = {**os.environ, "FORCE_COLOR": "1", "KEEP": "1", "PYTHONUNBUFFERED": "1"}
    demo = subprocess.Popen(
        [sys.executable, "-m", "drover_demo"],
        cwd=root,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
    )
    printed: list[str] = []
    screens: list[tuple[str, bytes]] = []
    try:
        for line in demo.stdout or ():
            printed.append(line)
            if line.startswith("PHONES "):
                screens = _screens(line.split()[1])
                demo.send_signal(signal.SIGINT)
    finally:
        with contextlib.suppress(ProcessLookupError):
            demo.send_signal(signal.SIGTERM)
        code = demo.wait(timeout=60)
    if code != 0 or not screens:
        raise DemoError(f"the demo ended with {code}:\n{''.join(printed[-20:])}")
    return "".join(printed), screens


def _screens(url: str) -> list[tuple[str, bytes]]:
    phones: list[dict[str, Any]] = fetch_json(f"{url}phones")
    found: list[tuple[str, bytes]] = []
    for phone in phones:
        with urllib.request.urlopen(f"{url}phones/{phone['serial']}/screen.png", timeout=30) as answer:
            found.append((f"{phone['serial']} ({phone['model']})", answer.read()))
    return found
