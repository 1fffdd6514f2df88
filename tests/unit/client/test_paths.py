"""Where the sockets lie, and which directories are refused (promise S21)."""

import os
from pathlib import Path

import pytest

from drover.client import RuntimeDirError, ensure_runtime_dir, runtime_dir, socket_path


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({"DROVER_RUNTIME_DIR": "/a", "RUNTIME_DIRECTORY": "/b", "XDG_RUNTIME_DIR": "/c"}, "/a"),
        ({"RUNTIME_DIRECTORY": "/b", "XDG_RUNTIME_DIR": "/c"}, "/b"),
        ({"RUNTIME_DIRECTORY": "/run/drover:/run/other"}, "/run/drover"),
        ({"XDG_RUNTIME_DIR": "/c"}, "/c/drover"),
        ({"DROVER_RUNTIME_DIR": "", "RUNTIME_DIRECTORY": "", "XDG_RUNTIME_DIR": ""}, f"/tmp/drover-{os.getuid()}"),
        ({}, f"/tmp/drover-{os.getuid()}"),
    ],
)
def test_the_first_name_given_wins(environ: dict[str, str], expected: str) -> None:
    assert runtime_dir(environ) == Path(expected)


def test_s21_a_path_over_107_bytes_is_refused_with_what_to_do() -> None:
    fits = Path("/" + "d" * (107 - len("/control.sock") - 1))
    assert len(os.fsencode(socket_path(fits))) == 107
    with pytest.raises(RuntimeDirError, match="DROVER_RUNTIME_DIR"):
        socket_path(Path(f"{fits}d"))
    with pytest.raises(RuntimeDirError):
        socket_path(Path("/" + "ü" * 50))


def test_s21_a_directory_is_made_private(tmp_path: Path) -> None:
    made = ensure_runtime_dir(tmp_path / "run")
    assert made.stat().st_mode & 0o777 == 0o700
    assert ensure_runtime_dir(made) == made


@pytest.mark.parametrize("mode", [0o755, 0o710, 0o701])
def test_s21_an_open_directory_is_refused(tmp_path: Path, mode: int) -> None:
    tmp_path.chmod(mode)
    with pytest.raises(RuntimeDirError, match="chmod 700"):
        ensure_runtime_dir(tmp_path)


def test_s21_a_link_or_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path)
    (tmp_path / "file").touch()
    for name in ("link", "file"):
        with pytest.raises(RuntimeDirError):
            ensure_runtime_dir(tmp_path / name)


def test_s21_a_directory_of_another_user_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tmp_path.chmod(0o700)
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
    with pytest.raises(RuntimeDirError, match="belongs to user"):
        ensure_runtime_dir(tmp_path)
