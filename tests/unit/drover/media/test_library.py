"""The library's files: uploads on their way, copies by content, and what a crash leaves behind."""

import os
import shutil
import stat
from pathlib import Path

import pytest

from drover.media import library as room
from drover.media.files import MediaError
from drover.media.library import LibraryFolder, NoSpaceError
from tests.support.media import make_picture


@pytest.fixture
def folder(tmp_path: Path) -> LibraryFolder:
    made = LibraryFolder(tmp_path / "media")
    made.prepare()
    return made


def upload(folder: LibraryFolder, source: Path) -> str:
    token, path = folder.place(source.stat().st_size)
    shutil.copy(source, path)
    return token


def test_s28_folders_and_files_are_private_from_creation(tmp_path: Path) -> None:
    old = os.umask(0)
    try:
        folder = LibraryFolder(tmp_path / "media")
        folder.prepare()
        token = upload(folder, make_picture(tmp_path / "a.png"))
        copy = folder.copies / folder.take(token, "ab" * 32, "image/png", b"small")
    finally:
        os.umask(old)
    for path in (folder.root, folder.incoming, folder.copies, folder.thumbnails, copy.parent):
        assert stat.S_IMODE(path.stat().st_mode) == 0o700, path
    for path in (copy, folder.thumbnail_path("ab" * 32)):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path


def test_an_upload_is_taken_by_its_content_and_removed_again(folder: LibraryFolder, tmp_path: Path) -> None:
    source = make_picture(tmp_path / "a.png")
    token = upload(folder, source)
    with folder.open_upload(token, "holiday.png") as file:
        assert file.handle.read() == source.read_bytes()
    assert folder.take(token, "ab" * 32, "image/png", b"small") == f"ab/{'ab' * 32}.png"
    assert folder.copy_path("ab" * 32, "image/png").read_bytes() == source.read_bytes()
    assert list(folder.incoming.iterdir()) == []
    folder.remove("ab" * 32, "image/png")
    assert not folder.copy_path("ab" * 32, "image/png").exists()
    assert not folder.thumbnail_path("ab" * 32).exists()


@pytest.mark.parametrize("token", ["", "..", "../../drover.db", "A" * 32, "0" * 31, "0" * 32 + "/x"])
def test_s14_tokens_are_ours(folder: LibraryFolder, token: str) -> None:
    outside = folder.root / "drover.db"
    outside.write_bytes(b"x")
    with pytest.raises(MediaError, match="token"):
        folder.open_upload(token, "a.png")
    folder.drop_upload(token)
    assert outside.exists()


def test_an_upload_that_is_a_link_is_refused(folder: LibraryFolder, tmp_path: Path) -> None:
    token, path = folder.place(10)
    path.symlink_to(make_picture(tmp_path / "a.png"))
    with pytest.raises(MediaError, match=r"^a\.png: "):
        folder.open_upload(token, "a.png")


def test_what_a_crash_leaves_is_removed_and_a_moved_library_is_not(folder: LibraryFolder, tmp_path: Path) -> None:
    kept = folder.take(upload(folder, make_picture(tmp_path / "a.png")), "ab" * 32, "image/png", b"small")
    folder.take(upload(folder, make_picture(tmp_path / "b.png")), "cd" * 32, "image/png", b"small")
    upload(folder, tmp_path / "a.png")
    moved = LibraryFolder(tmp_path / "elsewhere")
    folder.root.rename(moved.root)
    moved.prepare()
    assert list(moved.incoming.iterdir()) == []
    assert moved.remove_strangers({kept}) == 1
    assert moved.copy_path("ab" * 32, "image/png").exists()
    assert not moved.copy_path("cd" * 32, "image/png").exists()
    assert not moved.thumbnail_path("cd" * 32).exists()


def test_old_uploads_are_swept_and_fresh_ones_are_not(folder: LibraryFolder, tmp_path: Path) -> None:
    source = make_picture(tmp_path / "a.png")
    old, fresh = upload(folder, source), upload(folder, source)
    os.utime(folder.incoming / old, (0, 0))
    folder.place(1)
    assert [path.name for path in folder.incoming.iterdir()] == [fresh]


def test_a_full_disk_takes_no_upload(folder: LibraryFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "RESERVE_BYTES", 2**60)
    with pytest.raises(NoSpaceError, match="make room"):
        folder.place(1)
