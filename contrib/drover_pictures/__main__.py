"""Draws the pictures of contrib/pictures again: `python -m drover_pictures [NAME ...]`."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final

from drover_pictures import demo, packages, processes
from drover_pictures.source import Source, SourceError

ROOT: Final = Path(__file__).parents[2]
FOLDER: Final = ROOT / "contrib" / "pictures"

DRAWN_FROM_CODE: Final[dict[str, Callable[[Source], str]]] = {
    "packages": packages.draw,
    "supervisor": packages.draw_supervisor,
    "processes": processes.draw,
}


def main(names: list[str]) -> int:
    """Draw the named pictures, or those that are drawn from the code; the exit code is 1 where that fails."""
    unknown = set(names) - {*DRAWN_FROM_CODE, "demo"}
    if unknown:
        print(f"no such picture: {', '.join(sorted(unknown))}; there are {', '.join([*DRAWN_FROM_CODE, 'demo'])}")
        return 2
    try:
        for name in names or DRAWN_FROM_CODE:
            _write(name, demo.draw(ROOT) if name == "demo" else DRAWN_FROM_CODE[name](Source(ROOT)))
    except (SourceError, demo.DemoError) as error:
        print(error)
        return 1
    return 0


def _write(name: str, drawn: str) -> None:
    path = FOLDER / f"{name}.svg"
    path.write_text(drawn, encoding="utf-8")
    print(f"{path.relative_to(ROOT)}: {len(drawn.encode()) / 1000:.0f} kB")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
