"""The runtime directory: private, single, and cleared only by the holder of the lock (S21, S22)."""

from pathlib import Path

import pytest

from drover.client.errors import RuntimeDirError
from drover.supervisor.runtime import AlreadyRunningError, RuntimeDir


def test_s21_directory_is_made_private(tmp_path: Path) -> None:
    runtime = RuntimeDir.claim(tmp_path / "run")
    assert (tmp_path / "run").stat().st_mode & 0o777 == 0o700
    runtime.release()


def test_s21_open_directory_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "run"
    path.mkdir(mode=0o700)
    path.chmod(0o755)
    with pytest.raises(RuntimeDirError, match="chmod 700"):
        RuntimeDir.claim(path)


def test_s21_path_too_long_for_a_socket_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RuntimeDirError, match="107 bytes"):
        RuntimeDir.claim(tmp_path / ("x" * 120))


def test_s22_second_claim_is_refused_and_leaves_the_sockets(tmp_path: Path) -> None:
    path = tmp_path / "run"
    runtime = RuntimeDir.claim(path)
    runtime.control_socket.touch()
    with pytest.raises(AlreadyRunningError, match="runs already"):
        RuntimeDir.claim(path)
    assert runtime.control_socket.exists()
    runtime.release()


def test_s22_stale_sockets_are_removed_by_the_next_holder(tmp_path: Path) -> None:
    path = tmp_path / "run"
    path.mkdir(mode=0o700)
    (path / "control.sock").touch()
    (path / "workers.sock").touch()
    runtime = RuntimeDir.claim(path)
    assert not runtime.control_socket.exists()
    runtime.release()
    RuntimeDir.claim(path).release()
