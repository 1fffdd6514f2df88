"""Every command: what it prints in a pipe, what as JSON, and with which code it ends."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
import pytest

from drover.wire.backups import MissingFile
from drover.wire.control import CreateTasks, TasksCreated
from drover.wire.media import TakenFile, TaskMedia
from drover.wire.tasks import Effect, Phase, Reason, Status
from drover_ctl.main import cli
from drover_ctl.text import file_size
from tests.support.control import FakeDaemon
from tests.support.ctl import Ctl, on_terminal
from tests.support.media import make_picture
from tests.unit.ctl.conftest import A, B


def test_status_shows_local_times_and_json_the_same_data(ctl: Ctl) -> None:
    shown = ctl("status")
    assert shown.code == 0
    fields = dict(line.split("  ", 1) for line in shown.lines)
    assert fields["since"].strip() == "2026-03-01 13:00:00"  # the daemon's zone is Europe/Paris
    assert fields["devices"].strip() == "1 idle, 1 unauthorized"
    assert fields["plan"].strip() == "Pro, 20 devices at a time"
    data = ctl("status", "--json").json
    assert "type" not in data["daemon"]
    assert data["daemon"]["devices"] == {"idle": 1, "unauthorized": 1}
    assert data["license"]["plan_name"] == "Pro"


def test_case_t1_status_names_the_zone_of_every_local_time(ctl: Ctl) -> None:
    fields = dict(line.split("  ", 1) for line in ctl("status").lines)
    assert fields["time zone"].strip() == "Europe/Paris"


def test_device_list_and_show(ctl: Ctl) -> None:
    listed = ctl("device", "list")
    assert listed.lines[0].split() == ["SERIAL", "STATE", "MODEL", "ANDROID", "BATTERY", "TASK", "QUEUED", "REASON"]
    assert listed.lines[2].split()[:2] == [B, "unauthorized"]
    assert [device["serial"] for device in ctl("device", "list", "--json").json] == [A, B]
    assert "Pixel 7" in ctl("device", "show", A).out
    assert ctl("--json", "device", "show", B).json["reason"] == "allow USB debugging on the phone"
    missing = ctl("device", "show", "nobody")
    assert (missing.code, missing.out) == (4, "")
    assert "nobody" in missing.err


def test_an_empty_list_says_what_to_do(fake: FakeDaemon, capsys: pytest.CaptureFixture[str]) -> None:
    bare = Ctl(fake.path, capsys)
    assert "attach a phone" in bare("device", "list").out
    assert bare("device", "list", "--json").json == []
    assert bare("task", "list").out == "no tasks\n"
    assert "account add" in bare("account", "list").out


def test_create_sends_exactly_what_was_asked(ctl: Ctl, fake: FakeDaemon) -> None:
    made = ctl(
        *("task", "create", "follow", "--serial", f"{A},{B}", "--target", "ada,bob", "--target", "@eve"),
        *("--access-method", "search", "--start-time", "21:30", "--min-interval", "2", "--max-interval", "5"),
        *("--priority", "7", "--username", "@shop.one", "--multi-account"),
    )
    assert made.code == 4  # shop.one is not registered
    request = fake.requests[-1].body
    assert request == CreateTasks(
        script_name="follow",
        script_config={"target_users": ["ada", "bob", "@eve"], "access_method": "search"},
        serials=[A, B],
        usernames=["shop.one"],
        enable_multi_account=True,
        start_time="21:30",
        min_interval=2,
        max_interval=5,
        priority=7,
        source="ui",
    )


def test_create_prints_the_ids(ctl: Ctl) -> None:
    assert ctl("task", "create", "follow", "--serial", A, "--target", "ada").out == "created task 1\n"
    assert ctl("task", "create", "unfollow", "--serial", A, "--target", "a,b").out == "created 2 tasks: 2 3\n"
    config = json.dumps({"target_user": "ada"})
    made = ctl("task", "create", "follow", "--serial", A, "--config", config, "--json")
    assert made.json == {"task_ids": [4], "created_count": 1}


@pytest.mark.parametrize(
    "arguments",
    [
        ("task", "create", "follow", "--target", "ada"),
        ("task", "create", "follow", "--serial", A),
        ("task", "create", "like", "--serial", A, "--target", "ada"),
        ("task", "create", "follow", "--serial", A, "--target", "no good"),
        ("task", "create", "follow", "--serial", A, "--config", "["),
        ("task", "create", "follow", "--serial", A, "--config", "[]"),
        ("task", "create", "follow", "--serial", A, "--access-method", "magic"),
        ("task", "list", "--status", "nope"),
        ("task", "list", "-n", "101"),
        ("task", "show", "x"),
        ("task", "show", "0"),
        ("task", "stop"),
        ("task", "retry"),
        ("task", "retry", "--all", "1"),
        ("task", "delete"),
        ("nothing",),
        ("completion", "tcsh"),
    ],
)
def test_2_for_what_was_asked_wrongly(ctl: Ctl, arguments: tuple[str, ...]) -> None:
    run = ctl(*arguments)
    assert (run.code, run.out) == (2, "")
    assert run.err


def test_3_without_a_daemon_names_the_socket_and_how_to_start(
    short_dir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = Ctl(short_dir / "control.sock", capsys)("status")
    assert (run.code, run.out) == (3, "")
    assert str(short_dir / "control.sock") in run.err
    assert "droverd" in run.err


def test_4_and_5(ctl: Ctl, tasks: list[int]) -> None:
    for command in ("show", "stop", "retry", "delete", "wait", "log"):
        assert ctl("task", command, "77").code == 4, command
    assert ctl("task", "retry", "1").code == 5
    assert ctl("task", "stop", "1").code == 0
    assert ctl("task", "stop", "1").code == 5


def test_errors_are_json_too_when_json_is_asked_for(ctl: Ctl) -> None:
    run = ctl("task", "show", "77", "--json")
    error = json.loads(run.err)
    assert (run.code, error["code"], error["data"]) == (4, 40401, None)
    assert "77" in error["message"]


def test_list_and_show(ctl: Ctl, tasks: list[int], fake: FakeDaemon) -> None:
    assert fake.model.folder is not None
    fake.model.change(
        1,
        status=Status.FAILED,
        reason=Reason.NEEDS_HUMAN,
        remark="a captcha is shown",
        effect=Effect.UNKNOWN,
        retry_safe=False,
        start_time=datetime(2026, 7, 1, 10, 0, tzinfo=UTC),
        evidence=["screen-1.png"],
        attempt=2,
        retry_count=4,
    )
    listed = ctl("task", "list", "--status", "failed")
    assert len(listed.lines) == 2
    assert listed.lines[1].split()[:5] == ["1", A, "follow", "@ada", "failed"]
    assert listed.lines[1].endswith("a captcha is shown")
    page = ctl("task", "list", "-n", "2", "--json").json
    assert (page["total"], [task["id"] for task in page["tasks"]]) == (3, [3, 2])
    assert page["tasks"][0]["status_text"] == "pending"
    shown = ctl("task", "show", "1").out
    assert "2026-07-01 12:00:00" in shown
    assert "needs_human" in shown
    assert "2, retried 4x by hand" in shown
    assert "not safe to repeat" in shown
    assert str(fake.model.folder / "screen-1.png") in shown
    assert ctl("task", "show", "1", "--json").json["task"]["reason"] == "needs_human"


def test_stop_goes_on_after_a_refusal(ctl: Ctl, tasks: list[int]) -> None:
    run = ctl("task", "stop", "1", "77", "2")
    assert run.code == 4
    assert [line.split(":")[0] for line in run.lines] == ["task 1", "task 2"]
    assert "77" in run.err
    assert [task["id"] for task in ctl("task", "stop", "3", "--json").json["tasks"]] == [3]


def test_retry_all_and_force(ctl: Ctl, tasks: list[int], fake: FakeDaemon) -> None:
    fake.model.change(1, status=Status.FAILED, effect=Effect.UNKNOWN)
    fake.model.change(2, status=Status.FAILED)
    assert ctl("task", "retry", "--all").out == "1 tasks are back in the queue; left alone, outcome unknown: 1\n"
    assert ctl("task", "retry", "1").code == 5
    assert ctl("task", "retry", "1", "--force").code == 0


def test_r22_release_by_id_and_what_is_not_held(ctl: Ctl, tasks: list[int], fake: FakeDaemon) -> None:
    fake.model.change(1, hold="restored", remark="held: a backup was restored")
    assert "held: a backup was restored" in ctl("task", "list").out
    assert "1 tasks since a backup was restored" in ctl("status").out
    run = ctl("task", "release", "1", "2", "77")
    assert (run.code, run.out) == (4, "1 released, 1 of them check first\n")
    assert "not held: task 2" in run.err
    assert "77" in run.err
    assert ctl("task", "release", "1").code == 5


def test_r22_release_of_all_leaves_out_what_cannot_check_unless_a_person_says_yes(
    ctl: Ctl, tasks: list[int], fake: FakeDaemon
) -> None:
    for task_id, safe in ((1, True), (2, False), (3, False)):
        fake.model.change(task_id, hold="restored", retry_safe=safe)
    run = ctl("task", "release", "--all", "--json")
    assert (run.code, run.json["released_count"]) == (0, 1)
    assert "2 of 3 held tasks cannot check" in run.err
    asked = on_terminal(fake.path, "task", "release", "--all", typed="n\n")
    assert (asked.code, "Release them too? [y/N]" in asked.out, "0 released" in asked.out) == (0, True, True)
    assert ctl("task", "release", "--all", "--yes").out == "2 released\n"
    assert ctl("task", "release", "--all").out == "0 released\n"


@pytest.mark.parametrize("words", [[], ["--yes", "1"], ["--all", "1"]])
def test_r22_release_wants_ids_or_all(ctl: Ctl, words: list[str]) -> None:
    assert ctl("task", "release", *words).code == 2


def test_delete(ctl: Ctl, tasks: list[int]) -> None:
    run = ctl("task", "delete", "1", "2", "77")
    assert (run.code, run.out) == (4, "2 deleted\n")
    assert "77" in run.err
    assert ctl("task", "delete", "3", "--json").json["deleted_count"] == 1


def test_log_whole_and_as_json(ctl: Ctl, tasks: list[int], fake: FakeDaemon) -> None:
    fake.model.logs[1] = "".join(f"line {number}\n" for number in range(30)) + "caf\u00e9 \x1b[2Jcleared\n"
    fake.model.change(1, status=Status.COMPLETED)
    run = ctl("task", "log", "1")
    assert run.lines[0] == "line 0"
    assert run.lines[-1] == "caf\u00e9 cleared"
    assert ctl("task", "log", "1", "--json").json["text"].count("\n") == 31


def test_s18_what_phones_say_cannot_drive_the_terminal(ctl: Ctl, fake: FakeDaemon) -> None:
    evil = "x\x1b[31m\x1b]0;title\x07\x9b2J\r\u202eevil\x00\ny"
    fake.model.add_device("evil", reason=evil, note=evil)
    for run in (ctl("device", "list"), ctl("device", "show", "evil")):
        assert not [char for char in run.out if ord(char) < 32 and char != "\n"]
        assert not set(run.out) & {"\x7f", "\x9b", "\u202e"}
        assert "title" not in run.out
    assert ctl("device", "show", "evil", "--json").json["reason"] == evil


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_scripts_name_the_program(ctl: Ctl, shell: str) -> None:
    run = ctl("completion", shell)
    assert run.code == 0
    assert "_DROVERCTL_COMPLETE" in run.out
    assert "droverctl" in run.out


def test_every_command_has_help_with_an_example(ctl: Ctl) -> None:
    def walk(command: object, path: tuple[str, ...]) -> list[tuple[str, ...]]:
        children = getattr(command, "commands", None)
        if children is None:
            return [path]
        return [leaf for name, child in children.items() for leaf in walk(child, (*path, name))]

    leaves = walk(cli, ())
    assert len(leaves) >= 15
    for path in leaves:
        shown = ctl(*path, "-h")
        assert shown.code == 0
        assert f"droverctl {' '.join(path)}" in shown.out.split("Example", 1)[1], path
        assert "--json" in shown.out
        assert "--socket" in shown.out


@pytest.mark.parametrize(
    "group", [(), *((name,) for name, one in cli.commands.items() if isinstance(one, click.Group))]
)
def test_lists_of_commands_are_not_cut_short(ctl: Ctl, group: tuple[str, ...]) -> None:
    listed = ctl(*group, "-h").out.split("Commands:", 1)[1]
    assert [line for line in listed.splitlines() if line.endswith("...")] == []


def test_json_and_socket_may_stand_behind_the_command(fake: FakeDaemon, capsys: pytest.CaptureFixture[str]) -> None:
    elsewhere = Ctl(fake.path.with_name("other.sock"), capsys)
    assert elsewhere("task", "list", "--socket", str(fake.path), "--json").json["total"] == 0


def test_a_running_task_shows_its_step(ctl: Ctl, tasks: list[int], fake: FakeDaemon) -> None:
    fake.model.change(1, status=Status.RUNNING, progress=40, step="opening the profile", phase=Phase.PREPARE)
    line = ctl("task", "list", "--status", "running").lines[1]
    assert "40%" in line
    assert line.endswith("opening the profile")


def test_backup_names_the_copy_and_refuses_a_second(ctl: Ctl, tmp_path: Path) -> None:
    target = tmp_path / "copy.db"
    made = ctl("backup", str(target), "--json")
    assert (made.code, made.json["path"]) == (0, str(target))
    again = ctl("backup", str(target))
    assert (again.code, again.out) == (5, "")
    assert "exists already" in again.err


@pytest.mark.parametrize(
    ("size", "shown"), [(0, "0.0 kB"), (2298, "2.3 kB"), (1_000_000, "1.0 MB"), (4_250_000_000, "4.2 GB")]
)
def test_sizes_are_shown_in_the_unit_that_fits(size: int, shown: str) -> None:
    assert file_size(size) == shown


def test_backup_says_what_of_the_library_is_in_it(ctl: Ctl, fake: FakeDaemon, tmp_path: Path) -> None:
    picture = make_picture(tmp_path / "a.png")
    assert ctl("material", "add", str(picture)).code == 0
    whole = ctl("backup", str(tmp_path / "copy.tar"))
    assert whole.lines[-1].split(maxsplit=1) == ["library", f"1 files, {file_size(picture.stat().st_size)}"]
    alone = ctl("backup", "--database-only", str(tmp_path / "copy.db"))
    assert alone.lines[-1].split(maxsplit=1) == [
        "library",
        "not in it: 1 files; copy media/ of the daemon's data folder yourself",
    ]
    fake.model.missing = [MissingFile(material_id=1, name="a.png", why="its file is gone")]
    lacking = ctl("backup", str(tmp_path / "second.tar"), "--json")
    assert (lacking.code, lacking.json["missing"][0]["why"]) == (0, "its file is gone")
    assert "not in it: material 1, a.png: its file is gone; add the file again" in lacking.err


def test_doctor_shows_what_to_fix(ctl: Ctl) -> None:
    shown = ctl("doctor")
    assert shown.code == 0
    assert shown.lines[1].split()[:2] == ["warning", "disk"]
    assert len(shown.lines) == 2
    assert len(ctl("doctor", "--all").lines) == 3
    assert [finding["level"] for finding in ctl("doctor", "--json", "--all").json] == ["ok", "warning"]


def post_of(fake: FakeDaemon, **fields: Any) -> int:
    """The id of a stored post that looks so."""
    created = fake.model.answer(CreateTasks(script_name="post", serials=[A]))
    assert isinstance(created, TasksCreated)
    fake.model.change(created.task_ids[0], **fields)
    return created.task_ids[0]


@pytest.mark.parametrize("config", [None, "{}", '{"captions": "Hi"}', '{"material_list": []}'])
def test_case_o3_a_post_names_what_it_publishes(ctl: Ctl, fake: FakeDaemon, config: str | None) -> None:
    create = ("task", "create", "post", "--serial", A, *(() if config is None else ("--config", config)))
    before = len(fake.requests)
    refused = ctl(*create)
    assert refused.code == 2
    assert "say what to publish: materials_tags, material_list or material_path" in refused.err
    assert "--any-material" in refused.err
    assert not any(isinstance(request.body, CreateTasks) for request in fake.requests[before:])
    assert ctl(*create, "--any-material").code == 0


@pytest.mark.parametrize(
    "source",
    [{"materials_tags": "x"}, {"material_source": "localFolder", "material_path": "/"}],
)
def test_case_o3_a_named_source_is_enough(ctl: Ctl, source: dict[str, Any]) -> None:
    create = ("task", "create", "post", "--serial", A, "--config", json.dumps(source))
    assert ctl(*create).code == 0
    both = ctl(*create, "--any-material")
    assert (both.code, "does not go with" in both.err) == (2, True)
    other = ctl("task", "create", "follow", "--serial", A, "--target", "ada", "--any-material")
    assert (other.code, "is for post" in other.err) == (2, True)


def test_case_o3_named_files_are_left_to_the_daemon_to_judge(ctl: Ctl) -> None:
    refused = ctl("task", "create", "post", "--serial", A, "--config", '{"material_list": ["/a"]}')
    assert (refused.code, "material_list[0]: /a: lies outside" in refused.err) == (2, True)


def test_case_o3_show_and_list_name_the_files(ctl: Ctl, fake: FakeDaemon) -> None:
    files = [TakenFile(name="@shop.one/clip.mp4", material_id=3), TakenFile(name="two.mp4")]
    task_id = post_of(fake, media=TaskMedia(files=files, captions="Own"))
    shown = ctl("task", "show", str(task_id)).lines
    assert [line.split(None, 1) for line in shown if line.startswith("file ")] == [
        ["file", "@shop.one/clip.mp4 (material 3)"],
        ["file", "two.mp4"],
    ]
    assert any(line.split() == ["captions", "taken", "Own"] for line in shown)
    assert "@shop.one/clip.mp4 and 1 more" in ctl("task", "list").out
    waits = post_of(fake, script_config={"material_list": ["/srv/media/a.mp4"]})
    assert any(line.split() == ["file", "a.mp4"] for line in ctl("task", "show", str(waits)).lines)
    assert "a.mp4" in ctl("task", "list").out
    assert ctl("task", "show", str(task_id), "--json").json["task"]["media"]["files"][0]["material_id"] == 3
