"""Posts at the dispatcher: refused when they are asked for, given their files when they begin, on real files."""

import asyncio
import os
import random
import re
import threading
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlalchemy import Connection, update
from structlog.testing import capture_logs

from drover.config import Config, MediaSection
from drover.media.inspector import Inspector
from drover.media.limits import limits, texts
from drover.policy.clock import Reading
from drover.policy.phone_commands import WakeDispatcher
from drover.store import Store, accounts, media_uses, tasks
from drover.store.errors import IdempotencyConflictError
from drover.store.schema import tasks as table
from drover.store.types import from_micros
from drover.supervisor.api_address import ApiAddress
from drover.supervisor.devices.registry import DeviceRegistry
from drover.supervisor.devices.transports import Transports
from drover.supervisor.dispatch_signal import DispatchSignal
from drover.supervisor.event_feed import EventFeed
from drover.supervisor.leases.direct_calls import DirectCalls
from drover.supervisor.leases.leases import PhoneLeases
from drover.supervisor.settings import Settings
from drover.supervisor.tasks import task_media
from drover.supervisor.tasks.acceptance import Acceptance
from drover.supervisor.tasks.attempt_starter import AttemptStarter
from drover.supervisor.tasks.begin_messages import BeginMessages
from drover.supervisor.tasks.dispatcher import Dispatcher
from drover.supervisor.tasks.endings import Endings
from drover.supervisor.tasks.intake import Intake
from drover.supervisor.tasks.planner import TaskPlanner
from drover.supervisor.tasks.running_attempts import RunningAttempts
from drover.supervisor.tasks.scripts import Scripts
from drover.supervisor.tasks.task_media import TaskMedia
from drover.wire.control import Account, CreateTasks
from drover.wire.faults import Code, RequestError
from drover.wire.post import PostConfig
from drover.wire.tasks import Effect, Reason, Status, Task
from drover.wire.worker import Begin, EffectConfirmed, Ended, IntentRequested, Outcome, ToWorker
from tests.support.media import make_picture, make_video
from tests.support.published import keep
from tests.support.registered import NO_PAUSES, NO_TROUBLE, FakeWorkers, command_loop, make_ready, no_events


class Desk:
    """A dispatcher over two idle phones whose workers are this test."""

    def __init__(self, store: Store, root: Path) -> None:
        self.store = store
        self.inspector = Inspector()
        self.settings = Settings(Config(media=MediaSection(roots=[str(root)]), pace=NO_PAUSES, trouble=NO_TROUBLE))
        self.registry = DeviceRegistry([])
        make_ready(self.registry, "p1", "p2")
        self.signal = DispatchSignal(EventFeed(no_events, 0))
        scripts, transports, self.workers = Scripts(store, {}), Transports(self.registry), FakeWorkers()
        calls = DirectCalls(root.parent / "direct", self.workers)
        leases = PhoneLeases(self.registry, self.settings, calls, self.signal)
        library = root.parent / "library"
        self.media = TaskMedia(self.settings, store, self.inspector, library, limits(), texts())
        endings = Endings(self.settings, scripts, random.Random(1))
        self.running = RunningAttempts(
            store, EventFeed(no_events, 0), self.registry, self.workers, self.settings, endings
        )
        messages = BeginMessages(self.settings, scripts, self.media, leases, ApiAddress(self.settings, root))
        starter = AttemptStarter(store, self.registry, self.running, self.media, messages, "boot-1")
        planner = TaskPlanner(self.settings, store, transports, scripts)
        self.acceptance = Acceptance(self.registry, scripts, planner, self.media, Intake(store, self.signal))
        self.dispatcher = Dispatcher(self.settings, store, self.registry, leases, starter, self.signal)
        self.loop = command_loop(self.registry, {WakeDispatcher: self.signal.on_wake})

    @property
    def sent(self) -> list[tuple[str, ToWorker]]:
        return self.workers.sent

    async def post(self, serial: str = "p1", **config: Any) -> int:
        request = CreateTasks(script_name="post", script_config=config, serials=[serial])
        return (await self.acceptance.create(request)).task_ids[0]

    async def begun(self, count: int) -> list[Begin]:
        """The first so many attempts that workers heard of."""
        async with asyncio.timeout(10):
            while len(found := [message for _, message in self.sent if isinstance(message, Begin)]) < count:
                await asyncio.sleep(0.01)
        return found

    async def ended(self, task_id: int) -> Task:
        async with asyncio.timeout(10):
            while True:
                task = await self.store.read(tasks.get, task_id)
                assert task is not None
                if task.status.ended:
                    return task
                await asyncio.sleep(0.01)

    def publish(self, serial: str, begin: Begin) -> None:
        """What a worker says that published."""
        self.running.said(serial, IntentRequested(fence=begin.fence, what="post"))
        self.running.said(serial, EffectConfirmed(fence=begin.fence, evidence=[]))
        self.running.said(serial, Ended(fence=begin.fence, outcome=Outcome.COMPLETED, effect=Effect.CONFIRMED))


