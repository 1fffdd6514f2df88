"""droverctl script, device inspect and apps check: what is asked, printed and written."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from drover.wire.custom import AddScript, CommandSpec, PluginSheet
from drover.wire.devices import DeviceState
from drover.wire.screens import LabelMatch, NearMiss, ScreenCheck
from tests.support.control import FakeDaemon
from tests.support.ctl import Ctl
from tests.unit.ctl.conftest import A, B


def test_a_command_is_added_listed_and_removed(ctl: Ctl, fake: FakeDaemon) -> None:
    added = ctl("script", "add", "warm", "--platform", "tiktok", "--timeout", "60", "--retry-safe",
                "--summary", "warms up", "--", "/bin/sh", "-c", "exit 0", "--fast")  # fmt: skip
    assert added.out == "warm runs /bin/sh -c exit 0 --fast\n", added.err
    assert fake.requests[-1].body == AddScript(
        script_name="warm",
        spec=CommandSpec(
            command=["/bin/sh", "-c", "exit 0", "--fast"],
            platform="tiktok",
            timeout_s=60.0,
            retry_safe=True,
            summary="warms up",
        ),
    )
    assert ctl("script", "add", "warm", "--", "/bin/sh").code == 5
    assert ctl("script", "add", "warm", "--replace", "--", "/bin/sh").code == 0
    lines = ctl("script", "list").lines
    assert lines[1].split()[1] == "built_in"
    assert lines[-1].split()[:2] == ["warm", "command"]
    (row,) = [row for row in ctl("script", "list", "--json").json if row["name"] == "warm"]
    assert row["command"] == ["/bin/sh"]
    assert ctl("script", "remove", "warm").out == "warm is forgotten\n"
    assert ctl("script", "remove", "warm").code == 4
    assert ctl("script", "add", "follow", "--", "/bin/sh").code == 5
    assert ctl("script", "add", "warm", "--", "no-such-program").code in (1, 2)
    assert ctl("script", "add", "warm").code == 2


def test_a_relative_program_is_the_one_next_to_us(
    ctl: Ctl, fake: FakeDaemon, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "run me.sh"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    monkeypatch.chdir(tmp_path)
    assert ctl("script", "add", "mine", "--", "./run me.sh", "./x").code == 0
    body = fake.requests[-1].body
    assert isinstance(body, AddScript)
    assert body.spec.command == [str(program), "./x"]


def test_a_plugin_that_cannot_run_says_why(ctl: Ctl, fake: FakeDaemon) -> None:
    fake.model.plugins["report"] = PluginSheet(name="report", origin="report 1.0", fault="cannot be imported: x")
    assert "cannot run: cannot be imported: x" in ctl("script", "list").out


def test_the_skeleton_is_a_package_whose_test_passes(ctl: Ctl, tmp_path: Path) -> None:
    folder = tmp_path / "word-count"
    written = ctl("script", "new", "word-count", "--folder", str(folder))
    assert (written.code, "pip install" in written.out) == (0, True), written.err
    assert sorted(path.name for path in folder.iterdir()) == ["pyproject.toml", "test_word_count.py", "word_count.py"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-c", os.devnull, "--rootdir", ".", "."],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
    )
    assert (done.returncode, "2 passed" in done.stdout) == (0, True), done.stdout
    assert "is not empty" in ctl("script", "new", "word-count", "--folder", str(folder)).err
    assert ctl("script", "new", "post").code == 2
    assert ctl("script", "new", "../up", "--folder", str(tmp_path / "x")).code == 2
    assert not (tmp_path / "x").exists()


def test_a_phone_is_inspected_and_given_back(ctl: Ctl, fake: FakeDaemon, tmp_path: Path) -> None:
    picture = tmp_path / "shot.png"
    picture.write_bytes(b"\x89PNG picture")
    fake.model.screenshot_path = str(picture)
    fake.model.hierarchy = b'<hierarchy><node class="B" text="&lt;img onerror=1&gt;" bounds="[0,0][9,9]"/></hierarchy>'
    file = tmp_path / "out.html"
    assert ctl("device", "inspect", A, "-o", str(file)).out == f"wrote {file}; open it in a browser\n"
    assert "<img onerror" not in file.read_text()
    assert "\\u003cimg onerror=1\\u003e" in file.read_text()
    assert fake.model.leases == {}
    assert ctl("device", "inspect", B, "-o", str(file)).code == 5
    fake.model.hierarchy = b"not xml at all"
    broken = ctl("device", "inspect", A, "-o", str(file))
    assert (broken.code, "cannot be read" in broken.err) == (1, True)
    fake.model.hierarchy = b"<hierarchy/>"
    assert "No such file" in ctl("device", "inspect", A, "-o", str(tmp_path / "no" / "such.html")).err
    assert fake.model.leases == {}


def test_a_screen_is_named(ctl: Ctl, fake: FakeDaemon) -> None:
    fake.model.screen_check = ScreenCheck(
        serial="",
        platform="tiktok",
        packages=["com.zhiliaoapp.musically"],
        screen="unknown",
        language="en",
        matched=[LabelMatch(meaning="follow", language="en", written="Follow", bounds=(1, 2, 3, 4), tappable=True)],
        missing=["following"],
        near=[NearMiss(screen="inbox", holds=["shape:tab_bar"], missing=["tab:tab_inbox"], hindered=["label:x"])],
        strange=["Frobnicate"],
    )
    shown = ctl("apps", "check", A)
    assert shown.code == 0, shown.err
    for words in ("unknown", "inbox: missing tab:tab_inbox; must not be there: label:x", "“Frobnicate”", "1,2,3,4"):
        assert words in shown.out
    data = ctl("apps", "check", A, "--json", "--platform", "instagram").json
    assert (data["serial"], data["platform"], data["matched"][0]["bounds"]) == (A, "instagram", [1, 2, 3, 4])
    assert fake.model.devices[A].state is DeviceState.IDLE
