"""droverctl device inspect and apps check against the real daemon and simulated phones."""

import json
import re
from pathlib import Path

import pytest

from drover.wire.control import Done
from drover.wire.leases import LeaseTaken, ReleaseLease, TakeLease
from tests.support.ctl import Ctl
from tests.support.daemon import DroverDaemon


@pytest.fixture
def ctl(daemon: DroverDaemon, capfd: pytest.CaptureFixture[str]) -> Ctl:
    return Ctl(daemon.runtime_dir / "control.sock", capfd)


def test_the_screen_is_saved_as_one_file(ctl: Ctl, daemon: DroverDaemon, serial: str, tmp_path: Path) -> None:
    file = tmp_path / "screen.html"
    done = ctl("device", "inspect", serial, "-o", str(file))
    assert (done.code, str(file) in done.out) == (0, True), done.err
    text = file.read_text()
    assert "data:image/png;base64,iVBOR" in text
    assert "Content-Security-Policy" in text
    data = json.loads(re.findall(r'<script type="application/json" id="data">(.*?)</script>', text, re.DOTALL)[0])
    assert data["roots"][0]["bounds"][:2] == [0, 0]
    daemon.wait_idle(serial)  # it is given back at once


def test_a_phone_in_use_is_not_disturbed(ctl: Ctl, daemon: DroverDaemon, serial: str) -> None:
    held = daemon.client.ask(TakeLease(serial=serial, label="shop bot"), LeaseTaken)
    for command in ("device", "inspect"), ("apps", "check"):
        refused = ctl(*command, serial)
        assert (refused.code, "shop bot" in refused.err) == (5, True), refused.err
        assert ctl(*command, "R58M-unknown").code == 4
    daemon.client.ask(ReleaseLease(session=held.session), Done)
    daemon.wait_idle(serial)


def test_the_screen_is_held_against_the_apps_data(ctl: Ctl, daemon: DroverDaemon, serial: str) -> None:
    (task_id,) = daemon.follow(serial, target="mina.moves", script="unfollow")  # ends on the user's profile
    assert daemon.wait_ended(task_id).status.ended
    daemon.wait_idle(serial)
    found = ctl("apps", "check", serial, "--json").json
    assert (found["screen"], found["platform"], found["language"]) == ("other_profile", "tiktok", "en")
    meanings = {match["meaning"] for match in found["matched"]}
    assert "follow" in meanings
    assert found["near"] == []
    words = ctl("apps", "check", serial).out
    assert re.search(r"^screen +other_profile$", words, re.MULTILINE)
    assert re.search(r"^Follow +follow +en +yes", words, re.MULTILINE)
    other = ctl("apps", "check", serial, "--platform", "instagram", "--json").json
    assert other["platform"] == "instagram"
    daemon.wait_idle(serial)
