"""The runtime directory: private, single, cleared only by its holder (S21, S22); the lock of the data."""

import errno
import fcntl
import os
from pathlib import Path

import pytest

from drover.client.errors import RuntimeDirError
from drover.supervisor.app.runtime_dir import AlreadyRunningError, DataDir, RuntimeDir


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


def test_case_b6_the_data_of_a_daemon_is_locked_by_whatever_path_it_is_named(tmp_path: Path) -> None:
    first = DataDir.claim(tmp_path / "data")
    assert (tmp_path / "data").stat().st_mode & 0o777 == 0o700
    (tmp_path / "link").symlink_to(tmp_path / "data")
    for name in ("data", "link"):
        with pytest.raises(AlreadyRunningError, match=rf"another droverd \(pid {os.getpid()}\) works on the data of"):
            DataDir.claim(tmp_path / name)
    first.release()
    DataDir.claim(tmp_path / "link").release()


def test_case_b6_runtime_and_data_may_be_one_folder(tmp_path: Path) -> None:
    runtime = RuntimeDir.claim(tmp_path / "both")
    DataDir.claim(tmp_path / "both").release()
    runtime.release()


def test_case_b6_a_holder_on_another_host_is_named_with_it(tmp_path: Path) -> None:
    first = DataDir.claim(tmp_path)
    (tmp_path / "data.lock").write_text("17 attic\n")
    with pytest.raises(AlreadyRunningError, match="pid 17 on attic"):
        DataDir.claim(tmp_path)
    first.release()


def test_case_b6_a_file_system_without_locks_is_refused_with_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def none(_file: object, _operation: int) -> None:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr(fcntl, "flock", none)
    with pytest.raises(RuntimeDirError, match=r"has no locks .* put it on a local disk"):
        DataDir.claim(tmp_path)


def test_case_b6_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(RuntimeDirError, match="cannot be used as data_dir"):
        DataDir.claim(tmp_path / "file" / "data")
