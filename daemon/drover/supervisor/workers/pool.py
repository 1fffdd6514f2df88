"""The worker processes: one for each phone that is wanted, restarted with backoff, ended by pid.

Decides nothing about tasks; tells its listener of a worker's hello, messages and end.
"""

import asyncio
import os
import random
import signal
from dataclasses import dataclass, field
from typing import Final

import structlog

from drover.policy.phone_commands import EndWorker, KeepWorker, Send
from drover.policy.restart import WorkerRestarts
from drover.supervisor import clock
from drover.supervisor.workers.channel import WorkerChannel
from drover.supervisor.workers.protocol import WorkerListener
from drover.supervisor.workers.zygote import Zygote
from drover.supervisor.workers.zygote_process import ZygoteProcess
from drover.wire.codec import PROTOCOL_VERSION
from drover.wire.custom import PluginSheet
from drover.wire.devices import Device, Identity
from drover.wire.worker import FromWorker, Shutdown, ToWorker, WorkerHello, routing_id
from drover.wire.zygote import Exited, Forked, FromZygote, WorkerSpec

log = structlog.get_logger("drover.workers")

HELLO_TIMEOUT_S: Final = 30.0
SILENT_HEARTBEATS: Final = 5
SHUTDOWN_GRACE_S: Final = 2.0
HURRY_GRACE_S: Final = 0.3
ZYGOTE_AGAIN_S: Final = 5.0
ZYGOTE_STABLE_S: Final = 30.0
ZYGOTE_ANSWER_S: Final = 8.0
"""Within this the zygote forks and reports an end: it does nothing else."""


@dataclass
class WorkerProcess:
    """One phone's worker over its restarts. `identity` is that of the present incarnation."""

    serial: str
    restarts: WorkerRestarts
    wanted: bool = True
    incarnation: int = 0
    pid: int | None = None
    forking: bool = False
    forked_at: float = 0.0
    excused: bool = False
    killed_at: float | None = None
    transport: str = ""
    phone: Identity = field(default_factory=Identity)
    same_boot: bool = False
    forked_by: str = ""
    said_hello: bool = False
    last_word: float = 0.0
    timer: asyncio.TimerHandle | None = None

    @property
    def identity(self) -> bytes:
        return routing_id(self.serial, self.incarnation)


@dataclass(frozen=True, kw_only=True)
class WorkerTerms:
    """What every worker of this boot is started with. `endpoint` is where it reaches us, `adb` host and port."""

    boot_id: str
    endpoint: str
    adb: tuple[str, int]
    engine: str
    heartbeat_s: float
    log_options: tuple[str, str]


