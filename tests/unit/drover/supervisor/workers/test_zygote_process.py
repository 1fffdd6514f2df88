"""The zygote's process and our end of its socket. Real processes."""

import os
import select
import socket
import subprocess
import sys

import pytest

from drover.framing import receive_frame
from drover.supervisor.workers import zygote_process
from drover.supervisor.workers.zygote_process import ZygoteProcess
from drover.wire.codec import MAX_WORKER_MESSAGE_BYTES
from drover.wire.zygote import FROM_ZYGOTE, ZygoteReady
from tests.support.phones import wait_until


def stubborn() -> tuple[ZygoteProcess, socket.socket]:
    """A process that does not heed its socket, and the other end of that."""
    ours, theirs = socket.socketpair()
    return ZygoteProcess(
        subprocess.Popen([sys.executable, "-I", "-S", "-c", "import time; time.sleep(600)"]), ours
    ), theirs


def test_it_says_that_it_is_ready_in_a_session_that_no_terminal_reaches_and_ends_with_its_channel() -> None:
    process = ZygoteProcess.start(log_level="info", log_format="json")
    process.channel.settimeout(60)
    data = receive_frame(process.channel, max_bytes=MAX_WORKER_MESSAGE_BYTES)
    assert data is not None
    assert FROM_ZYGOTE.decode(data) == ZygoteReady(pid=process.pid)
    assert os.getsid(process.pid) == process.pid
    assert not process.ended()
    process.end()
    assert process.ended()


def test_no_end_of_its_socket_is_left_open_here_when_it_dies() -> None:
    process = ZygoteProcess.start(log_level="info", log_format="text")
    process.kill()
    wait_until(process.ended, what="its end")
    ready, _, _ = select.select([process.channel], [], [], 20)
    assert ready  # the end of file, which a copy of the other end here would keep away
    assert process.channel.recv(1) == b""
    process.kill()  # does nothing any more
    process.end()


def test_one_that_does_not_end_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zygote_process, "END_TIMEOUT_S", 0.01)
    process, theirs = stubborn()
    process.end()
    assert process.ended()
    theirs.close()
