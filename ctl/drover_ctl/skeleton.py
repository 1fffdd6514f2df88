"""Writes the package that `droverctl script new` gives to begin with, from the templates next to this module."""

from importlib.resources import files
from pathlib import Path
from typing import Final

from drover.wire.custom import checked_name
from drover.wire.faults import RequestError

TEMPLATES: Final = {
    "pyproject.toml": "pyproject.toml.txt",
    "{module}.py": "script.py.txt",
    "test_{module}.py": "test_script.py.txt",
}


class SkeletonError(Exception):
    """The package cannot be written; the message says why."""


def write_skeleton(name: str, folder: Path) -> list[Path]:
    """Write the files into a folder that is new or empty; their paths. Raises SkeletonError."""
    try:
        checked_name(name)
    except RequestError as error:
        raise SkeletonError(str(error)) from None
    words = {"name": name, "module": name.replace("-", "_"), "cls": "".join(map(str.title, _words(name)))}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise SkeletonError(f"{folder} is not empty; name another with --folder")
        return [_write(folder / path.format(**words), template, words) for path, template in TEMPLATES.items()]
    except OSError as error:
        raise SkeletonError(f"{folder}: {error.strerror}") from None


def _words(name: str) -> list[str]:
    return name.replace("-", "_").split("_")


def _write(path: Path, template: str, words: dict[str, str]) -> Path:
    text = files("drover_ctl").joinpath("templates", template).read_text(encoding="utf-8")
    path.write_text(text.format(**words), encoding="utf-8")
    return path
