"""droverctl material: what it adds, what it skips and why, and what it shows."""

from pathlib import Path

import msgspec
import pytest

from drover.wire.control import CreateTasks
from drover.wire.materials import MaterialUse
from drover.wire.media import UseState
from tests.support.control import FakeDaemon
from tests.support.ctl import Ctl, on_terminal
from tests.support.daemon_model import AT
from tests.support.media import make_picture, make_video


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two good files, one within, one hidden, one bad, one false."""
    top = tmp_path / "holiday"
    (top / "within").mkdir(parents=True)
    make_video(top / "b.mp4", seconds=1)
    make_picture(top / "within" / "a.png")
    make_picture(top / ".hidden.png", mark="hidden")
    (top / "notes.txt").write_text("hello")
    (top / "false.mp4").write_bytes((top / "within" / "a.png").read_bytes())
    return top


def test_a_folder_is_added_and_each_skipped_file_says_why(ctl: Ctl, fake: FakeDaemon, folder: Path) -> None:
    run = ctl("material", "add", str(folder), "--tags", "Summer,beach", "--note", "2026")
    assert run.code == 0
    assert run.lines[-1] == "2 added, 0 there already, 2 skipped"
    assert f"skipped {folder}/notes.txt: is no media file by its content" in run.out
    assert f"skipped {folder}/false.mp4: is image/png by its content but is named .mp4; rename it to .png" in run.out
    items = fake.model.materials.values()
    assert {item.name for item in items} == {"b.mp4", "a.png"}
    assert all((item.tags, item.note) == (["summer", "beach"], "2026") for item in items)
    assert list(fake.model.library.incoming.iterdir()) == []
    assert (folder / "b.mp4").exists()  # a copy was taken
    again = ctl("material", "add", str(folder / "b.mp4"))
    assert (again.code, again.lines) == (0, ["0 added, 1 there already, 0 skipped"])


def test_nothing_added_is_a_failure(ctl: Ctl, folder: Path) -> None:
    run = ctl("material", "add", str(folder / "notes.txt"), "--json")
    assert run.code == 1
    assert run.json["skipped"][0]["path"] == str(folder / "notes.txt")
    assert ctl("material", "add", str(folder / "nowhere")).code == 2


def test_a_file_over_the_cap_is_skipped(ctl: Ctl, tmp_path: Path) -> None:
    big = tmp_path / "big.mp4"
    with big.open("wb") as file:
        file.truncate(6_000_000)
    run = ctl("material", "add", str(big))
    assert (run.code, "takes at most" in run.out) == (1, True)


def test_on_a_terminal_a_bar_counts_the_files(fake: FakeDaemon, folder: Path) -> None:
    run = on_terminal(fake.path, "material", "add", str(folder))
    assert run.code == 0
    assert "4/4" in run.out
    assert "2 added" in run.out


def test_items_are_listed_shown_tagged_and_deleted(ctl: Ctl, fake: FakeDaemon, folder: Path) -> None:
    ctl("material", "add", str(folder), "--tags", "x")
    listed = ctl("material", "list", "--kind", "video")
    assert listed.lines[0].split()[:3] == ["ID", "KIND", "NAME"]
    assert listed.lines[1].split()[:3] == ["1", "video", "b.mp4"]
    assert len(listed.lines) == 2
    assert ctl("material", "list", "--tags", "y").out.startswith("the library holds nothing")
    assert ctl("material", "list", "--json").json["total"] == 2
    assert ctl("material", "tag", "1", "2", "--tags", "y,z").lines == ["material 1: y, z", "material 2: y, z"]
    assert ctl("material", "tag", "1", "9", "--tags", "y").code == 4
    fake.model.uses[1] = [MaterialUse(account="tiktok:me", task_id=7, state=UseState.RESERVED, at=AT)]
    shown = ctl("material", "show", "1").out
    assert "tiktok:me, reserved, task 7" in shown
    assert ctl("material", "show", "1", "--json").json["uses"][0]["account"] == "tiktok:me"
    run = ctl("material", "delete", "1", "2")
    assert (run.code, run.lines, "held by task 7" in run.err) == (5, ["1 deleted"], True)
    assert ctl("material", "show", "2").code == 4


def test_the_platform_of_a_task_is_sent(ctl: Ctl, fake: FakeDaemon) -> None:
    run = ctl("task", "create", "follow", "--serial", "a", "--target", "ada", "--platform", "instagram")
    assert run.code == 0
    assert [body.platform for request in fake.requests if isinstance(body := request.body, CreateTasks)] == [
        "instagram"
    ]
    assert ctl("task", "create", "follow", "--serial", "a", "--target", "ada", "--platform", "x").code == 2


def test_case_c10_list_and_show_say_by_whom_an_item_was_used_and_whether_it_is_available(
    ctl: Ctl, fake: FakeDaemon, folder: Path
) -> None:
    ctl("material", "add", str(folder))
    assert "available  yes" in ctl("material", "show", "1").out
    used = msgspec.structs.replace(fake.model.materials[1], used_by=["@me (tiktok)", "@you (tiktok)"], available=False)
    fake.model.materials[1] = used
    assert "@me (tiktok) and 1 more" in ctl("material", "list").out
    assert "available  no, it was used or is reserved" in ctl("material", "show", "1").out
    fake.model.materials[1] = msgspec.structs.replace(used, available=True)
    assert "available  to accounts that did not use it" in ctl("material", "show", "1").out
    assert ctl("material", "show", "1", "--json").json["material"]["used_by"] == used.used_by
