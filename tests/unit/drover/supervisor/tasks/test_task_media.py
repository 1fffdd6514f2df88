"""Posts at the dispatcher: refused when they are asked for, given their files when they begin, on real files."""

import os
import re
import threading
from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlalchemy import Connection, update
from structlog.testing import capture_logs

from drover.store import accounts, media_uses, tasks
from drover.store.schema import tasks as table
from drover.store.types import from_micros
from drover.supervisor.tasks import task_media
from drover.wire.control import Account, CreateTasks
from drover.wire.faults import Code, RequestError
from drover.wire.post import PostConfig
from drover.wire.tasks import Effect, Reason, Status
from drover.wire.worker import Ended, Outcome
from tests.support.media import make_picture, make_video
from tests.support.published import keep
from tests.support.registered import make_ready
from tests.support.task_scene import Run, TaskScene


def _due_now(conn: Connection) -> None:
    conn.execute(update(table).values(not_before=from_micros(0)))


def test_an_attempt_begins_with_the_librarys_oldest(run: Run, tmp_path: Path) -> None:
    async def story(scene: TaskScene) -> None:
        item = keep(scene.store, "a", "x")
        keep(scene.store, "b", "x")
        await scene.post(materials_tags="x")
        (begin,) = await scene.begun(1)
        (file,) = begin.media
        assert (file.material_id, file.path) == (item.id, str(tmp_path / "library" / item.path))
        assert begin.media_roots == [str(tmp_path / "media"), str(tmp_path / "library")]

    run(story)


def test_two_phones_begin_at_the_same_moment_with_files_of_their_own(run: Run, root: Path) -> None:
    """Each phone is an account of its own here; the account that both share is tested on the store."""
    for name in "abc":
        make_video(root / f"{name}.mp4")

    async def story(scene: TaskScene) -> None:
        folder = {"material_source": "localFolder", "material_path": str(root)}
        ids = [await scene.post(serial, **folder) for serial in ("p1", "p2", "p1")]
        begins = await scene.begun(2)
        assert {begin.media[0].path for begin in begins} == {str(root / "a.mp4"), str(root / "b.mp4")}
        scene.publish("p1", next(begin for begin in begins if begin.task_id == ids[0]))
        third = (await scene.begun(3))[2]
        assert (third.task_id, third.media[0].path) == (ids[2], str(root / "c.mp4"))

    run(story)


def test_case_c10_per_account_each_account_gets_the_same_file(run: Run, root: Path) -> None:
    make_video(root / "a.mp4")

    async def story(scene: TaskScene) -> None:
        media = msgspec.structs.replace(scene.settings.config.media, reuse="per_account")
        scene.settings.replace(msgspec.structs.replace(scene.settings.config, media=media))  # as a reload
        for serial in ("p1", "p2"):
            await scene.post(serial, material_source="localFolder", material_path=str(root))
        assert {begin.media[0].path for begin in await scene.begun(2)} == {str(root / "a.mp4")}

    run(story)


def test_case_c9_the_accounts_own_folder_comes_first_with_the_texts_next_to_it(run: Run, root: Path) -> None:
    own = root / "@Shop.One"
    own.mkdir()
    make_video(own / "own.mp4")
    make_video(root / "root.mp4")
    (own / "caption.txt").write_bytes("\ufeffOwn caf\u00e9\n\n".encode())
    (own / "sound_urls.txt").write_text("https://www.tiktok.com/music/rain-1\n")
    (own / "sound_names.txt").write_text("never, a link comes first\n")
    (root / "caption.txt").write_text("Root\n###\nOf two\nlines\n")
    (root / "sound_names.txt").write_text("Rain\n")

    async def story(scene: TaskScene) -> None:
        account = Account(username="shop.one", serial="p1", platform="tiktok", enabled=True)
        await scene.store.write(accounts.put, account)
        post = {"material_source": "localFolder", "material_path": str(root), "post_way": "useSound"}
        request = CreateTasks(script_name="post", script_config=post, usernames=["shop.one"])
        took: list[tuple[str, str, str]] = []
        for number in range(1, 3):
            (task_id,) = (await scene.acceptance.create(request)).task_ids
            begin = (await scene.begun(number))[-1]
            task = await scene.store.read(tasks.get, task_id)
            assert task is not None
            assert task.media is not None
            config = begin.script_config
            took.append((task.media.files[0].name, config["captions"], config["sound_name"]))
            assert (task.script_config["captions"], task.script_config["sound_name"]) == ("", "")
            scene.publish("p1", begin)
            await scene.ended(task_id)
        await scene.post("p2", **{**post, "captions": "Mine", "sound_name": "My sound"})
        assert took == [
            ("@Shop.One/own.mp4", "Own caf\u00e9", "https://www.tiktok.com/music/rain-1"),
            ("root.mp4", "Root", "Rain"),
        ]

    run(story)


