"""Media files that a request names: promise S13 with its corpus."""

import os
import socket
import stat
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from drover.media import files
from drover.media.files import MediaError, content_type, open_named
from drover.wire.media import MediaKind
from tests.support.media import make_picture, make_video


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "media"
    folder.mkdir()
    return folder


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    """A good picture that lies outside the root."""
    return make_picture(tmp_path / "secret.png")


def refused(named: str, *roots: Path) -> str:
    """The message; whatever is refused is refused within a second and leaves no descriptor behind."""
    before, began = len(os.listdir("/proc/self/fd")), time.monotonic()
    with pytest.raises(MediaError) as caught:
        open_named(named, roots)
    assert time.monotonic() - began <= 1.0
    assert len(os.listdir("/proc/self/fd")) == before
    return str(caught.value)


@pytest.mark.parametrize(
    ("name", "media_type"),
    [("a.mp4", "video/mp4"), ("a.mov", "video/quicktime"), ("a.webm", "video/webm")],
)
def test_a_video_is_told_by_its_content(root: Path, name: str, media_type: str) -> None:
    path = make_video(root / name, seconds=1)
    with open_named(str(path), [root]) as file:
        assert (file.kind, file.media_type, file.size) == (MediaKind.VIDEO, media_type, path.stat().st_size)
        assert file.handle.read() == path.read_bytes()
        assert file.file.path == str(path.resolve())


@pytest.mark.parametrize(
    ("name", "media_type"),
    [("a.jpg", "image/jpeg"), ("a.JPEG", "image/jpeg"), ("a.png", "image/png"), ("a.webp", "image/webp")],
)
def test_a_picture_is_told_by_its_content(root: Path, name: str, media_type: str) -> None:
    with open_named(str(make_picture(root / name)), [root]) as file:
        assert (file.kind, file.media_type) == (MediaKind.IMAGE, media_type)


def test_s13_dots_do_not_lead_out(root: Path, outside: Path) -> None:
    (root / "sub").mkdir()
    for named in (f"{root}/../secret.png", f"{root}/sub/../../secret.png", f"{root}/./../secret.png", f"{root}/.."):
        assert "outside" in refused(named, root)
    inside = make_picture(root / "a.png")
    open_named(f"{root}/sub/../a.png", [root]).close()  # what stays inside is only another spelling
    assert inside.exists()


def test_s13_links_count_as_where_they_lead(root: Path, outside: Path) -> None:
    (root / "out.png").symlink_to(outside)
    (root / "folder").symlink_to(outside.parent)
    (root / "loop.png").symlink_to(root / "loop.png")
    (root / "in.png").symlink_to(make_picture(root / "real.png"))
    assert "outside" in refused(str(root / "out.png"), root)
    assert "outside" in refused(str(root / "folder" / "secret.png"), root)
    refused(str(root / "loop.png"), root)
    with open_named(str(root / "in.png"), [root]) as file:
        assert file.path == (root / "real.png").resolve()


