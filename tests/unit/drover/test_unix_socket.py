"""Unix sockets that are one user's alone: folder, mode and lock, and what lies at the path already (S21, S22)."""

import os
import socket
import stat
import threading
from pathlib import Path

import pytest

from drover.unix_socket import MAX_PATH_BYTES, Listener, SocketPathError, check_path, peer_of
from tests.support.daemon_fixtures import short_dir

__all__ = ["short_dir"]


@pytest.fixture
def path(short_dir: Path) -> Path:
    return short_dir / "private" / "api.sock"


def listen(path: Path) -> Listener:
    return Listener.open(path, backlog=8)


def answers(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as sock:
        return sock.connect_ex(str(path)) == 0


def test_case_b9_the_mode_is_right_from_the_socket_s_creation(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """bind makes the file, and nothing may change its mode afterwards: between the two anybody could connect."""

    def refuse(*_: object) -> None:
        raise AssertionError("a mode that is put right afterwards")

    for module, name in ((os, "chmod"), (os, "fchmod"), (Path, "chmod")):
        monkeypatch.setattr(module, name, refuse)
    before = os.umask(0)
    try:
        listener = listen(path)
        assert os.umask(0) == 0  # given back
    finally:
        os.umask(before)
    try:
        assert stat.S_IMODE(path.lstat().st_mode) == 0o600
        assert stat.S_IMODE(path.parent.lstat().st_mode) == 0o700
    finally:
        listener.close()


def test_case_b9_one_process_serves_a_path_and_leaves_nothing(path: Path) -> None:
    listener = listen(path)
    with pytest.raises(SocketPathError, match=rf"served already \(pid {os.getpid()}\)"):
        listen(path)
    assert answers(path)
    listener.close()
    assert not path.exists()
    listen(path).close()


def test_case_b9_a_stale_socket_is_removed_and_what_is_not_ours_to_remove_is_not(path: Path) -> None:
    path.parent.mkdir(mode=0o700)
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(path))
    assert path.exists()  # nobody listens any more
    listener = listen(path)
    assert answers(path)
    listener.close()

    with socket.socket(socket.AF_UNIX) as another:  # alive, of a program that knows nothing of our lock
        another.bind(str(path))
        another.listen()
        with pytest.raises(SocketPathError, match="another program listens"):
            listen(path)
        assert answers(path)
    path.unlink()

    path.write_text("a file of the user's")
    with pytest.raises(SocketPathError, match="is no socket: remove it"):
        listen(path)
    assert path.read_text() == "a file of the user's"
    path.unlink()
    path.symlink_to("elsewhere")
    with pytest.raises(SocketPathError, match="is no socket"):
        listen(path)


def test_case_b9_a_socket_that_another_put_in_its_place_stays(path: Path) -> None:
    listener = listen(path)
    path.unlink()
    with socket.socket(socket.AF_UNIX) as another:
        another.bind(str(path))
        listener.close()
        assert path.exists()


def test_case_b9_a_path_that_is_too_long_is_refused_with_its_limit(short_dir: Path) -> None:
    fitting = short_dir / ("x" * (MAX_PATH_BYTES - len(str(short_dir)) - 1))
    listen(fitting.with_name(fitting.name)).close()
    with pytest.raises(SocketPathError, match=f"longer than {MAX_PATH_BYTES} bytes"):
        check_path(fitting.with_name(fitting.name + "x"))


def test_case_b9_a_folder_that_others_can_enter_is_refused(short_dir: Path) -> None:
    folder = short_dir / "open"
    folder.mkdir(mode=0o755)
    folder.chmod(0o755)
    with pytest.raises(SocketPathError, match=f"chmod 700 {folder}"):
        check_path(folder / "api.sock")
    (short_dir / "link").symlink_to(folder)
    with pytest.raises(SocketPathError, match="is a link or a file"):
        check_path(short_dir / "link" / "api.sock")


def test_s23_the_kernel_names_the_peer(path: Path) -> None:
    listener = listen(path)
    found: list[tuple[int, bool]] = []

    def accept() -> None:
        connection, _ = listener.socket.accept()
        with connection:
            peer = peer_of(connection)
            found.append((peer.uid, peer.trusted))

    thread = threading.Thread(target=accept)
    thread.start()
    assert answers(path)
    thread.join(10)
    listener.close()
    assert found == [(os.geteuid(), True)]