def test_case_c9_the_requests_own_values_win(run: Run, root: Path) -> None:
    make_video(root / "a.mp4")
    (root / "caption.txt").write_bytes(b"caf\xe9")  # not even looked at
    (root / "sound_names.txt").write_text("Rain\n")

    async def story(scene: TaskScene) -> None:
        folder = {"material_source": "localFolder", "material_path": str(root)}
        said = {"captions": "Mine", "add_sound": "custom", "custom_sound_keyword": "wind"}
        await scene.post(**folder, **said)
        (begin,) = await scene.begun(1)
        assert {name: begin.script_config[name] for name in said} == said

    run(story)


def test_case_c9_a_keyword_is_a_line_too(run: Run, root: Path) -> None:
    make_video(root / "a.mp4")
    (root / "sound_names.txt").write_text("Rain\n")

    async def story(scene: TaskScene) -> None:
        await scene.post(material_source="localFolder", material_path=str(root), add_sound="custom")
        (begin,) = await scene.begun(1)
        assert (begin.script_config["custom_sound_keyword"], begin.script_config["sound_name"]) == ("Rain", "")

    run(story)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("caf\u00e9".encode("latin-1"), "caption.txt: is not UTF-8 (byte 4 is 0xe9)"),
        ("caf\u00e9".encode("utf-16"), "caption.txt: is UTF-16, expected UTF-8"),
        (b"x" * 1_000_001, "has 1000001 bytes; a file of texts has at most 1000000"),
        (b"x" * 10_001, "text 1 has 10001 characters, expected at most 10000"),
        (b"one\ntwo\x0b", "line 2 holds the control character U+000B"),
        (None, "lies outside the folders of media"),
    ],
)
def test_case_c9_a_file_of_texts_that_cannot_be_used_fails_the_task_in_words(
    run: Run, root: Path, tmp_path: Path, content: bytes | None, says: str
) -> None:
    """Published without the words that belong to it, a file could not be taken back."""
    make_video(root / "a.mp4")
    if content is None:
        (tmp_path / "secret").write_text("secret")
        (root / "caption.txt").symlink_to(tmp_path / "secret")
    else:
        (root / "caption.txt").write_bytes(content)

    async def story(scene: TaskScene) -> None:
        task = await scene.ended(await scene.post(material_source="localFolder", material_path=str(root)))
        assert task.reason is Reason.MEDIA_INVALID
        assert says in task.remark
        assert "secret" not in task.remark

    run(story)


@pytest.mark.parametrize(
    ("platform", "captions", "says"),
    [
        ("tiktok", "Hello\x0bthere", "script_config.captions: character 6 (line 1) is the control character U+000B"),
        ("tiktok", "a" * 4001, "script_config.captions: has up to 4001 characters"),
        ("instagram", f"fine###{'a' * 2201}", "Instagram takes at most 2200"),
    ],
)
def test_case_t3_a_request_with_a_caption_that_the_app_cannot_take_is_refused(
    run: Run, root: Path, platform: str, captions: str, says: str
) -> None:
    make_video(root / "a.mp4")

    async def story(scene: TaskScene) -> None:
        config = {"captions": captions, "material_list": [str(root / "a.mp4")]}
        request = CreateTasks(script_name="post", script_config=config, serials=["p1"], platform=platform)
        with pytest.raises(RequestError, match=re.escape(says)) as refused:
            await scene.acceptance.create(request)
        assert refused.value.failure.code is Code.INVALID

    run(story)


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("caption.txt", f"fine\n{'a' * 4001}", "caption.txt: text 2: has up to 4001 characters"),
        ("caption.txt", f"fine\n{{a|{'b' * 4001}}}", "caption.txt: text 2: has up to 4001 characters"),
        (
            "sound_names.txt",
            "fine\na\tb",
            "names.txt: text 2: character 2 (line 1) is the control character U+0009",
        ),
    ],
)
def test_case_t3_a_text_of_a_folder_that_the_app_cannot_take_fails_the_task_before_it_begins(
    run: Run, root: Path, name: str, content: str, says: str
) -> None:
    make_video(root / "a.mp4")
    (root / name).write_text(content)

    async def story(scene: TaskScene) -> None:
        config = {"post_way": "useSound"} if name == "sound_names.txt" else {}
        task = await scene.ended(await scene.post(material_source="localFolder", material_path=str(root), **config))
        assert task.reason is Reason.MEDIA_INVALID
        assert says in task.remark
        assert task.remark.endswith("correct the file, then retry")
        assert scene.sent == []

    run(story)


