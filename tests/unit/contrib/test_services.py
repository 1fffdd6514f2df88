"""The files for service managers: they parse, fence the daemon in, and name what exists here."""

import configparser
import plistlib
import re
import shutil
import subprocess
from pathlib import Path

import pytest

CONTRIB = Path(__file__).parents[3] / "contrib"
SYSTEM, USER = CONTRIB / "systemd" / "drover.service", CONTRIB / "systemd" / "user" / "drover.service"
WORST_EXPOSURE = 2.5


def unit(path: Path) -> configparser.ConfigParser:
    parser = configparser.ConfigParser(strict=False, interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read_string(path.read_text())
    return parser


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed")
def test_s31_the_system_unit_is_well_fenced() -> None:
    done = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", "--no-pager", str(SYSTEM)],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    found = re.search(r"Overall exposure level for drover\.service: ([\d.]+)", done.stdout)
    assert found is not None, done.stderr
    assert float(found[1]) < WORST_EXPOSURE
    assert "Unknown" not in done.stderr


@pytest.mark.parametrize("path", [SYSTEM, USER], ids=["system", "user"])
def test_units_speak_the_daemons_protocol_and_keep_files_private(path: Path) -> None:
    service = unit(path)["Service"]
    assert service["Type"] == "notify"
    assert service["UMask"] == "0077"
    assert service["RuntimeDirectoryMode"] == "0700"
    assert service["NoNewPrivileges"] == "yes"
    assert int(service["TimeoutStopSec"]) > 60 + 5  # drain_timeout_s and what comes after it
    assert Path(service["ExecStart"].split()[0]).name == "droverd"


@pytest.mark.skipif(shutil.which("systemd-sysusers") is None, reason="systemd-sysusers is not installed")
def test_the_user_of_the_system_unit_is_made(tmp_path: Path) -> None:
    (tmp_path / "etc").mkdir()
    conf = CONTRIB / "systemd" / "sysusers.d" / "drover.conf"
    subprocess.run(["systemd-sysusers", f"--root={tmp_path}", str(conf)], check=True, capture_output=True, timeout=30)
    service = unit(SYSTEM)["Service"]
    passwd = (tmp_path / "etc" / "passwd").read_text()
    assert re.search(rf"^{service['User']}:.*:/var/lib/drover:", passwd, re.M)
    assert "plugdev" in (tmp_path / "etc" / "group").read_text()


def test_temporary_files_are_the_units_own() -> None:
    lines = (CONTRIB / "systemd" / "tmpfiles.d" / "drover.conf").read_text().splitlines()
    made = {line.split()[1]: line.split()[2] for line in lines if line.startswith("d ")}
    assert made == {"/var/lib/drover": "0700", "/run/drover": "0700", "/etc/drover": "0750"}


def test_the_agent_of_macos_is_a_good_property_list() -> None:
    agent = plistlib.loads((CONTRIB / "launchd" / "net.drover.droverd.plist").read_bytes())
    assert agent["KeepAlive"] is True
    assert agent["Umask"] == 0o077
    socket = Path(agent["EnvironmentVariables"]["DROVER_RUNTIME_DIR"]) / "control.sock"
    assert len(str(socket)) < 103


def test_every_file_for_a_service_is_named_in_the_readme() -> None:
    readme = (CONTRIB / "README.md").read_text()
    for folder in ("systemd", "launchd", "udev", "container"):
        for path in (CONTRIB / folder).rglob("*"):
            if path.is_file():
                named = path.relative_to(CONTRIB)
                assert str(named) in readme or f"{named.parent}/" in readme, named
