"""What the doctor gathers: files and their rights, the port of adb, other people, phones and pauses."""

import os
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from drover.policy.doctor import FileFacts
from drover.supervisor.tasks import scripts
from drover.supervisor.upkeep import doctor
from drover.supervisor.upkeep.doctor import diagnose
from drover.wire.devices import PhoneCondition
from drover.wire.doctor import Finding, Level
from drover.wire.pauses import DevicePause, PauseDevice
from drover.wire.worker import PhoneTrouble
from tests.support.supervised import PHONE, Rig, Supervised

__all__ = ["rig"]

_listening: Callable[[int], tuple[str, ...]] = vars(doctor)["_listening"]
_facts: Callable[..., FileFacts] = vars(doctor)["_facts"]
_other_users: Callable[[], list[str]] = vars(doctor)["_other_users"]


@pytest.fixture
def rig(tmp_path: Path, empty_database: Path, monkeypatch: pytest.MonkeyPatch) -> Rig:
    monkeypatch.setenv("ANDROID_USER_HOME", str(tmp_path / "android"))
    return Rig(tmp_path, empty_database)


async def of(daemon: Supervised, check: str) -> list[Finding]:
    return [finding for finding in await diagnose(daemon.state) if finding.check == check]


def test_files_that_others_may_read_are_found(rig: Rig) -> None:
    key = rig.folder / "android" / "adbkey"
    key.parent.mkdir()

    async def scene(daemon: Supervised) -> None:
        assert {finding.level for finding in await of(daemon, "data")} == {Level.OK}
        assert all(finding.level is Level.OK for finding in await of(daemon, "adb key"))  # none is fine
        rig.config.data_dir.chmod(0o755)
        (rig.config.data_dir / "drover.db").chmod(0o644)
        key.write_text("")
        key.chmod(0o644)
        for check, path in (
            ("data", rig.config.data_dir),
            ("database", rig.config.data_dir / "drover.db"),
            ("adb key", key),
        ):
            (found,) = await of(daemon, check)
            assert (found.level is not Level.OK, found.subject, "chmod" in found.fix) == (True, str(path), True), check

    rig.play(scene)


def test_a_file_that_is_not_there_and_one_of_ours_are_told_apart(tmp_path: Path) -> None:
    assert _facts("data", tmp_path / "no", 0o700).mode is None
    tmp_path.chmod(0o750)
    found = _facts("data", tmp_path, 0o700)
    assert (found.mode, found.ours) == (0o750, True)


def test_phones_and_pauses_are_looked_at_as_they_are_now(rig: Rig) -> None:
    async def scene(daemon: Supervised) -> None:
        daemon.reports.on_message(PHONE, PhoneTrouble(why="locked; unlock it", condition=PhoneCondition.LOCKED))
        await daemon.ask(PauseDevice(serial=PHONE, reason="swollen"), DevicePause)
        daemon.state.core.tallies.malformed += 3
        found = await diagnose(daemon.state)
        assert any(one.subject == PHONE and "locked" in one.found and one.level is not Level.OK for one in found)
        assert any("swollen" in one.found + one.fix for one in found)
        assert any("3" in one.found and "dropped" in one.found + one.check for one in found)
        (adb,) = (one for one in found if one.check == "adb server")
        assert (adb.level is Level.OK, adb.subject) == (False, "127.0.0.1:1")

    rig.play(scene)


def test_it_waits_for_the_zygote_to_tell_which_plugins_there_are(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    looked_for = scripts.Scripts.looked_for

    async def noted(self: scripts.Scripts, name: str = "") -> None:
        asked.append(name)
        await looked_for(self, name)

    async def scene(daemon: Supervised) -> None:
        monkeypatch.setattr(scripts.Scripts, "looked_for", noted)
        await diagnose(daemon.state)
        assert asked == [""]

    rig.play(scene)


def test_the_addresses_on_which_a_port_listens() -> None:
    with socket.socket() as first, socket.socket() as second:
        first.bind(("127.0.0.1", 0))
        first.listen()
        port = first.getsockname()[1]
        second.connect(("127.0.0.1", port))  # a connection to it is no listener
        assert _listening(port) == ("127.0.0.1",)
    assert _listening(port) == ()


def test_the_daemons_own_user_is_no_other_one() -> None:
    import pwd

    assert pwd.getpwuid(os.geteuid()).pw_name not in _other_users()