def test_case_t3_a_task_that_an_earlier_version_accepted_fails_before_it_begins(run: Run, root: Path) -> None:
    make_video(root / "a.mp4")

    async def story(scene: TaskScene) -> None:
        task_id = await scene.post("p3", captions="fine", material_list=[str(root / "a.mp4")])
        config = msgspec.to_builtins(PostConfig(captions="a\x0bb", material_list=[str(root / "a.mp4")]))
        await scene.store.write(_say, task_id, config)
        make_ready(scene.registry, "p3")
        scene.signal.wake()
        task = await scene.ended(task_id)
        assert (task.reason, scene.sent) == (Reason.MEDIA_INVALID, [])
        assert "captions: character 2 (line 1) is the control character U+000B" in task.remark

    run(story)


def _say(conn: Connection, task_id: int, config: dict[str, Any]) -> None:
    conn.execute(update(table).where(table.c.id == task_id).values(script_config=config))


def test_case_c13_each_task_of_a_request_publishes_another_video_of_the_list(run: Run, root: Path) -> None:
    paths = [str(make_video(root / f"{name}.mp4")) for name in "ab"]

    async def story(scene: TaskScene) -> None:
        def request(*serials: str) -> CreateTasks:
            return CreateTasks(script_name="post", script_config={"material_list": paths}, serials=list(serials))

        await scene.acceptance.create(request("p1", "p2"))
        begins = await scene.begun(2)
        assert sorted(begin.media[0].path for begin in begins) == paths
        assert [len(begin.media) for begin in begins] == [1, 1]
        with pytest.raises(RequestError, match="material_list: 2 videos for 3 tasks"):
            await scene.acceptance.create(request("p1", "p2", "p3"))

    run(story)


def test_case_c13_a_listed_video_that_is_gone_leaves_the_others(run: Run, root: Path) -> None:
    paths = [str(make_video(root / f"{name}.mp4")) for name in "ab"]

    async def story(scene: TaskScene) -> None:
        request = CreateTasks(
            script_name="post", script_config={"material_list": paths}, serials=["p1"], start_time="00:00"
        )
        await scene.acceptance.create(request)
        Path(paths[0]).unlink()
        await scene.store.write(_due_now)
        scene.signal.wake()
        assert (await scene.begun(1))[0].media[0].path == paths[1]

    run(story)


def test_a_folder_is_read_in_order_past_what_is_no_such_media(run: Run, root: Path) -> None:
    for name in ("c.png", "b.png", "a.png"):
        make_picture(root / name)
    make_video(root / "0.mp4")
    (root / "1.txt").write_text("x")
    (root / "2.png").write_bytes((root / "a.png").read_bytes()[:200])
    make_picture(root / ".hidden.png", mark="h")

    async def story(scene: TaskScene) -> None:
        await scene.post(content_type=1, image_count=2, material_source="localFolder", material_path=str(root))
        (begin,) = await scene.begun(1)
        assert [Path(file.path).name for file in begin.media] == ["a.png", "b.png"]

    run(story)


