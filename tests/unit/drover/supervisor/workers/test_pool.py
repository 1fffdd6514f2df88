"""The worker processes: one for each wanted phone, started again as the rules say, ended by pid. Real processes."""

import asyncio
import os
import random
import signal
import tempfile
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import zmq
from msgspec.structs import replace

from drover.supervisor.workers import pool as pool_module
from drover.supervisor.workers.pool import WorkerPool, WorkerTerms
from drover.supervisor.workers.zygote_process import ZygoteProcess
from drover.wire.codec import PROTOCOL_VERSION
from drover.wire.devices import Identity
from drover.wire.tasks import Effect
from drover.wire.worker import FROM_WORKER, Ended, FromWorker, Heartbeat, Outcome, PhoneTrouble, Probe, WorkerHello
from tests.support.processes import gone

PHONE, OTHER = "R58M1", "R58M2"
KNOWN = Identity(android_id="f00f00f00f00f00f", boot_time="100")


@dataclass
class Heard:
    """Implements WorkerListener."""

    started: list[tuple[str, int, int]] = field(default_factory=list[tuple[str, int, int]])
    said: list[tuple[str, FromWorker]] = field(default_factory=list[tuple[str, FromWorker]])
    ended: list[tuple[str, int, bool, float | None]] = field(default_factory=list[tuple[str, int, bool, float | None]])

    def on_worker_started(self, serial: str, pid: int, starts: int) -> None:
        self.started.append((serial, pid, starts))

    def on_message(self, serial: str, message: FromWorker) -> None:
        self.said.append((serial, message))

    def on_worker_ended(self, serial: str, status: int, *, quarantined: bool, retry_in_s: float | None) -> None:
        self.ended.append((serial, status, quarantined, retry_in_s))

    def pid(self, serial: str = PHONE) -> int:
        """Of the phone's newest worker."""
        return next(pid for name, pid, _ in reversed(self.started) if name == serial)

    def hellos(self, serial: str = PHONE) -> int:
        return sum(isinstance(message, WorkerHello) for name, message in self.said if name == serial)


class Scene:
    """A pool over a zygote of its own."""

    def __init__(self, folder: Path) -> None:
        self.terms = WorkerTerms(
            boot_id="boot-1", endpoint=f"ipc://{folder / 'workers.sock'}", adb=("127.0.0.1", 1), engine="adb",
            heartbeat_s=0.2, log_options=("error", "text"),
        )  # fmt: skip
        self.zygote = ZygoteProcess.start(log_level="error", log_format="text")
        self.pool = WorkerPool(self.terms, self.zygote, random.Random(1))
        self.heard = Heard()
        self.pool.bind(self.heard)

    async def until(self, holds: Callable[[], object]) -> None:
        async with asyncio.timeout(30):
            while not holds():
                await asyncio.sleep(0.005)

    def watched(self) -> bool:
        """Another second of the daemon's has passed."""
        self.pool.watch()
        return True

    async def greeted(self, serial: str = PHONE, times: int = 1) -> int:
        """Wait for so many hellos of the phone's workers; the pid of the newest."""
        await self.until(lambda: self.heard.hellos(serial) >= times)
        return self.heard.pid(serial)


def play(scene: Callable[[Scene], Coroutine[Any, Any, None]]) -> None:
    async def played() -> None:
        with tempfile.TemporaryDirectory(prefix="drp") as folder:
            made = Scene(Path(folder))
            hurry = asyncio.Event()
            try:
                await scene(made)
            finally:
                hurry.set()
                await made.pool.stop(hurry)
        assert made.pool.running == 0
        assert all(gone(pid) for _, pid, _ in made.heard.started)

    asyncio.run(played())


def test_a_wanted_worker_starts_with_the_zygote_speaks_and_ends_when_it_is_wanted_no_more() -> None:
    async def scene(made: Scene) -> None:
        made.pool.want(PHONE, "", KNOWN)
        made.pool.want(PHONE, "", KNOWN)  # once more changes nothing
        assert not made.pool.send(PHONE, Probe())  # there is none yet
        await made.pool.start()
        pid = await made.greeted()
        assert (made.heard.started, made.pool.running) == ([(PHONE, pid, 1)], 1)
        await made.until(lambda: any(isinstance(message, PhoneTrouble) for _, message in made.heard.said))
        before = len(made.heard.said)
        assert made.pool.send(PHONE, Probe())
        await made.until(lambda: any(isinstance(message, PhoneTrouble) for _, message in made.heard.said[before:]))
        made.pool.unwant(PHONE)
        await made.until(lambda: made.heard.ended)
        assert made.heard.ended == [(PHONE, 0, False, None)]  # told to end, and not to be started again
        assert not made.pool.send(PHONE, Probe())
        made.pool.unwant("never wanted")
        assert not made.pool.kill(PHONE, "it is gone")

    play(scene)


def test_a_death_is_counted_and_one_that_a_person_wanted_is_not() -> None:
    async def scene(made: Scene) -> None:
        await made.pool.start()
        made.pool.want(PHONE, "", KNOWN)
        first = await made.greeted()
        assert made.pool.kill(PHONE, "a person wants it", excused=True)
        second = await made.greeted(times=2)
        assert second != first
        assert made.heard.ended == [(PHONE, -signal.SIGKILL, False, 0.0)]
        os.kill(second, signal.SIGKILL)
        await made.until(lambda: len(made.heard.ended) == 2)
        _, status, quarantined, retry_in_s = made.heard.ended[1]
        assert (status, quarantined) == (-signal.SIGKILL, False)
        assert retry_in_s is not None
        assert retry_in_s > 0.5
        assert [starts for _, _, starts in made.heard.started] == [1, 2]

    play(scene)


