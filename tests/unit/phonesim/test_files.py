"""The file system by itself: links, places that may be written, contents kept once."""

import pytest

from phonesim.files import Blob, FileSystem, new_phone


@pytest.fixture
def files() -> FileSystem:
    return new_phone()


def test_contents_that_are_equal_are_kept_once() -> None:
    data = b"u2.jar" * 10_000
    assert Blob.of(data) is Blob.of(bytes(bytearray(data)))
    assert Blob.of(data) is not Blob.of(data + b"!")


def test_a_circle_of_links_is_an_error(files: FileSystem) -> None:
    files.link("/data/local/tmp/b", "/data/local/tmp/a")
    files.link("/data/local/tmp/a", "/data/local/tmp/b")
    with pytest.raises(OSError, match="Too many symbolic links"):
        files.read("/data/local/tmp/a")


def test_writing_through_a_link_changes_what_it_points_to(files: FileSystem) -> None:
    files.write("/sdcard/target", b"old")
    files.link("/sdcard/target", "/data/local/tmp/link")
    files.write("/data/local/tmp/link", b"new")
    assert files.read("/storage/emulated/0/target") == b"new"
    assert files.find("/data/local/tmp/link", follow=False).target == "/sdcard/target"


def test_dots_never_lead_out_of_what_may_be_written(files: FileSystem) -> None:
    with pytest.raises(OSError, match="Read-only"):
        files.write("/data/local/tmp/../../../system/x", b"")


def test_a_file_is_no_folder(files: FileSystem) -> None:
    files.write("/sdcard/f", b"")
    with pytest.raises(NotADirectoryError):
        files.write("/sdcard/f/g", b"")
    with pytest.raises(IsADirectoryError):
        files.write("/sdcard/DCIM", b"")
    with pytest.raises(FileExistsError):
        files.make_folder("/sdcard/f", parents=True)