def test_a_folder_that_runs_dry_fails_the_task_in_words(run: Run, root: Path) -> None:
    make_video(root / "a.mp4")

    async def story(scene: TaskScene) -> None:
        folder = {"material_source": "localFolder", "material_path": str(root)}
        await scene.post(**folder)
        scene.publish("p1", (await scene.begun(1))[0])
        task = await scene.ended(await scene.post(**folder))
        assert (task.status, task.reason) == (Status.FAILED, Reason.MEDIA_INVALID)
        assert "1 video there, 1 of them used" in task.remark
        assert "put more files there" in task.remark

    run(story)


def test_case_t2_a_file_name_that_is_not_utf8_stops_no_other(run: Run, root: Path) -> None:
    make_video(root / "good.mp4")
    for name in (b"caf\xe9.mp4", b"caf\xe9.txt"):
        (root / os.fsdecode(name)).write_bytes((root / "good.mp4").read_bytes())
    (root / os.fsdecode(b"@own\xe9")).mkdir()

    async def story(scene: TaskScene) -> None:
        folder = {"material_source": "localFolder", "material_path": str(root)}
        await scene.post(**folder)
        with capture_logs() as lines:
            (begin,) = await scene.begun(1)
        assert [file.path for file in begin.media] == [str(root / "good.mp4")]
        refusal = f"{root}/caf\\xe9.mp4: has a name that is not UTF-8; rename it"
        assert [line["why"] for line in lines if line["event"] == "file_left_out"] == [refusal]
        scene.publish("p1", begin)
        task = await scene.ended(await scene.post(**folder))
        assert task.reason is Reason.MEDIA_INVALID
        assert refusal in task.remark
        assert "caf\\xe9.txt" not in task.remark

    run(story)


def test_links_and_broken_files_of_a_folder_are_no_further_files(run: Run, root: Path) -> None:
    make_picture(root / "a.png")
    (root / "b.png").symlink_to(root / "a.png")
    (root / "c.png").write_bytes((root / "a.png").read_bytes()[:200])

    async def story(scene: TaskScene) -> None:
        folder = {"material_source": "localFolder", "material_path": str(root)}
        task = await scene.ended(await scene.post(content_type=1, image_count=2, **folder))
        assert task.reason is Reason.MEDIA_INVALID
        assert "found 1" in task.remark
        assert f"1 of them unusable ({root}/c.png: is broken" in task.remark
        await scene.post(content_type=1, **folder)
        (begin,) = await scene.begun(1)
        assert [file.path for file in begin.media] == [str(root / "a.png")]

    run(story)


def test_a_given_list_goes_in_its_order(run: Run, root: Path) -> None:
    paths = [str(make_picture(root / name)) for name in ("b.png", "a.png")]

    async def story(scene: TaskScene) -> None:
        await scene.post(content_type=1, material_list=paths)
        (begin,) = await scene.begun(1)
        assert [file.path for file in begin.media] == paths
        assert await scene.store.read(media_uses.of_task, begin.task_id) == []

    run(story)


def test_a_file_that_is_gone_when_the_task_begins_fails_it(run: Run, root: Path) -> None:
    path = make_video(root / "a.mp4")

    async def story(scene: TaskScene) -> None:
        request = CreateTasks(
            script_name="post", script_config={"material_list": [str(path)]}, serials=["p1"], start_time="00:00"
        )
        (task_id,) = (await scene.acceptance.create(request)).task_ids
        path.unlink()
        await scene.store.write(_due_now)
        scene.signal.wake()
        task = await scene.ended(task_id)
        assert (task.reason, task.remark) == (Reason.MEDIA_INVALID, f"{path}: there is no such file")

    run(story)


def test_an_attempt_that_failed_without_effect_gives_its_file_back(run: Run) -> None:
    async def story(scene: TaskScene) -> None:
        item = keep(scene.store, "a")
        task_id = await scene.post()
        (begin,) = await scene.begun(1)
        failed = Ended(
            fence=begin.fence, outcome=Outcome.FAILED, effect=Effect.NONE, reason=Reason.NOT_LOGGED_IN, remark="out"
        )
        scene.running.on_message("p1", failed)
        await scene.ended(task_id)
        await scene.post()
        assert (await scene.begun(2))[1].media[0].material_id == item.id

    run(story)