@pytest.mark.parametrize("swapped", ["file", "folder"])
def test_s13_a_link_put_there_after_the_check_leads_nowhere(
    root: Path, outside: Path, swapped: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (root / "sub").mkdir()
    named = make_picture(root / "sub" / "secret.png")
    locate = files.locate

    def locate_then_swap(path: str, roots: list[Path]) -> tuple[Path, Path]:
        found = locate(path, roots)
        named.unlink()
        if swapped == "file":
            named.symlink_to(outside)
        else:
            named.parent.rmdir()
            named.parent.symlink_to(outside.parent)
        return found

    monkeypatch.setattr(files, "locate", locate_then_swap)
    refused(str(named), root)


def test_s13_the_handle_is_of_the_file_that_was_checked(root: Path) -> None:
    path = make_picture(root / "a.png", mark="first")
    wanted = path.read_bytes()
    with open_named(str(path), [root]) as file:
        path.unlink()
        make_picture(path, mark="another")
        assert file.handle.read() == wanted


@pytest.mark.parametrize("named", ["/proc/self/environ", "/dev/zero", "/etc/passwd", "/dev/stdin", "/proc/self/fd/0"])
def test_s13_files_of_the_system_lie_outside(root: Path, named: str) -> None:
    assert "outside" in refused(named, root)


def test_s13_devices_and_proc_are_no_media_even_inside_a_root() -> None:
    assert "is a device" in refused("/dev/zero", Path("/dev"))
    refused("/proc/self/environ", Path("/proc"))


def test_s13_a_pipe_is_refused_and_does_not_hang(root: Path) -> None:
    os.mkfifo(root / "pipe.mp4")
    assert "is a pipe" in refused(str(root / "pipe.mp4"), root)


def test_s13_a_pipe_put_there_after_the_check_does_not_hang(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    os.mkfifo(root / "pipe.mp4")
    real_stat = os.stat

    def stat_of_a_file(*args: Any, **kwargs: Any) -> os.stat_result:
        return real_stat(__file__) if args[0] == "pipe.mp4" else real_stat(*args, **kwargs)

    monkeypatch.setattr(os, "stat", stat_of_a_file)
    assert "is a pipe" in refused(str(root / "pipe.mp4"), root)


def test_s13_sockets_and_folders_are_refused(root: Path) -> None:
    (root / "folder.mp4").mkdir()
    assert "is a folder" in refused(str(root / "folder.mp4"), root)
    assert "is a folder" in refused(str(root), root)
    assert "is a folder" in refused(f"{root}/", root)
    with socket.socket(socket.AF_UNIX) as listener:
        current = Path.cwd()
        os.chdir(root)  # a socket's path is short
        try:
            listener.bind("s.mp4")
        finally:
            os.chdir(current)
    assert "is a socket" in refused(str(root / "s.mp4"), root)


@pytest.mark.parametrize(
    "named",
    [
        "clip.mp4",
        "./clip.mp4",
        "~/clip.mp4",
        "",
        " ",
        r"\\host\share\clip.mp4",
        "//host/share/clip.mp4",
        r"C:\clip.mp4",
        "C:/clip.mp4",
        "file:///clip.mp4",
        "file://localhost/clip.mp4",
        "https://example.org/clip.mp4",
        "-rf",
    ],
)
def test_s13_what_is_no_absolute_path_is_refused(root: Path, named: str) -> None:
    assert "absolute path" in refused(named, root)


def test_s13_nul_and_endless_names_are_refused(root: Path) -> None:
    make_picture(root / "a.png")
    assert "NUL" in refused(f"{root}/a.png\0.mp4", root)
    message = refused(f"{root}/{'a' * 5000}.png", root)
    assert "4096" in message
    assert len(message) < 400
    refused(f"{root}/{'a' * 300}.png", root)  # longer than a file system takes
    refused(f"{root}/{'a/' * 1500}b.png", root)


def test_s13_the_case_of_letters_counts_where_it_does_for_the_disk(root: Path) -> None:
    make_picture(root / "a.png")
    assert "outside" in refused(str(root / "a.png").upper(), root)
    assert "no such file" in refused(str(root / "A.png"), root)
    sibling = root.parent / "media-private"  # begins with the same letters, and is another folder
    sibling.mkdir()
    assert "outside" in refused(str(make_picture(sibling / "a.png")), root)


def test_s13_whether_something_exists_outside_is_not_told(root: Path, outside: Path) -> None:
    there = refused(str(outside), root).replace(outside.name, "X")
    assert there == refused(str(outside.with_name("nothing.png")), root).replace("nothing.png", "X")


def test_s13_messages_carry_nothing_that_a_terminal_obeys(root: Path) -> None:
    message = refused(f"{root}/\x1b[31m\u202e.mp4", root)
    assert "\x1b" not in message
    assert "\u202e" not in message


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        ("a.mp4", b"", "is empty"),
        ("a.mp4", b"#EXTM3U\nfile:///etc/passwd\n", "no media file"),
        ("a.jpg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "no media file"),
        ("a.mp4", b"MZ" + b"\0" * 100, "is application"),
        ("a.gif", b"GIF89a" + b"\0" * 100, "is a GIF; save one picture"),
        ("a.mp4", b"\xff\xd8\xff\xe0" + b"\0" * 100, "rename it to .jpg"),
        ("a.jpg", b"\0\0\0\x18ftypisom\0\0\2\0isomiso2mp41" + b"\0" * 100, "rename it to .mp4"),
        ("a", b"\xff\xd8\xff\xe0" + b"\0" * 100, "has no extension"),
    ],
)
def test_s13_a_file_is_what_its_name_claims(root: Path, name: str, data: bytes, says: str) -> None:
    (root / name).write_bytes(data)
    assert says in refused(str(root / name), root)


def test_brands_that_the_library_does_not_know_are_videos_too() -> None:
    head = b"\0\0\0\x18ftypiso5\0\0\2\0iso5dash\0\0\0\x08free"
    assert content_type(head) == "video/mp4"


def test_without_roots_it_says_where_to_name_them(outside: Path) -> None:
    assert "roots in [media]" in refused(str(outside))


def test_a_root_may_itself_be_a_link(root: Path) -> None:
    make_picture(root / "a.png")
    link = root.parent / "link"
    link.symlink_to(root)
    for named in (link / "a.png", root / "a.png"):
        open_named(str(named), [link]).close()


@pytest.fixture
def unreadable(root: Path) -> Iterator[Path]:
    path = make_picture(root / "a.png")
    path.chmod(0)
    yield path
    path.chmod(stat.S_IRUSR)


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_a_file_that_may_not_be_read_says_so(root: Path, unreadable: Path) -> None:
    assert "Permission denied" in refused(str(unreadable), root)


def test_s13_swapping_all_the_time_never_leads_out(root: Path, outside: Path) -> None:
    """Another thread swaps file and link as fast as it can; whatever is opened is never the one outside."""
    named, spare = root / "a.png", make_picture(root / "spare.png", mark="inside")
    inside = spare.read_bytes()
    done = threading.Event()

    def swap() -> None:
        while not done.is_set():
            os.link(spare, root / "next")
            os.replace(root / "next", named)
            os.symlink(outside, root / "next")
            os.replace(root / "next", named)

    swapper = threading.Thread(target=swap)
    swapper.start()
    opened = 0
    try:
        for _ in range(2000):
            try:
                with open_named(str(named), [root]) as file:
                    assert file.handle.read() == inside
                    opened += 1
            except MediaError:
                continue
    finally:
        done.set()
        swapper.join()
    assert opened


@pytest.mark.parametrize("way", ["file", "folder", "link"])
def test_case_t2_a_name_that_is_not_utf8_is_refused_readably(root: Path, way: str) -> None:
    odd = root / os.fsdecode(b"caf\xe9.mp4")
    if way == "folder":
        odd.mkdir()
        named = make_picture(odd / "a.png")
    else:
        odd.write_bytes(make_picture(root / "a.png").read_bytes())
        named = odd
    if way == "link":
        named = root / "b.png"
        named.symlink_to(odd)
    why = refused(str(named), root)
    assert "caf\\xe9.mp4" in why
    assert why.endswith("has a name that is not UTF-8; rename it")


def test_case_t2_nothing_is_told_of_such_a_name_outside(root: Path, tmp_path: Path) -> None:
    (root / "a.png").symlink_to(tmp_path / os.fsdecode(b"caf\xe9.png"))
    why = refused(str(root / "a.png"), root)
    assert "lies outside" in why
    assert "caf" not in why