def _due_now(conn: Connection) -> None:
    conn.execute(update(table).values(not_before=from_micros(0)))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "media"
    folder.mkdir()
    return folder


@pytest.fixture
def run(tmp_path: Path, root: Path) -> Callable[[Callable[[Desk], Awaitable[None]]], None]:
    """Runs a story at a dispatcher whose dispatch runs."""

    def play(story: Callable[[Desk], Awaitable[None]]) -> None:
        async def whole() -> None:
            with Store.open(tmp_path / "drover.db") as store:
                dispatcher = Desk(store, root)
                runs = [asyncio.create_task(work) for work in (dispatcher.dispatcher.run(), dispatcher.loop.run())]
                try:
                    await story(dispatcher)
                finally:
                    for work in runs:
                        work.cancel()
                    dispatcher.inspector.close()

        asyncio.run(whole())

    return play


Run = Callable[[Callable[[Desk], Awaitable[None]]], None]


def test_an_attempt_begins_with_the_librarys_oldest(run: Run, tmp_path: Path) -> None:
    async def story(dispatcher: Desk) -> None:
        item = keep(dispatcher.store, "a", "x")
        keep(dispatcher.store, "b", "x")
        await dispatcher.post(materials_tags="x")
        (begin,) = await dispatcher.begun(1)
        (file,) = begin.media
        assert (file.material_id, file.path) == (item.id, str(tmp_path / "library" / item.path))
        assert begin.media_roots == [str(tmp_path / "media"), str(tmp_path / "library")]

    run(story)


def test_two_phones_begin_at_the_same_moment_with_files_of_their_own(run: Run, root: Path) -> None:
    """Each phone is an account of its own here; the account that both share is tested on the store."""
    for name in "abc":
        make_video(root / f"{name}.mp4")

    async def story(dispatcher: Desk) -> None:
        folder = {"material_source": "localFolder", "material_path": str(root)}
        ids = [await dispatcher.post(serial, **folder) for serial in ("p1", "p2", "p1")]
        begins = await dispatcher.begun(2)
        assert {begin.media[0].path for begin in begins} == {str(root / "a.mp4"), str(root / "b.mp4")}
        dispatcher.publish("p1", next(begin for begin in begins if begin.task_id == ids[0]))
        third = (await dispatcher.begun(3))[2]
        assert (third.task_id, third.media[0].path) == (ids[2], str(root / "c.mp4"))

    run(story)


