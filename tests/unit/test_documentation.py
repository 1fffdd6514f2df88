"""The documentation: links lead somewhere, named files exist, commands can be typed as they are written."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import click
import pytest

from drover.main import main as droverd
from drover.wire.faults import Code
from drover_ctl.main import cli
from drover_shim.main import main as shim
from drover_shim.routes import ROUTES

ROOT: Final = Path(__file__).parents[2]
FOLDERS: Final = ("", "daemon", "shim", "ctl", "contrib", "tests")
PAGES: Final = sorted(
    page
    for folder in FOLDERS
    for page in ((ROOT / folder).rglob("*.md") if folder else ROOT.glob("*.md"))
    if ".demo" not in page.parts
)
LONGEST_README: Final = 110

LINK: Final = re.compile(r"(?<!`)\[[^\]]*\]\(([^)\s]+)\)")
HEADING: Final = re.compile(r"^#+ +(.+)$", re.M)
CODE: Final = re.compile(r"`([^`\n]+)`")
FILE: Final = re.compile(r"[\w./-]+\.(?:py|toml|md|service|rules|html|plist|svg)")
CODE_SUFFIXES: Final = {".py", ".toml", ".js", ".sh", ".service", ".txt"}
COMMANDS: Final[dict[str, click.Command]] = {"droverctl": cli, "droverd": droverd, "drover-shim": shim}


def name(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


pages = pytest.mark.parametrize("page", PAGES, ids=name)


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    titles = (re.sub(r"[^\w\- ]", "", title.replace("`", "")) for title in HEADING.findall(page.read_text()))
    return {title.strip().lower().replace(" ", "-") for title in titles}


@pages
def test_links_lead_somewhere(page: Path) -> None:
    for target in LINK.findall(page.read_text()):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        there = (page.parent / path).resolve() if path else page
        assert there.exists(), target
        if anchor:
            assert anchor in anchors(there), target


SOURCES: Final = [path for folder in FOLDERS[1:] for path in (ROOT / folder).rglob("*.*") if ".venv" not in path.parts]


def is_there(file: str, page: Path, named: set[Path]) -> bool:
    """Whether the page may mean a file by this name: next to it or to one it `named`, a test, a path's end."""
    bases = (page.parent, page.parent.parent, ROOT, *(path.parent for path in named))
    found = [base / file for base in bases if (base / file).exists()] or [
        path
        for path in SOURCES
        if path.as_posix().endswith(f"/{file}")
        and ("/" in file or page.parent in path.parents or path.name.startswith("test_"))
    ]
    named.update(found)
    return bool(found)


GIVEN: Final = {"report.py", "sitecustomize.py", "screen.html", "pyproject.toml"}
"""Files that a reader has, or that an example makes."""


@pages
def test_files_that_a_page_names_exist(page: Path) -> None:
    if page.name == "CHANGELOG.md":
        return
    named: set[Path] = set()
    for code in CODE.findall(page.read_text()):
        for file in FILE.findall(code):
            made_up = file.startswith(("/", "./", "~", "-")) or Path(file).name in GIVEN or "vN" in file or "NN" in file
            assert made_up or is_there(file, page, named), file


def commands(page: Path) -> Iterator[list[str]]:
    """The words of each command of ours in the page's text and indented blocks, without comments."""
    for code in CODE.findall(page.read_text()):
        if code.startswith("droverctl ") and not re.search(r"[|…]|\.\.\.", code):
            yield code.split()
    for line in page.read_text().splitlines():
        if not line.startswith("    "):
            continue
        text = line.strip().removeprefix("$ ").split(" #")[0].split("; echo")[0]
        text = text.removeprefix("TOKEN=$(").removesuffix(")") if text.startswith("TOKEN=$(") else text
        program, _, rest = text.partition(" ")
        if Path(program).name in COMMANDS and not rest.startswith((":", "─")):
            try:
                words = shlex.split(re.sub(r"\$\([^)]*\)", "VALUE", rest))
            except ValueError:  # a line of output
                continue
            yield [Path(program).name, *words]