def test_case_p3_another_way_to_the_phone_and_another_start_of_it_replace_the_worker() -> None:
    async def scene(made: Scene) -> None:
        await made.pool.start()
        made.pool.want(PHONE, "", KNOWN, same_boot=True)
        await made.greeted()
        made.pool.want(PHONE, "10.0.0.1:5555", KNOWN, same_boot=True)
        await made.greeted(times=2)
        made.pool.want(PHONE, "10.0.0.1:5555", Identity(android_id=KNOWN.android_id, boot_time="200"), same_boot=True)
        await made.greeted(times=3)
        assert {retry for *_, retry in made.heard.ended} == {0.0}  # nothing is held against it
        made.pool.want(PHONE, "10.0.0.1:5555", Identity(android_id=KNOWN.android_id, boot_time="300"))
        made.pool.watch()
        await asyncio.sleep(0)
        assert (len(made.heard.ended), made.pool.running) == (2, 1)  # where its start need not be the same

    play(scene)


def test_one_that_gives_no_sign_of_life_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    async def scene(made: Scene) -> None:
        await made.pool.start()
        for serial in (PHONE, OTHER):
            made.pool.want(serial, "", KNOWN)
            await made.greeted(serial)
        made.pool.watch()
        os.kill(made.heard.pid(), signal.SIGSTOP)
        limit_s = made.terms.heartbeat_s * pool_module.SILENT_HEARTBEATS
        begun = asyncio.get_running_loop().time()
        await made.until(lambda: made.watched() and made.heard.ended)
        assert asyncio.get_running_loop().time() - begun >= limit_s - made.terms.heartbeat_s
        assert [(serial, status) for serial, status, *_ in made.heard.ended] == [(PHONE, -signal.SIGKILL)]

    play(scene)


def test_s26_only_the_present_worker_of_a_phone_is_heard() -> None:
    ended = FROM_WORKER.encode(Ended(fence=1, outcome=Outcome.COMPLETED, effect=Effect.CONFIRMED))
    hello = WorkerHello(version=PROTOCOL_VERSION, boot_id="boot-1", serial=PHONE, incarnation=1, pid=1)

    async def scene(made: Scene) -> None:
        context = zmq.Context()

        async def forged(identity: bytes, *messages: bytes) -> None:
            before = made.pool.dropped
            with context.socket(zmq.DEALER) as sock:
                sock.setsockopt(zmq.IDENTITY, identity)
                sock.setsockopt(zmq.LINGER, 2000)
                sock.connect(made.terms.endpoint)
                for message in messages:
                    sock.send(message)
                await made.until(lambda: made.pool.dropped == before + len(messages))

        made.pool.want(PHONE, "", KNOWN)  # it cannot be forked yet, so that its identity is free
        await forged(b"nobody#1", ended, FROM_WORKER.encode(Heartbeat(fence=None)))
        await forged(f"{PHONE}#1".encode(), ended)  # a worker of another number
        others: list[dict[str, Any]] = [{"boot_id": "boot-0"}, {"serial": OTHER}, {"version": PROTOCOL_VERSION + 1}]
        hellos = [FROM_WORKER.encode(replace(hello, **changed)) for changed in others]
        await forged(f"{PHONE}#0".encode(), ended, *hellos)  # spoke before a hello that is good
        assert made.heard.said == []
        context.term()

    play(scene)


def test_r07_when_the_zygote_dies_it_and_all_workers_are_started_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool_module, "ZYGOTE_AGAIN_S", 0.0)

    async def scene(made: Scene) -> None:
        await made.pool.start()
        for serial in (PHONE, OTHER):
            made.pool.want(serial, "", KNOWN)
            await made.greeted(serial)
        made.zygote.kill()
        for serial in (PHONE, OTHER):
            await made.greeted(serial, times=2)
        assert sorted(made.heard.ended) == [(serial, -signal.SIGKILL, False, 0.0) for serial in (PHONE, OTHER)]

    play(scene)


def test_r07_a_zygote_that_does_not_fork_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool_module, "ZYGOTE_AGAIN_S", 0.0)
    monkeypatch.setattr(pool_module, "ZYGOTE_ANSWER_S", 0.3)

    async def scene(made: Scene) -> None:
        await made.pool.start()
        os.kill(made.zygote.pid, signal.SIGSTOP)
        made.pool.want(PHONE, "", KNOWN)
        made.pool.watch()
        assert not made.zygote.ended()
        await made.until(lambda: made.watched() and made.zygote.ended())
        monkeypatch.setattr(pool_module, "ZYGOTE_ANSWER_S", 60.0)
        await made.greeted()

    play(scene)


def test_one_that_is_stopped_while_it_starts_is_no_failure() -> None:
    async def scene(made: Scene) -> None:
        starting = asyncio.create_task(made.pool.start())
        for _ in range(20):
            await asyncio.sleep(0)  # it waits for the zygote, which imports for longer than that
        hurry = asyncio.Event()
        hurry.set()
        stopping = asyncio.create_task(made.pool.stop(hurry))
        made.zygote.kill()
        await asyncio.gather(starting, stopping)

    play(scene)