def test_case_c10_per_account_each_account_gets_the_same_file(run: Run, root: Path) -> None:
    make_video(root / "a.mp4")

    async def story(dispatcher: Desk) -> None:
        media = msgspec.structs.replace(dispatcher.settings.config.media, reuse="per_account")
        dispatcher.settings.replace(msgspec.structs.replace(dispatcher.settings.config, media=media))  # as a reload
        for serial in ("p1", "p2"):
            await dispatcher.post(serial, material_source="localFolder", material_path=str(root))
        assert {begin.media[0].path for begin in await dispatcher.begun(2)} == {str(root / "a.mp4")}

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

    async def story(dispatcher: Desk) -> None:
        account = Account(username="shop.one", serial="p1", platform="tiktok", enabled=True)
        await dispatcher.store.write(accounts.put, account)
        post = {"material_source": "localFolder", "material_path": str(root), "post_way": "useSound"}
        request = CreateTasks(script_name="post", script_config=post, usernames=["shop.one"])
        took: list[tuple[str, str, str]] = []
        for number in range(1, 3):
            (task_id,) = (await dispatcher.acceptance.create(request)).task_ids
            begin = (await dispatcher.begun(number))[-1]
            task = await dispatcher.store.read(tasks.get, task_id)
            assert task is not None
            assert task.media is not None
            config = begin.script_config
            took.append((task.media.files[0].name, config["captions"], config["sound_name"]))
            assert (task.script_config["captions"], task.script_config["sound_name"]) == ("", "")
            dispatcher.publish("p1", begin)
            await dispatcher.ended(task_id)
        await dispatcher.post("p2", **{**post, "captions": "Mine", "sound_name": "My sound"})
        assert took == [
            ("@Shop.One/own.mp4", "Own caf\u00e9", "https://www.tiktok.com/music/rain-1"),
            ("root.mp4", "Root", "Rain"),
        ]

    run(story)


def test_case_c9_the_requests_own_values_win(run: Run, root: Path) -> None:
    make_video(root / "a.mp4")
    (root / "caption.txt").write_bytes(b"caf\xe9")  # not even looked at
    (root / "sound_names.txt").write_text("Rain\n")

    async def story(dispatcher: Desk) -> None:
        folder = {"material_source": "localFolder", "material_path": str(root)}
        said = {"captions": "Mine", "add_sound": "custom", "custom_sound_keyword": "wind"}
        await dispatcher.post(**folder, **said)
        (begin,) = await dispatcher.begun(1)
        assert {name: begin.script_config[name] for name in said} == said

    run(story)


def test_case_c9_a_keyword_is_a_line_too(run: Run, root: Path) -> None:
    make_video(root / "a.mp4")
    (root / "sound_names.txt").write_text("Rain\n")

    async def story(dispatcher: Desk) -> None:
        await dispatcher.post(material_source="localFolder", material_path=str(root), add_sound="custom")
        (begin,) = await dispatcher.begun(1)
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

    async def story(dispatcher: Desk) -> None:
        task = await dispatcher.ended(await dispatcher.post(material_source="localFolder", material_path=str(root)))
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

    async def story(dispatcher: Desk) -> None:
        config = {"captions": captions, "material_list": [str(root / "a.mp4")]}
        request = CreateTasks(script_name="post", script_config=config, serials=["p1"], platform=platform)
        with pytest.raises(RequestError, match=re.escape(says)) as refused:
            await dispatcher.acceptance.create(request)
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

    async def story(dispatcher: Desk) -> None:
        config = {"post_way": "useSound"} if name == "sound_names.txt" else {}
        task = await dispatcher.ended(
            await dispatcher.post(material_source="localFolder", material_path=str(root), **config)
        )
        assert task.reason is Reason.MEDIA_INVALID
        assert says in task.remark
        assert task.remark.endswith("correct the file, then retry")
        assert dispatcher.sent == []

    run(story)


def test_case_t3_a_task_that_an_earlier_version_accepted_fails_before_it_begins(run: Run, root: Path) -> None:
    make_video(root / "a.mp4")

    async def story(dispatcher: Desk) -> None:
        task_id = await dispatcher.post("p3", captions="fine", material_list=[str(root / "a.mp4")])
        config = msgspec.to_builtins(PostConfig(captions="a\x0bb", material_list=[str(root / "a.mp4")]))
        await dispatcher.store.write(_say, task_id, config)
        make_ready(dispatcher.registry, "p3")
        dispatcher.signal.wake()
        task = await dispatcher.ended(task_id)
        assert (task.reason, dispatcher.sent) == (Reason.MEDIA_INVALID, [])
        assert "captions: character 2 (line 1) is the control character U+000B" in task.remark

    run(story)