class WorkerPool:
    """Keeps one worker running for each wanted serial, from `bind` on."""

    def __init__(self, terms: WorkerTerms, zygote: ZygoteProcess, rng: random.Random) -> None:
        self._terms = terms
        self._rng = rng
        self._workers: dict[str, WorkerProcess] = {}
        self._by_pid: dict[int, WorkerProcess] = {}
        self._ending = False
        self._forks = False
        self._zygote_at = clock.monotonic_s()
        self._restarting: asyncio.Task[None] | None = None
        self._zygote = Zygote(zygote, self._from_zygote, self._zygote_died)
        self._listener: WorkerListener | None = None
        self._channel: WorkerChannel | None = None

    def bind(self, listener: WorkerListener) -> None:
        """Listen on the endpoint, for `listener`. Workers may be wanted from now on; they start when the zygote can
        fork them."""
        self._listener = listener
        self._channel = WorkerChannel(self._terms.endpoint, self._from_worker)

    async def start(self) -> None:
        """Wait until the zygote has imported everything, and start the workers that are wanted by then."""
        try:
            await self._zygote.ready()
        except RuntimeError:
            if self._ending:
                return  # an expected exit
            raise
        self._fork_wanted()

    @property
    def plugins(self) -> list[PluginSheet]:
        """The Python scripts that the zygote found when it started."""
        return self._zygote.plugins

    @property
    def dropped(self) -> int:
        return self._channel.dropped if self._channel else 0

    @property
    def running(self) -> int:
        return len(self._by_pid)

    # --- what the supervisor asks

    def want(self, serial: str, transport: str, identity: Identity, *, same_boot: bool = False) -> None:
        """Have a worker for this phone, from now on; one that uses another transport is replaced.

        It touches no phone but the one with this identity; `same_boot`: of this very start.
        """
        worker = self._workers.get(serial)
        if worker is None:
            worker = self._workers[serial] = WorkerProcess(serial=serial, restarts=WorkerRestarts())
        worker.wanted = True
        stale = same_boot and worker.phone.boot_time != identity.boot_time
        worker.phone, worker.same_boot = identity, same_boot
        if stale and worker.pid is not None:
            self.kill(serial, "the phone was started again, and another answers alike", excused=True)
        if transport != worker.transport:
            worker.transport = transport
            self.kill(serial, f"the phone is reached by {transport or serial} now", excused=True)
        if worker.pid is None and not worker.forking and worker.timer is None:
            self._fork(worker)

    def unwant(self, serial: str) -> None:
        """End this phone's worker and start it no more."""
        worker = self._workers.get(serial)
        if worker is None:
            return
        worker.wanted = False
        if worker.timer is not None:
            worker.timer.cancel()
            worker.timer = None
        if worker.pid is not None:
            self.send(serial, Shutdown())
            asyncio.get_running_loop().call_later(SHUTDOWN_GRACE_S, self._kill_pid, worker.pid)

    def send(self, serial: str, message: ToWorker) -> bool:
        """Send to the phone's present worker; False if there is none to take it."""
        worker = self._workers.get(serial)
        if worker is None or self._channel is None or not worker.said_hello:
            return False
        return self._channel.send(worker.identity, message)

    def kill(self, serial: str, why: str, *, excused: bool = False) -> bool:
        """SIGKILL the phone's worker with its whole group; its end is reported as any other.

        `excused` when a person wanted it: it is started again at once, and no crash is counted.
        """
        worker = self._workers.get(serial)
        if worker is None or worker.pid is None:
            return False
        log.warning("worker_killed", device=serial, pid=worker.pid, why=why)
        worker.excused = worker.excused or excused
        worker.killed_at = worker.killed_at or clock.monotonic_s()
        self._kill_pid(worker.pid)
        return True

    # --- the loop's commands

    def on_keep(self, device: Device, command: KeepWorker) -> None:
        self.want(device.serial, command.address, command.identity, same_boot=command.same_boot)

    def on_end(self, device: Device, _command: EndWorker) -> None:
        self.unwant(device.serial)

    def on_send(self, device: Device, command: Send) -> None:
        self.send(device.serial, command.message)

    # --- for as long as the daemon lives

    async def stop(self, hurry: asyncio.Event) -> None:
        """End every worker, then the zygote; with `hurry` without waiting for what they do."""
        if self._ending:
            return
        self._ending = True
        for worker in list(self._workers.values()):
            self.unwant(worker.serial)
        begun = clock.monotonic_s()
        while self._by_pid and clock.monotonic_s() - begun < (HURRY_GRACE_S if hurry.is_set() else SHUTDOWN_GRACE_S):
            await asyncio.sleep(0.02)
        for pid in list(self._by_pid):
            self._kill_pid(pid)
        await self._zygote.stop()
        if self._channel is not None:
            self._channel.close()

    def watch(self) -> None:
        """Kill workers that gave no sign of life; called every second."""
        now = clock.monotonic_s()
        if any(_zygote_owes(worker, now) for worker in self._workers.values()):
            log.error("zygote_stuck", pid=self._zygote.pid)
            self._zygote.kill()
            return
        for worker in self._by_pid.values():
            limit = self._terms.heartbeat_s * SILENT_HEARTBEATS if worker.said_hello else HELLO_TIMEOUT_S
            worker.restarts.reset_if_stable(now)
            if now - worker.last_word > limit:
                self.kill(worker.serial, f"silent for {limit:.0f} s")

    # --- processes

    def _fork(self, worker: WorkerProcess) -> None:
        worker.timer = None
        if self._ending or not worker.wanted or not self._forks:
            return
        worker.incarnation += 1
        worker.forking = True
        worker.forked_at = clock.monotonic_s()
        worker.forked_by = worker.transport
        worker.excused = False
        worker.killed_at = None
        worker.said_hello = False
        self._zygote.fork(
            WorkerSpec(
                serial=worker.serial,
                incarnation=worker.incarnation,
                boot_id=self._terms.boot_id,
                endpoint=self._terms.endpoint,
                adb_host=self._terms.adb[0],
                adb_port=self._terms.adb[1],
                engine=self._terms.engine,
                heartbeat_s=self._terms.heartbeat_s,
                log_level=self._terms.log_options[0],
                transport=worker.transport,
                identity=worker.phone,
                same_boot=worker.same_boot,
            )
        )

    def _from_zygote(self, message: FromZygote) -> None:
        match message:
            case Forked(serial=serial, incarnation=incarnation, pid=pid):
                if self._workers[serial].incarnation != incarnation:
                    return  # the answer to a fork that another one followed
                self._started(self._workers[serial], pid)
            case Exited(pid=pid, status=status):
                self._exited(pid, status)
            case _:
                log.error("zygote_message_unexpected", message=type(message).__name__)

    def _started(self, worker: WorkerProcess, pid: int) -> None:
        """The process exists. The zygote tells so and the worker's own hello does: either may come first."""
        if worker.pid == pid:
            return
        worker.forking = False
        worker.pid = pid
        worker.last_word = clock.monotonic_s()
        worker.restarts.started(worker.last_word)
        self._by_pid[pid] = worker
        if self._listener is not None:
            self._listener.on_worker_started(worker.serial, pid, worker.incarnation)
        if not worker.wanted:
            self._kill_pid(pid)
        elif worker.forked_by != worker.transport:
            self.kill(worker.serial, "the phone is reached otherwise now", excused=True)

    def _exited(self, pid: int, status: int) -> None:
        worker = self._by_pid.pop(pid, None)
        if worker is None:
            return
        worker.pid = worker.killed_at = None
        worker.said_hello = False
        if not worker.wanted or self._ending:
            self._tell_end(worker.serial, status, quarantined=False, retry_in_s=None)
            return
        now = clock.monotonic_s()
        restarts = worker.restarts
        verdict = restarts.excused() if worker.excused else restarts.died(now, self._rng)
        log.warning("worker_ended", device=worker.serial, pid=pid, status=status, restart_in_s=verdict.delay_s)
        worker.timer = asyncio.get_running_loop().call_later(verdict.delay_s, self._fork, worker)
        self._tell_end(worker.serial, status, quarantined=verdict.quarantined, retry_in_s=verdict.delay_s)

    def _tell_end(self, serial: str, status: int, *, quarantined: bool, retry_in_s: float | None) -> None:
        if self._listener is not None:
            self._listener.on_worker_ended(serial, status, quarantined=quarantined, retry_in_s=retry_in_s)

    def _zygote_died(self) -> None:
        """Its workers die with it; start it again, and them. None of the phones is to blame."""
        if self._ending:
            return
        self._forks = False
        for pid, worker in list(self._by_pid.items()):
            worker.excused = True
            self._kill_pid(pid)
            self._exited(pid, -signal.SIGKILL)
        for worker in self._workers.values():
            worker.forking = False
        self._restarting = asyncio.create_task(self._restart_zygote())

    async def _restart_zygote(self) -> None:
        await self._zygote.stop()
        quick = clock.monotonic_s() - self._zygote_at < ZYGOTE_STABLE_S
        while True:
            await asyncio.sleep(ZYGOTE_AGAIN_S if quick else 0)
            if await self._start_zygote():
                break
            quick = True
        self._fork_wanted()

    def _fork_wanted(self) -> None:
        self._forks = True
        for worker in self._workers.values():
            if worker.wanted and worker.pid is None and worker.timer is None:
                self._fork(worker)

    async def _start_zygote(self) -> bool:
        """False if it did not start; that it cannot must not leave every phone without a worker for ever."""
        self._zygote_at = clock.monotonic_s()
        try:
            process = ZygoteProcess.start(log_level=self._terms.log_options[0], log_format=self._terms.log_options[1])
            self._zygote = Zygote(process, self._from_zygote, self._zygote_died)
            await self._zygote.ready()
        except (RuntimeError, OSError, TimeoutError) as error:
            log.error("zygote_not_started", why=str(error), again_in_s=ZYGOTE_AGAIN_S)
            await self._zygote.stop()
            return False
        return True

    def _kill_pid(self, pid: int) -> None:
        if pid not in self._by_pid:
            return  # ended, and the number may belong to somebody else by now
        for kill in (os.killpg, os.kill):  # a worker just forked may not lead its own group yet
            try:
                kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
            return

    # --- messages

    def _from_worker(self, identity: bytes, message: FromWorker) -> None:
        channel = self._channel
        if channel is None:
            return
        serial = identity.rpartition(b"#")[0].decode(errors="replace")
        worker = self._workers.get(serial)
        if worker is None or worker.identity != identity:
            channel.drop(identity, "not a worker of the present")
            return
        worker.last_word = clock.monotonic_s()
        if isinstance(message, WorkerHello):
            if (
                message.boot_id != self._terms.boot_id
                or message.serial != serial
                or message.version != PROTOCOL_VERSION
            ):
                channel.drop(identity, "hello of another boot, device or version")
                return
            if not worker.forking and worker.pid != message.pid:
                return  # its last words: the zygote has reported its end already
            self._started(worker, message.pid)
            worker.said_hello = True
            log.debug("worker_hello", device=serial, pid=message.pid)
        elif not worker.said_hello:
            channel.drop(identity, "spoke before its hello")
            return
        if self._listener is not None:
            self._listener.on_message(serial, message)


def _zygote_owes(worker: WorkerProcess, now: float) -> bool:
    """Whether the zygote should long have forked this worker, or reported its end."""
    return (worker.forking and now - worker.forked_at > ZYGOTE_ANSWER_S) or (
        worker.killed_at is not None and now - worker.killed_at > ZYGOTE_ANSWER_S
    )
