"""Files of texts next to media: opened by the rules of media files, read as UTF-8, within bounds."""

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from drover.media.files import MediaError
from drover.media.texts import read_text


def test_what_is_not_there_is_none(tmp_path: Path) -> None:
    assert read_text(str(tmp_path / "caption.txt"), [tmp_path]) is None


def test_case_c9_utf8_with_and_without_a_mark_is_read(tmp_path: Path) -> None:
    for name, data in (("a.txt", "caf\u00e9 \U0001f30a\tx\r\n"), ("b.txt", "\ufeffcaf\u00e9 \U0001f30a\tx\r\n")):
        (tmp_path / name).write_bytes(data.encode())
        assert read_text(str(tmp_path / name), [tmp_path]) == "caf\u00e9 \U0001f30a\tx\r\n"
    (tmp_path / "link.txt").symlink_to(tmp_path / "a.txt")
    assert read_text(str(tmp_path / "link.txt"), [tmp_path]) is not None


@pytest.mark.parametrize("what", ["folder", "pipe", "nowhere", "outside", "device"])
def test_s13_what_is_no_regular_file_inside_the_roots_is_refused_at_once(tmp_path: Path, what: str) -> None:
    root, path = tmp_path / "root", tmp_path / "root" / "caption.txt"
    root.mkdir()
    (tmp_path / "secret").write_text("secret")
    make: dict[str, Callable[[], object]] = {
        "folder": path.mkdir,
        "pipe": lambda: os.mkfifo(path),
        "nowhere": lambda: path.symlink_to(root / "gone"),
        "outside": lambda: path.symlink_to(tmp_path / "secret"),
        "device": lambda: path.symlink_to("/dev/zero"),
    }
    make[what]()
    began = time.monotonic()
    with pytest.raises(MediaError) as refused:
        read_text(str(path), [root])
    assert time.monotonic() - began < 1
    says = {"folder": "is a folder, expected a file of texts", "pipe": "is a pipe, expected a file of texts"}
    assert says.get(what, {"nowhere": "there is no such file"}.get(what, "lies outside")) in str(refused.value)