def test_case_b10_a_wait_that_was_stamped_a_day_ahead_ends_soon_after_the_clock_came_back(
    run: Run, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_video(root / "a.mp4")
    ahead, shown = [timedelta(days=1)], list[timedelta]()

    def read() -> Reading:
        shown.append(ahead[0])
        return Reading(wall=datetime.now(UTC) + ahead[0], monotonic_s=time.monotonic())

    monkeypatch.setattr("drover.supervisor.tasks.dispatcher.reading", read)

    async def story(dispatcher: Desk) -> None:
        task_id = await dispatcher.post("p3", material_list=[str(root / "a.mp4")])
        stamp = datetime.now(UTC) + timedelta(days=1, seconds=1)
        await dispatcher.store.write(_not_before, task_id, stamp)
        shown.clear()
        dispatcher.signal.wake()
        async with asyncio.timeout(10):
            while not shown:
                await asyncio.sleep(0.01)
        make_ready(dispatcher.registry, "p3")
        ahead[0] = timedelta()
        dispatcher.signal.wake()
        (begin,) = await dispatcher.begun(1)
        assert begin.task_id == task_id

    run(story)


def _not_before(conn: Connection, task_id: int, stamp: datetime) -> None:
    conn.execute(update(table).where(table.c.id == task_id).values(not_before=stamp))


def _say(conn: Connection, task_id: int, config: dict[str, Any]) -> None:
    conn.execute(update(table).where(table.c.id == task_id).values(script_config=config))


def test_case_c13_each_task_of_a_request_publishes_another_video_of_the_list(run: Run, root: Path) -> None:
    paths = [str(make_video(root / f"{name}.mp4")) for name in "ab"]

    async def story(dispatcher: Desk) -> None:
        def request(*serials: str) -> CreateTasks:
            return CreateTasks(script_name="post", script_config={"material_list": paths}, serials=list(serials))

        await dispatcher.acceptance.create(request("p1", "p2"))
        begins = await dispatcher.begun(2)
        assert sorted(begin.media[0].path for begin in begins) == paths
        assert [len(begin.media) for begin in begins] == [1, 1]
        with pytest.raises(RequestError, match="material_list: 2 videos for 3 tasks"):
            await dispatcher.acceptance.create(request("p1", "p2", "p3"))

    run(story)


def test_case_c13_a_listed_video_that_is_gone_leaves_the_others(run: Run, root: Path) -> None:
    paths = [str(make_video(root / f"{name}.mp4")) for name in "ab"]

    async def story(dispatcher: Desk) -> None:
        request = CreateTasks(
            script_name="post", script_config={"material_list": paths}, serials=["p1"], start_time="00:00"
        )
        await dispatcher.acceptance.create(request)
        Path(paths[0]).unlink()
        await dispatcher.store.write(_due_now)
        dispatcher.signal.wake()
        assert (await dispatcher.begun(1))[0].media[0].path == paths[1]

    run(story)


def test_a_folder_is_read_in_order_past_what_is_no_such_media(run: Run, root: Path) -> None:
    for name in ("c.png", "b.png", "a.png"):
        make_picture(root / name)
    make_video(root / "0.mp4")
    (root / "1.txt").write_text("x")
    (root / "2.png").write_bytes((root / "a.png").read_bytes()[:200])
    make_picture(root / ".hidden.png", mark="h")

    async def story(dispatcher: Desk) -> None:
        await dispatcher.post(content_type=1, image_count=2, material_source="localFolder", material_path=str(root))
        (begin,) = await dispatcher.begun(1)
        assert [Path(file.path).name for file in begin.media] == ["a.png", "b.png"]

    run(story)


def test_a_folder_that_runs_dry_fails_the_task_in_words(run: Run, root: Path) -> None:
    make_video(root / "a.mp4")

    async def story(dispatcher: Desk) -> None:
        folder = {"material_source": "localFolder", "material_path": str(root)}
        await dispatcher.post(**folder)
        dispatcher.publish("p1", (await dispatcher.begun(1))[0])
        task = await dispatcher.ended(await dispatcher.post(**folder))
        assert (task.status, task.reason) == (Status.FAILED, Reason.MEDIA_INVALID)
        assert "1 video there, 1 of them used" in task.remark
        assert "put more files there" in task.remark

    run(story)


def test_case_t2_a_file_name_that_is_not_utf8_stops_no_other(run: Run, root: Path) -> None:
    make_video(root / "good.mp4")
    for name in (b"caf\xe9.mp4", b"caf\xe9.txt"):
        (root / os.fsdecode(name)).write_bytes((root / "good.mp4").read_bytes())
    (root / os.fsdecode(b"@own\xe9")).mkdir()

    async def story(dispatcher: Desk) -> None:
        folder = {"material_source": "localFolder", "material_path": str(root)}
        await dispatcher.post(**folder)
        with capture_logs() as lines:
            (begin,) = await dispatcher.begun(1)
        assert [file.path for file in begin.media] == [str(root / "good.mp4")]
        refusal = f"{root}/caf\\xe9.mp4: has a name that is not UTF-8; rename it"
        assert [line["why"] for line in lines if line["event"] == "file_left_out"] == [refusal]
        dispatcher.publish("p1", begin)
        task = await dispatcher.ended(await dispatcher.post(**folder))
        assert task.reason is Reason.MEDIA_INVALID
        assert refusal in task.remark
        assert "caf\\xe9.txt" not in task.remark

    run(story)


def test_links_and_broken_files_of_a_folder_are_no_further_files(run: Run, root: Path) -> None:
    make_picture(root / "a.png")
    (root / "b.png").symlink_to(root / "a.png")
    (root / "c.png").write_bytes((root / "a.png").read_bytes()[:200])

    async def story(dispatcher: Desk) -> None:
        folder = {"material_source": "localFolder", "material_path": str(root)}
        task = await dispatcher.ended(await dispatcher.post(content_type=1, image_count=2, **folder))
        assert task.reason is Reason.MEDIA_INVALID
        assert "found 1" in task.remark
        assert f"1 of them unusable ({root}/c.png: is broken" in task.remark
        await dispatcher.post(content_type=1, **folder)
        (begin,) = await dispatcher.begun(1)
        assert [file.path for file in begin.media] == [str(root / "a.png")]

    run(story)


def test_a_given_list_goes_in_its_order(run: Run, root: Path) -> None:
    paths = [str(make_picture(root / name)) for name in ("b.png", "a.png")]

    async def story(dispatcher: Desk) -> None:
        await dispatcher.post(content_type=1, material_list=paths)
        (begin,) = await dispatcher.begun(1)
        assert [file.path for file in begin.media] == paths
        assert await dispatcher.store.read(media_uses.of_task, begin.task_id) == []

    run(story)


def test_a_file_that_is_gone_when_the_task_begins_fails_it(run: Run, root: Path) -> None:
    path = make_video(root / "a.mp4")

    async def story(dispatcher: Desk) -> None:
        request = CreateTasks(
            script_name="post", script_config={"material_list": [str(path)]}, serials=["p1"], start_time="00:00"
        )
        (task_id,) = (await dispatcher.acceptance.create(request)).task_ids
        path.unlink()
        await dispatcher.store.write(_due_now)
        dispatcher.signal.wake()
        task = await dispatcher.ended(task_id)
        assert (task.reason, task.remark) == (Reason.MEDIA_INVALID, f"{path}: there is no such file")

    run(story)


def test_an_attempt_that_failed_without_effect_gives_its_file_back(run: Run) -> None:
    async def story(dispatcher: Desk) -> None:
        item = keep(dispatcher.store, "a")
        task_id = await dispatcher.post()
        (begin,) = await dispatcher.begun(1)
        failed = Ended(
            fence=begin.fence, outcome=Outcome.FAILED, effect=Effect.NONE, reason=Reason.NOT_LOGGED_IN, remark="out"
        )
        dispatcher.running.said("p1", failed)
        await dispatcher.ended(task_id)
        await dispatcher.post()
        assert (await dispatcher.begun(2))[1].media[0].material_id == item.id

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

    async def story(dispatcher: Desk) -> None:
        with pytest.raises(RequestError) as caught:
            await dispatcher.post(**filled)
        assert caught.value.failure.code is Code.INVALID
        assert str(caught.value).startswith("script_config.")
        assert says.replace("{root}", str(root)) in str(caught.value)
        assert (await dispatcher.store.read(tasks.stats)).total == 0

    run(story)


def test_the_limits_are_those_of_the_tasks_platform(run: Run, root: Path) -> None:
    path = make_video(root / "a.webm", seconds=2)

    async def story(dispatcher: Desk) -> None:
        config: dict[str, Any] = {"material_list": [str(path)]}
        await dispatcher.post(**config)
        request = CreateTasks(script_name="post", script_config=config, serials=["p1"], platform="instagram")
        with pytest.raises(RequestError, match="an Instagram reel takes video/mp4"):
            await dispatcher.acceptance.create(request)
        pictures = {"content_type": 1, "image_count": 21}
        request = CreateTasks(script_name="post", script_config=pictures, serials=["p1"], platform="instagram")
        with pytest.raises(RequestError, match="image_count: 21 pictures in one post; an Instagram post"):
            await dispatcher.acceptance.create(request)

    run(story)


def test_what_only_tiktok_has_is_refused_elsewhere(run: Run) -> None:
    async def story(dispatcher: Desk) -> None:
        config = {"add_product_link": "1"}
        await dispatcher.post(**config)
        request = CreateTasks(script_name="post", script_config=config, serials=["p1"], platform="instagram")
        with pytest.raises(RequestError, match="add_product_link: only TikTok has it"):
            await dispatcher.acceptance.create(request)

    run(story)


def test_a_disk_that_is_away_holds_neither_phone_nor_request(
    run: Run, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = make_video(root / "a.mp4")
    back = threading.Event()

    def never(*_args: Any) -> None:
        back.wait(30)

    async def story(dispatcher: Desk) -> None:
        await dispatcher.post("p1", material_list=[str(path)])
        (begin,) = await dispatcher.begun(1)
        await dispatcher.post("p1", material_list=[str(path)])
        monkeypatch.setattr(task_media, "OPEN_TIMEOUT_S", 0.1)
        monkeypatch.setattr(task_media, "open_named", never)
        with pytest.raises(RequestError, match=r"could not be opened within 0 s; is its disk there\?"):
            await dispatcher.post("p1", material_list=[str(path)])
        dispatcher.publish("p1", begin)
        task = await dispatcher.ended(begin.task_id + 1)
        assert (task.reason, "is its disk there" in task.remark) == (Reason.MEDIA_INVALID, True)
        back.set()

    run(story)


def test_a_repeat_under_its_key_is_answered_though_the_file_is_gone(run: Run, root: Path) -> None:
    path = make_video(root / "a.mp4")
    request = CreateTasks(
        script_name="post",
        script_config={"material_list": [str(path)]},
        serials=["elsewhere"],
        idempotency_key="key-1",
        body_digest="a",
    )

    async def story(dispatcher: Desk) -> None:
        first = await dispatcher.acceptance.create(request)
        path.unlink()
        assert await dispatcher.acceptance.create(request) == first
        with pytest.raises(IdempotencyConflictError):
            await dispatcher.acceptance.create(msgspec.structs.replace(request, body_digest="b"))

    run(story)