@pytest.mark.parametrize(
    ("config", "says"),
    [
        (
            {"material_list": ["{root}/a.png"]},
            "{root}/a.png: is a picture (image/png), expected a video",
        ),
        (
            {"content_type": 1, "material_list": ["{root}/a.png", "{root}/a.mp4"]},
            "material_list[1]: {root}/a.mp4: is a video",
        ),
        ({"material_list": ["{root}/short.mp4"]}, "lasts 0.4 s; TikTok takes 1 to 600 s"),
        ({"material_list": ["{root}/small.mp4"]}, "200x200 pixels; TikTok takes no side under 360"),
        ({"material_list": ["{root}/none.mp4"]}, "material_list[0]: {root}/none.mp4: there is no such file"),
        ({"material_list": ["{root}/../x.mp4"]}, "lies outside"),
        ({"material_list": ["a.mp4"]}, "expected an absolute path"),
        (
            {"material_source": "localFolder", "material_path": "{root}/none"},
            "material_path: {root}/none: there",
        ),
        ({"material_source": "localFolder", "material_path": "{root}/a.png"}, "is no folder"),
        ({"material_source": "localFolder", "material_path": "/etc"}, "lies outside"),
    ],
)
def test_what_can_never_be_published_is_refused_and_nothing_is_stored(
    run: Run, root: Path, config: dict[str, Any], says: str
) -> None:
    make_picture(root / "a.png")
    make_video(root / "a.mp4")
    make_video(root / "short.mp4", seconds=0.4)
    make_video(root / "small.mp4", size=(200, 200))
    filled = msgspec.json.decode(msgspec.json.encode(config).decode().replace("{root}", str(root)))

    async def story(scene: TaskScene) -> None:
        with pytest.raises(RequestError) as caught:
            await scene.post(**filled)
        assert caught.value.failure.code is Code.INVALID
        assert str(caught.value).startswith("script_config.")
        assert says.replace("{root}", str(root)) in str(caught.value)
        assert (await scene.store.read(tasks.stats)).total == 0

    run(story)


def test_the_limits_are_those_of_the_tasks_platform(run: Run, root: Path) -> None:
    path = make_video(root / "a.webm", seconds=2)

    async def story(scene: TaskScene) -> None:
        config: dict[str, Any] = {"material_list": [str(path)]}
        await scene.post(**config)
        request = CreateTasks(script_name="post", script_config=config, serials=["p1"], platform="instagram")
        with pytest.raises(RequestError, match="an Instagram reel takes video/mp4"):
            await scene.acceptance.create(request)
        pictures = {"content_type": 1, "image_count": 21}
        request = CreateTasks(script_name="post", script_config=pictures, serials=["p1"], platform="instagram")
        with pytest.raises(RequestError, match="image_count: 21 pictures in one post; an Instagram post"):
            await scene.acceptance.create(request)

    run(story)


def test_what_only_tiktok_has_is_refused_elsewhere(run: Run) -> None:
    async def story(scene: TaskScene) -> None:
        config = {"add_product_link": "1"}
        await scene.post(**config)
        request = CreateTasks(script_name="post", script_config=config, serials=["p1"], platform="instagram")
        with pytest.raises(RequestError, match="add_product_link: only TikTok has it"):
            await scene.acceptance.create(request)

    run(story)


def test_a_disk_that_is_away_holds_neither_phone_nor_request(
    run: Run, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = make_video(root / "a.mp4")
    back = threading.Event()

    def never(*_args: Any) -> None:
        back.wait(30)

    async def story(scene: TaskScene) -> None:
        await scene.post("p1", material_list=[str(path)])
        (begin,) = await scene.begun(1)
        await scene.post("p1", material_list=[str(path)])
        monkeypatch.setattr(task_media, "OPEN_TIMEOUT_S", 0.1)
        monkeypatch.setattr(task_media, "open_named", never)
        with pytest.raises(RequestError, match=r"could not be opened within 0 s; is its disk there\?"):
            await scene.post("p1", material_list=[str(path)])
        scene.publish("p1", begin)
        task = await scene.ended(begin.task_id + 1)
        assert (task.reason, "is its disk there" in task.remark) == (Reason.MEDIA_INVALID, True)
        back.set()

    run(story)
