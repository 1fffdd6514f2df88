"""The zygote's process and our end of its socket. Started before the daemon imports what it is made of, so light.

Both import for about as long; side by side the workers are there as early as the daemon has use for them.
"""

import socket
import subprocess
import sys
from typing import Self

END_TIMEOUT_S = 1.0


class ZygoteProcess:
    """A zygote that was started and imports; it ends when `channel` is closed, and at the latest when we do."""

    def __init__(self, process: "subprocess.Popen[bytes]", channel: socket.socket) -> None:
        self._process = process
        self.channel = channel

    @classmethod
    def start(cls, *, log_level: str, log_format: str) -> Self:
        """Start it; what it says on `channel` is `wire.zygote.FromZygote`, ZygoteReady first."""
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        with theirs:
            arguments = (str(theirs.fileno()), log_level.upper(), log_format)
            process = subprocess.Popen(
                (sys.executable, "-m", "drover.worker.zygote", *arguments),
                pass_fds=(theirs.fileno(),),
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )
        return cls(process, ours)

    @property
    def pid(self) -> int:
        return self._process.pid

    def ended(self) -> bool:
        """Whether it is no more."""
        return self._process.poll() is not None

    def kill(self) -> None:
        """SIGKILL, and nothing if it has ended."""
        self._process.kill()

    def end(self) -> None:
        """Close the channel and wait for the end; blocks, for a daemon that did not come to its event loop."""
        self.channel.close()
        try:
            self._process.wait(END_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self.kill()
            self._process.wait()
