"""The process of one phone, in the order in which it is made: die with the parent, own group, channel, phone thread."""

import ctypes
import os
import signal
import sys
import threading
import time

import structlog

from drover.wire.codec import MAX_WORKER_MESSAGE_BYTES, PROTOCOL_VERSION
from drover.wire.direct import DirectAdb, DirectCheck, DirectEnded, DirectHierarchy, DirectRpc, DirectScreenshot
from drover.wire.worker import (
    AccountNoted,
    Begin,
    CleanUp,
    Heartbeat,
    IntentRecorded,
    IntentRefused,
    Probe,
    ReadAccounts,
    Shutdown,
    StopAttempt,
    ToWorker,
    WorkerHello,
    routing_id,
)
from drover.wire.zygote import WorkerSpec
from drover.worker.channel import Channel
from drover.worker.runner import Runner

log = structlog.get_logger("drover.worker")

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None)  # here, so that the zygote looks it up and not each worker


def die_with_parent(parent: int) -> None:
    """Have the kernel end this process when its parent, this one, ends (Linux; elsewhere the closed socket must do)."""
    if sys.platform == "linux":
        _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # it ended before the call took effect, perhaps before we ran at all
            os._exit(1)


def run(spec: WorkerSpec, parent: int) -> int:
    """Be the worker of this phone until it is ended; returns the exit status. `parent` is the zygote's pid."""
    die_with_parent(parent)
    os.setsid()  # its own group, so that a kill reaches whatever it started
    for number in (signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    structlog.contextvars.bind_contextvars(serial=spec.serial)
    channel = Channel(spec.endpoint, routing_id(spec.serial, spec.incarnation), max_bytes=MAX_WORKER_MESSAGE_BYTES)
    channel.send(
        WorkerHello(
            version=PROTOCOL_VERSION,
            boot_id=spec.boot_id,
            serial=spec.serial,
            incarnation=spec.incarnation,
            pid=os.getpid(),
        )
    )
    channel.flush()  # before the phone's thread begins, which has the interpreter for itself at first
    runner = Runner(spec, channel.send)
    thread = threading.Thread(target=runner.run, name="phone", daemon=True)
    thread.start()
    _serve(spec, channel, runner, thread)
    channel.close()
    return 0


def _serve(spec: WorkerSpec, channel: Channel, runner: Runner, thread: threading.Thread) -> None:
    """Pump messages until shut down, or until the phone's thread died, which only a fault of ours can cause."""
    ending = False

    def receive(message: ToWorker) -> None:
        nonlocal ending
        match message:
            case Begin():
                runner.begin(message)
            case StopAttempt(fence=fence):
                runner.stop(fence)
            case IntentRecorded() | IntentRefused() | AccountNoted():
                runner.answer(message)
            case Probe():
                runner.probe()
            case DirectRpc() | DirectHierarchy() | DirectScreenshot() | DirectAdb() | DirectCheck() | DirectEnded():
                runner.direct(message)
            case ReadAccounts():
                runner.read_accounts(message)
            case CleanUp():
                runner.clean_up(message)
            case Shutdown():
                ending = True
                runner.shutdown()

    next_heartbeat = time.monotonic()
    while thread.is_alive():
        now = time.monotonic()
        if now >= next_heartbeat:
            channel.send(Heartbeat(fence=runner.running))
            next_heartbeat = now + spec.heartbeat_s
        channel.pump(max(next_heartbeat - now, 0.0) if not ending else 0.05, receive)
    if not ending:
        raise RuntimeError("the phone's thread died")
