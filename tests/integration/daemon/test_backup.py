"""Backups with the library as their user makes them: droverctl while a daemon works, droverd --restore elsewhere."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from drover.wire.control import BackupProgress, GetBackupProgress
from drover.wire.materials import GetMaterial, MaterialDetail
from tests.support.adb import AdbServer
from tests.support.daemon import DroverDaemon
from tests.support.media import make_picture
from tests.support.phones import wait_until

MISSING = 3
LARGE = 8_000_000_000


def ctl(daemon: DroverDaemon, *words: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "drover_ctl.main", "--socket", str(daemon.runtime_dir / "control.sock"), *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=60)


def restored(daemon: DroverDaemon, source: Path) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "drover.main", "--restore", str(source)]
    return subprocess.run(command, env=daemon.environment, capture_output=True, text=True, timeout=60)


@contextmanager
def long_to_copy(path: Path) -> Generator[None]:
    """The file, grown without content on this disk; small again before anything else reads it all."""
    size = path.stat().st_size
    os.truncate(path, LARGE)
    try:
        yield
    finally:
        os.truncate(path, size)


def test_r18_a_backup_brings_the_library_to_another_machine(adb_server: AdbServer, tmp_path: Path) -> None:
    picture = make_picture(tmp_path / "a.png")
    with DroverDaemon(adb_port=adb_server.port) as daemon:
        kept = daemon.follow("R0NEVER", target="before")
        assert ctl(daemon, "material", "add", str(picture)).returncode == 0
        made = ctl(daemon, "backup", str(tmp_path / "copy.tar"), "--json")
        assert made.returncode == 0, made.stderr
        assert {key: json.loads(made.stdout)[key] for key in ("files", "missing")} == {"files": 1, "missing": []}
        again = ctl(daemon, "backup", str(tmp_path / "copy.tar"))
        assert (again.returncode, "exists already" in again.stderr) == (5, True)
    with DroverDaemon(adb_port=adb_server.port) as other:
        assert "runs already" in restored(other, tmp_path / "copy.tar").stderr
        other.stop()
        done = restored(other, tmp_path / "copy.tar")
        assert done.returncode == 0, done.stderr
        assert "1 tasks" in done.stdout
        assert "Files of the library: 1 checked" in done.stdout
        other.start()
        assert other.task(kept[0]).id == kept[0]
        item = other.client.ask(GetMaterial(material_id=1), MaterialDetail).material
        assert Path(item.path).is_relative_to(other.data_dir)
        assert Path(item.path).read_bytes() == picture.read_bytes()


def test_r18_a_database_alone_says_what_is_missing_and_how_to_bring_it(adb_server: AdbServer, tmp_path: Path) -> None:
    picture = make_picture(tmp_path / "a.png")
    with DroverDaemon(adb_port=adb_server.port) as daemon:
        assert ctl(daemon, "material", "add", str(picture)).returncode == 0
        made = ctl(daemon, "backup", "--database-only", str(tmp_path / "copy.db"))
        assert (made.returncode, "not in it: 1 files" in made.stdout) == (0, True)
    with DroverDaemon(adb_port=adb_server.port) as other:
        other.stop()
        done = restored(other, tmp_path / "copy.db")
        assert done.returncode == MISSING, done.stderr
        assert "Missing: material 1, a.png: is not on this machine" in done.stderr
        assert f"Copy {other.data_dir}/media from the machine that has" in done.stderr
        other.start()
        # What the message says does bring it back.
        assert ctl(other, "material", "add", str(picture)).returncode == 0
        item = other.client.ask(GetMaterial(material_id=1), MaterialDetail).material
        assert Path(item.path).read_bytes() == picture.read_bytes()


def test_ctrl_c_ends_a_backup_and_leaves_no_file(adb_server: AdbServer, tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    with DroverDaemon(adb_port=adb_server.port) as daemon:
        assert ctl(daemon, "material", "add", str(make_picture(tmp_path / "a.png"))).returncode == 0
        item = daemon.client.ask(GetMaterial(material_id=1), MaterialDetail).material
        words = ["--socket", str(daemon.runtime_dir / "control.sock"), "backup", str(tmp_path / "there" / "copy.tar")]
        with long_to_copy(Path(item.path)):
            command = subprocess.Popen([sys.executable, "-m", "drover_ctl.main", *words], stderr=subprocess.PIPE)

            def under_way() -> bool:
                assert command.poll() is None, "the backup was over before it could be given up"
                return daemon.client.ask(GetBackupProgress(), BackupProgress).bytes_done > 5_000_000

            with command:
                try:
                    wait_until(under_way, what="the backup to be under way")
                    command.send_signal(signal.SIGINT)
                    command.communicate(timeout=30)
                finally:
                    command.kill()
            assert command.returncode > 0
            nothing = BackupProgress()
            wait_until(lambda: daemon.client.call(GetBackupProgress()) == nothing, what="the backup to be given up")
        assert list((tmp_path / "there").iterdir()) == []
