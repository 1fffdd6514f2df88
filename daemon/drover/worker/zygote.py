"""The zygote: imports everything once, then forks a worker for each request of the supervisor and reports its end.

It has one thread and no ZeroMQ context, since neither survives a fork. It ends, and its workers with it, when the
supervisor's end of the socket closes.
"""

import gc
import os
import select
import signal
import socket
import sys
from types import FrameType

from drover.framing import pack, receive_frame
from drover.wire.codec import MAX_WORKER_MESSAGE_BYTES, MalformedMessageError
from drover.wire.zygote import FROM_ZYGOTE, TO_ZYGOTE, Exited, Forked, FromZygote, WorkerSpec, ZygoteReady


def main() -> None:
    """Serve on the inherited socket whose number is the first argument."""
    channel = socket.socket(fileno=int(sys.argv[1]))
    for number in (signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)  # a terminal's Ctrl-C is the supervisor's to handle
    # Nothing that is imported is ever thrown away, and what a collection frees are holes in pages that workers share.
    gc.disable()
    from drover.worker import preload, process

    process.die_with_parent(os.getppid())  # one that died before this has closed the socket, which ends us, too
    wake = _wake_on_child()
    sheets = preload.everything(sys.argv[2], "json" if sys.argv[3] == "json" else "text")
    # Frozen objects are never visited by the collector, so a worker's collections copy no shared page. Collecting after
    # that finds nothing; it lets go of what the interpreter keeps for reuse, which lies all over the shared pages.
    gc.freeze()
    gc.collect()
    gc.enable()
    _send(channel, ZygoteReady(pid=os.getpid(), plugins=sheets))
    _serve(channel, wake)


def _wake_on_child() -> int:
    """A descriptor that becomes readable when a child ended."""
    reading, writing = os.pipe()
    os.set_blocking(reading, False)
    os.set_blocking(writing, False)
    signal.signal(signal.SIGCHLD, _noted)
    signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
    return reading


def _noted(_number: int, _frame: FrameType | None) -> None:
    """A handler must exist for the wake-up descriptor to be written."""


def _serve(channel: socket.socket, wake: int) -> None:
    workers: set[int] = set()
    poller = select.poll()
    poller.register(channel.fileno(), select.POLLIN)
    poller.register(wake, select.POLLIN)
    while True:
        for descriptor, _ in poller.poll():
            if descriptor == wake:
                os.read(wake, 4096)
                _reap(channel, workers)
            else:
                data = receive_frame(channel, max_bytes=MAX_WORKER_MESSAGE_BYTES)
                if data is None:
                    _end_all(workers)
                    return
                _fork(channel, wake, data, workers)


def _fork(channel: socket.socket, wake: int, data: bytes, workers: set[int]) -> None:
    try:
        spec = TO_ZYGOTE.decode(data).spec
    except MalformedMessageError:
        return  # only the supervisor holds the other end; it logs what it sends
    parent = os.getpid()
    pid = os.fork()
    if pid == 0:
        _become_worker(channel, wake, spec, parent)
    workers.add(pid)
    _send(channel, Forked(serial=spec.serial, incarnation=spec.incarnation, pid=pid))


def _become_worker(channel: socket.socket, wake: int, spec: WorkerSpec, parent: int) -> None:
    from drover.worker import process

    status = 1
    try:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        channel.close()
        os.close(wake)
        status = process.run(spec, parent)
    finally:
        os._exit(status)  # never back into the zygote's loop, and no atexit of libraries that it imported


def _reap(channel: socket.socket, workers: set[int]) -> None:
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if pid == 0:
            return
        workers.discard(pid)
        _send(channel, Exited(pid=pid, status=os.waitstatus_to_exitcode(status)))


def _end_all(workers: set[int]) -> None:
    for pid in workers:
        try:
            os.killpg(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue


def _send(channel: socket.socket, message: FromZygote) -> None:
    try:
        channel.sendall(pack(FROM_ZYGOTE.encode(message)))
    except (BrokenPipeError, ConnectionResetError):
        return  # the supervisor is gone; the next read says so and ends us


if __name__ == "__main__":
    main()
