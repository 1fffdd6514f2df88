"""What an attempt keeps where the file system refuses: nothing is raised, one line is said, what can be is kept."""

import errno
import os
from pathlib import Path

import pytest
import structlog

from drover.worker.task_files import TaskFiles

REFUSALS = [errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EMFILE]


def refuse(monkeypatch: pytest.MonkeyPatch, code: int) -> None:
    """Have nothing be opened or made from here on."""

    def fail(*_args: object, **_fields: object) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr("drover.worker.task_files.os.open", fail)
    monkeypatch.setattr(Path, "write_bytes", fail)
    monkeypatch.setattr(Path, "mkdir", fail)


@pytest.mark.parametrize("code", REFUSALS)
def test_case_b5_what_is_refused_is_missing_and_said_once(
    code: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = TaskFiles(tmp_path / "3", task_id=3)
    files.append("first\n")
    with structlog.testing.capture_logs() as said, monkeypatch.context() as patched:
        refuse(patched, code)
        for _ in range(50):
            files.append("lost\n")
            assert not files.write("1-end.png", b"picture")
    assert [(line["event"], line["task"], line["why"]) for line in said] == [
        ("task_files_incomplete", 3, os.strerror(code))
    ]
    assert files.write("1-proof.png", b"picture")
    files.append("last\n")
    assert files.evidence == ["1-proof.png"]
    assert sorted(os.listdir(files.folder)) == ["1-proof.png", "log.txt"]
    assert (files.folder / "log.txt").read_text() == (
        f"first\n... 50 lines are missing here: {os.strerror(code)}\nlast\n"
    )
    assert files.missing == f"Its log or evidence is incomplete: {os.strerror(code)}."


def test_case_b5_a_folder_that_cannot_be_made_is_made_when_it_can(tmp_path: Path) -> None:
    (tmp_path / "tasks").write_text("in the way")
    files = TaskFiles(tmp_path / "tasks" / "3", task_id=3)
    files.append("lost\n")
    (tmp_path / "tasks").unlink()
    files.append("kept\n")
    assert (files.folder / "log.txt").read_text() == "... 1 lines are missing here: Not a directory\nkept\n"
    assert files.folder.stat().st_mode & 0o777 == 0o700
    assert (files.folder / "log.txt").stat().st_mode & 0o777 == 0o600


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
def test_case_b5_evidence_that_was_overwritten_in_vain_is_evidence_no_more(tmp_path: Path) -> None:
    files = TaskFiles(tmp_path, task_id=3)
    assert files.write("1-end.png", b"whole")
    (tmp_path / "1-end.png").unlink()
    (tmp_path / "1-end.png").symlink_to("/dev/full")
    assert not files.write("1-end.png", b"half")
    assert (files.evidence, os.listdir(tmp_path)) == ([], [])
    (tmp_path / "log.txt").symlink_to("/dev/full")
    files.append("lost\n")
    assert "No space left on device" in files.missing


def test_a_task_that_kept_everything_says_nothing(tmp_path: Path) -> None:
    files = TaskFiles(tmp_path, task_id=3)
    files.append("half of a pair: \ud83d\n")
    assert (files.missing, (tmp_path / "log.txt").read_text()) == ("", "half of a pair: \\ud83d\n")
