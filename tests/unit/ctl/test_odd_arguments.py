"""Every argument and option of every command, with values that no shell forbids: words, and never a traceback."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from drover_ctl.main import cli
from tests.support.ctl import COMMAND, Ctl, on_terminal
from tests.support.media import make_picture
from tests.unit.ctl.conftest import A

ODD = {
    "not UTF-8": os.fsdecode(b"caf\xe9.mp4"),
    "a folder not UTF-8": os.fsdecode(b"/srv/\xff\xfe/a"),
    "JSON not UTF-8": os.fsdecode(b'{"captions": "caf\xe9", "material_list": ["/srv/\xff.mp4"]}'),
    "a lone surrogate in JSON": r'{"captions": "\ud800", "target_users": ["\udce9"]}',
    "a huge number in JSON": '{"captions": 1' + "0" * 5000 + "}",
    "a large number in JSON": '{"image_count": 36893488147419103232}',
    "no number in JSON": '{"image_count": NaN, "volume": Infinity}',
    "deep JSON": '{"captions": ' + "[" * 100_000 + "]" * 100_000 + "}",
    "a huge number": "9" * 5000,
    "a large number": str(2**65),
    "no number": "nan",
    "infinite": "inf",
    "minus": "-1",
    "long": "x" * 100_000,
    "control characters": "a\x1b[2J\r\n\x85\u202eb",
    "empty": "",
    "a line": "\n",
    "a dot": ".",
    "a device": "/dev/null",
    "a memory that cannot be read": "/proc/self/mem",
    "nowhere": "/nowhere/at/all",
}
USUAL: dict[type, str] = {click.types.IntParamType: "1", click.types.IntRange: "1", click.types.FloatRange: "1"}


def leaves(group: click.Group, *path: str) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from leaves(command, *path, name)
        else:
            yield (*path, name), command


def taken(parameter: click.Parameter) -> bool:
    return not (isinstance(parameter, click.Option) and parameter.is_flag) and parameter.name != "help"


PLACES = [
    pytest.param(path, parameter, id=f"{' '.join(path)} {parameter.name}")
    for path, command in leaves(cli)
    for parameter in command.params
    if taken(parameter) and parameter.name != "json"
]


def line(path: tuple[str, ...], command: click.Command, odd: click.Parameter, value: str) -> list[str]:
    """The command with that value, and with usual ones for what else it needs."""
    options, arguments = list[str](), list[str]()
    for parameter in command.params:
        if not taken(parameter) or not (parameter is odd or parameter.required):
            continue
        if parameter is not odd:
            text = USUAL.get(type(parameter.type), A)
            text = parameter.type.choices[0] if isinstance(parameter.type, click.Choice) else text
        else:
            text = value
        if isinstance(parameter, click.Option):
            options.append(f"{parameter.opts[-1]}={text}" if parameter.opts[-1].startswith("--") else f"-n{text}")
        else:
            arguments.append(text)
    return [*path, *options, "--", *arguments]


def found(path: tuple[str, ...]) -> click.Command:
    return dict(leaves(cli))[path]


@pytest.mark.parametrize(("path", "parameter"), PLACES)
def test_case_t2_no_argument_ends_in_a_traceback(
    ctl: Ctl, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: tuple[str, ...], parameter: click.Parameter
) -> None:
    monkeypatch.chdir(tmp_path)
    broken = [what for what, value in ODD.items() if not ends_in_words(ctl, line(path, found(path), parameter, value))]
    assert broken == []


def ends_in_words(ctl: Ctl, words: list[str]) -> bool:
    """Whether the command ends with a code of the table, in text and as JSON, and says something where it is not 0."""
    try:
        runs = [ctl(*words), ctl("--json", *words)]
    except Exception as error:
        print(ascii(error))
        return False
    return all(run.code in range(7) and (run.code == 0 or run.err or run.out) for run in runs)


def test_case_t2_a_file_that_is_not_utf8_is_left_out_of_a_folder_and_named(ctl: Ctl, tmp_path: Path) -> None:
    make_picture(tmp_path / "good.png")
    (tmp_path / os.fsdecode(b"caf\xe9.png")).write_bytes((tmp_path / "good.png").read_bytes())
    run = ctl("material", "add", str(tmp_path))
    assert run.code == 0
    assert f"skipped {tmp_path}/caf\\xe9.png: has a name that is not UTF-8; rename it" in run.lines
    assert run.lines[-1] == "1 added, 0 there already, 1 skipped"
    (skipped,) = ctl("material", "add", str(tmp_path), "--json").json["skipped"]
    assert os.fsencode(skipped["path"]).endswith(b"caf\xe9.png")


def test_case_t2_a_process_with_pipes_and_with_a_terminal_shows_the_name(ctl: Ctl) -> None:
    """As a shell starts it: bytes, and standard output as Python opens it."""
    missing = b"/nowhere/caf\xe9.png"
    for environment in ({"LC_ALL": "C.UTF-8"}, {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}):
        done = subprocess.run(
            [*COMMAND, "device", "show", missing, "--socket", ctl.socket],
            capture_output=True, env={**os.environ, **environment}, timeout=30, check=False,
        )  # fmt: skip
        assert done.returncode == 2, done
        assert done.stderr == b"droverctl: /nowhere/caf\\xe9.png: is not UTF-8\n"
    shown = on_terminal(ctl.socket, "material", "add", os.fsdecode(missing))
    assert shown.code == 2
    assert "Traceback" not in shown.out


@pytest.mark.parametrize("words", ["material add", "task show", "device show", "script new --folder", ""])
def test_case_t2_completing_a_word_that_is_not_utf8_says_nothing(
    ctl: Ctl, monkeypatch: pytest.MonkeyPatch, words: str
) -> None:
    monkeypatch.setenv("_DROVERCTL_COMPLETE", "bash_complete")
    monkeypatch.setenv("COMP_WORDS", f"droverctl {words} {ODD['not UTF-8']}")
    monkeypatch.setenv("COMP_CWORD", str(len(words.split()) + 1))
    run = ctl()
    assert run.err == ""
    assert "caf" not in run.out
