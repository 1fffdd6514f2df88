"""The daemon's components in the test's own event loop: a real store, the real handlers, and phones that a test posts.

No zygote forks and no adb server is asked; what workers are told is kept.
"""

import asyncio
import random
import shutil
import socket
import subprocess
import sys
from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

import pytest
from msgspec.structs import replace

from drover.config import AdbSection, Config, DaemonSection
from drover.store import Store
from drover.supervisor.api.audit import Audited
from drover.supervisor.api.handlers import Handlers
from drover.supervisor.api.server import Answer, Peer
from drover.supervisor.api.state import DaemonState
from drover.supervisor.app import wiring
from drover.supervisor.app.worker_reports import WorkerReports
from drover.supervisor.core import Boot
from drover.supervisor.jobs import Jobs
from drover.supervisor.settings import Settings
from drover.supervisor.tasks.endings import Endings
from drover.supervisor.tasks.scripts import Scripts
from drover.supervisor.workers.pool import WorkerPool, WorkerTerms
from drover.supervisor.workers.zygote_process import ZygoteProcess
from drover.wire.control import CreateTasks, RequestBody, TasksCreated
from drover.wire.faults import Failure, RequestError
from drover.wire.worker import ToWorker
from tests.support.registered import NO_PAUSES, NO_TROUBLE, make_ready

T = TypeVar("T")
PHONE = "R58M1"
NO_ADB = 1
"""A port where no adb server answers."""


class DeafWorkers(WorkerPool):
    """The pool without processes: takes what workers are told, and `said` keeps it."""

    def __init__(self, terms: WorkerTerms) -> None:
        ours, theirs = socket.socketpair()
        theirs.close()
        ended = subprocess.Popen([sys.executable, "-I", "-S", "-c", ""])
        super().__init__(terms, ZygoteProcess(ended, ours), random.Random(1))
        self.said: list[ToWorker] = []

    def send(self, serial: str, message: ToWorker) -> bool:
        self.said.append(message)
        return True


class Supervised:
    """The components of a daemon that runs; `ask` is a request as the control server hands it over."""

    def __init__(self, state: DaemonState, workers: DeafWorkers) -> None:
        self.state = state
        self.workers = workers
        self.store = state.core.store
        self.reports: WorkerReports = wiring.worker_reports(state)
        self._audited = Audited(Handlers(state), state.core.store)
        self.peer = Peer(uid=1000, pid=42)

    async def answer(self, body: RequestBody) -> Answer:
        """Whatever answers it; raises RequestError."""
        return await self._audited(body, self.peer, None)

    async def ask(self, body: RequestBody, kind: type[T]) -> T:
        """The answer, which is of this kind."""
        answer = await self.answer(body)
        assert isinstance(answer, kind), answer
        return answer

    async def refused(self, body: RequestBody) -> Failure:
        """Why it is not carried out."""
        with pytest.raises(RequestError) as caught:
            await self.answer(body)
        assert caught.value.failure.message
        return caught.value.failure

    async def create(self, count: int = 1, serial: str = PHONE, **fields: Any) -> list[int]:
        """So many pending follows for a phone."""
        config = {"target_users": [f"user{number}" for number in range(count)]}
        body = CreateTasks(script_name="follow", script_config=config, serials=[serial], **fields)
        return (await self.ask(body, TasksCreated)).task_ids

    async def told(self, kind: type[T]) -> T:
        """What a worker is told next of this kind."""
        while not (found := [message for message in self.workers.said if isinstance(message, kind)]):
            await asyncio.sleep(0)
        self.workers.said.remove(found[0])
        return found[0]


@asynccontextmanager
async def supervised(store: Store, config: Config, runtime_dir: Path) -> AsyncGenerator[Supervised]:
    """The components over this store, with the loops that carry out commands and pump events."""
    failed: list[str] = []
    settings = Settings(config)
    jobs = Jobs(lambda: failed.append("a component ended"))
    boot = Boot(
        id="boot-1", settings=settings, runtime_dir=runtime_dir, jobs=jobs, rng=random.Random(1), load=lambda: config
    )
    terms = WorkerTerms(
        boot_id=boot.id, endpoint="ipc:///nowhere", adb=("127.0.0.1", NO_ADB), engine="adb", heartbeat_s=1.0,
        log_options=("info", "text"),
    )  # fmt: skip
    workers, scripts = DeafWorkers(terms), Scripts(store, config.scripts)
    await scripts.load()
    await scripts.found_plugins([])
    state = await wiring.components(boot, store, workers, scripts, Endings(settings, scripts, boot.rng))
    jobs.start("commands", wiring.command_loop(state).run())
    jobs.start("events", state.core.event_feed.run(store.follow()))
    try:
        yield Supervised(state, workers)
    finally:
        await jobs.end()
        await workers.stop(asyncio.Event())
        for inspector in state.tasks.inspectors:
            inspector.close()
    assert not failed


Play = Callable[[Callable[[Supervised], Coroutine[Any, Any, None]]], None]


class Rig:
    """Plays scenes; `config` may be changed before, `phones` are idle from the start."""

    def __init__(self, folder: Path, empty_database: Path) -> None:
        self.folder = folder
        self._database = folder / "data" / "drover.db"
        self._database.parent.mkdir()
        self._database.parent.chmod(0o700)
        (folder / "run").mkdir(mode=0o700)
        shutil.copy(empty_database, self._database)
        self.phones = [PHONE]
        self.config = Config(
            daemon=DaemonSection(data_dir=str(folder / "data"), timezone="UTC"),
            adb=AdbSection(port=NO_ADB, start_server=False),
            pace=NO_PAUSES,
            trouble=NO_TROUBLE,
        )

    def set(self, **sections: Any) -> None:
        """Replace sections of the configuration."""
        self.config = replace(self.config, **sections)

    def play(self, scene: Callable[[Supervised], Coroutine[Any, Any, None]]) -> None:
        """Run the scene with a daemon's components."""

        async def played() -> None:
            with Store.open(self._database) as store:
                async with supervised(store, self.config, self.folder / "run") as daemon:
                    make_ready(daemon.state.devices.registry, *self.phones)
                    await scene(daemon)

        asyncio.run(played())


@pytest.fixture
def rig(tmp_path: Path, empty_database: Path) -> Rig:
    return Rig(tmp_path, empty_database)