@pages
def test_commands_can_be_typed_as_they_are_written(page: Path) -> None:
    for program, *words in commands(page):
        command = COMMANDS[program]
        context = click.Context(command)
        while words and isinstance(command, click.Group):
            known, words = options_of(command, words), drop_options(command, words)
            assert known, words
            chosen = command.get_command(context, words[0]) if words else None
            assert chosen is not None, f"{program}: no command {words[:1]}"
            command, words = chosen, words[1:]
        unknown = [word for word in before_separator(words) if word.startswith("--") and not takes(command, word)]
        assert unknown == [], f"{program} {command.name}"


def before_separator(words: list[str]) -> list[str]:
    return words[: words.index("--")] if "--" in words else words


def takes(command: click.Command, word: str) -> bool:
    names = {option for param in command.params for option in (*param.opts, *param.secondary_opts)}
    return word.split("=")[0] in names


def options_of(command: click.Command, words: list[str]) -> bool:
    """Whether the options that stand before the subcommand are the command's."""
    return not words or not words[0].startswith("-") or takes(command, words[0])


def drop_options(command: click.Command, words: list[str]) -> list[str]:
    while words and words[0].startswith("-"):
        flag = any(words[0] in param.opts and getattr(param, "is_flag", False) for param in command.params)
        words = words[1 if flag else 2 :]
    return words


def test_the_api_page_names_every_route_and_no_other() -> None:
    page = (ROOT / "shim" / "README.md").read_text()
    cells = [line.split("|")[1] for line in page.splitlines() if line.startswith("| `") and " | " in line]
    there = {re.sub(r"<\w+>", "{}", route.path) for route in ROUTES if not route.path.startswith("/docs/")}
    paths = {path for cell in cells for path in re.findall(r"(?:GET|POST|PUT|PATCH|DELETE|`) ?(/[\w/{}-]+)", cell)}
    named = {re.sub(r"{\w+}", "{}", path) for path in paths}
    assert named - there == set(), "no such route"
    unnamed = {path for path in there - named if f"`GET {path}`" not in page and f"`{path}`" not in page}
    assert unnamed == set(), "a route that the page does not name"


def test_the_api_page_explains_every_code() -> None:
    page = (ROOT / "shim" / "README.md").read_text()
    assert [code for code in Code if not re.search(rf"\b{code.value}\b", page)] == []


NAME: Final = re.compile(r"^(?:\w+\.)*(?:[A-Z][a-z0-9]+[A-Z]\w*|\w+_\w+|\w+(?=\())(?:\(.*\))?$")
"""What is written like a class, a function or a constant: `PhoneReady`, `device_of`, `Phone.ready()`."""
PATTERN: Final = re.compile(r"_[A-Z]|_$")
"""Names with a part that differs: `shop_SERIAL`, `test_r05_`."""


def test_names_that_pages_of_the_code_use_are_in_the_code() -> None:
    source = "\n".join(path.read_text(errors="replace") for path in SOURCES if path.suffix in CODE_SUFFIXES)
    words = set(re.findall(r"\w+", source))
    missing = {
        f"{name(page)}: {code}"
        for page in PAGES
        for code in CODE.findall(page.read_text())
        if NAME.match(code) and page.name != "CHANGELOG.md" and not PATTERN.search(code)
        if code.split("(")[0].rpartition(".")[2] not in words
    }
    assert missing == set()


def test_make_targets_that_pages_name_exist() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.M))
    for page in PAGES:
        assert set(re.findall(r"`make ([a-z]+)", page.read_text())) <= targets, name(page)


def test_the_readme_opens_with_what_drover_does_and_a_picture_of_it() -> None:
    lines = (ROOT / "README.md").read_text().splitlines()
    assert len(lines) <= LONGEST_README
    first = next(number for number, line in enumerate(lines) if line.startswith("!["))
    assert [bool(line) for line in lines[:first]] == [True, False, *[True] * 5, False]


def test_every_package_has_a_page() -> None:
    packages = [path for path in (ROOT / "daemon" / "drover").iterdir() if (path / "__init__.py").exists()]
    without = [path.name for path in packages if not (path / "README.md").exists()]
    assert without == []
    for folder in (ROOT / "daemon", ROOT / "shim", ROOT / "ctl", ROOT / "contrib", ROOT / "tests"):
        assert (folder / "README.md").is_file()
