"""Asks the probe process what is in a media file, within a time that depends on the file's size. Keeps one process,
starts it when it is needed, and ends it when it hangs, crashes or has nothing to do."""

import asyncio
import socket
import subprocess
import sys
from typing import Final

import msgspec
import structlog

from drover.framing import FrameError, receive_frame
from drover.media.files import MediaError, MediaUnavailableError, OpenFile, shown
from drover.media.messages import Finding, Question
from drover.wire.media import MediaFacts

log = structlog.get_logger("drover.media")

LOOK_TIMEOUT_S: Final = 30.0
BYTES_PER_S: Final = 20_000_000
"""What even a slow disk reads; its time comes on top of LOOK_TIMEOUT_S."""
IDLE_S: Final = 30.0
PROBE = ["-m", "drover.media.probe"]
MAX_ANSWER_BYTES: Final = 4 * 1024 * 1024


class Inspector:
    """Looks into one file at a time. Use it from one event loop; `close` ends its process."""

    def __init__(self, *, timeout_s: float = LOOK_TIMEOUT_S) -> None:
        self._timeout_s = timeout_s
        self._turn = asyncio.Lock()
        self._probe: _Probe | None = None
        self._idle: asyncio.TimerHandle | None = None

    async def facts(self, file: OpenFile) -> MediaFacts:
        """What its content says; raises MediaError if it is broken or cannot be looked into in time."""
        return (await self.look(file, digest=False, thumbnail=False))[0]

    async def look(self, file: OpenFile, *, digest: bool = True, thumbnail: bool = True) -> tuple[MediaFacts, bytes]:
        """The facts and a small JPEG of the first frame; raises MediaError."""
        question = Question(
            kind=file.kind, media_type=file.media_type, size=file.size, digest=digest, thumbnail=thumbnail
        )
        timeout_s = self._timeout_s + (file.size / BYTES_PER_S if digest else 0.0)
        async with self._turn:
            try:
                finding = await self._ask(question, file.handle.fileno(), timeout_s)
            except MediaUnavailableError as error:
                raise MediaUnavailableError(f"{shown(file.named)}: {error}") from error
        if finding.facts is None:
            raise MediaError(f"{shown(file.named)}: {finding.why}")
        return finding.facts, finding.thumbnail

    def close(self) -> None:
        """End the process."""
        if self._idle is not None:
            self._idle.cancel()
        if self._probe is not None:
            self._probe.end()
        self._probe = None

    async def _ask(self, question: Question, descriptor: int, timeout_s: float) -> Finding:
        if self._idle is not None:
            self._idle.cancel()
        try:
            probe = self._probe = self._probe or _Probe()
        except OSError as error:
            raise MediaUnavailableError(f"no process can be started that looks into it: {error.strerror}") from error
        try:
            # Shielded: a thread cannot be cancelled, and its answer must not be taken for the next question's.
            finding = await asyncio.shield(asyncio.to_thread(probe.ask, question, descriptor, timeout_s))
        except asyncio.CancelledError:
            self.close()
            raise
        if finding is None:
            log.warning("probe_ended", media_type=question.media_type, size=question.size)
            self.close()
            return Finding(why=f"could not be looked into (its decoder failed, or took over {timeout_s:.0f} s)")
        self._idle = asyncio.get_running_loop().call_later(IDLE_S, self.close)
        return finding


class _Probe:
    """One probe process and our end of its socket."""

    def __init__(self) -> None:
        self._ours, theirs = socket.socketpair()
        try:
            with theirs:
                self._process = subprocess.Popen(
                    [sys.executable, *PROBE, str(theirs.fileno())],
                    pass_fds=[theirs.fileno()],
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,  # decoders write there what a file makes them write
                )
        except BaseException:
            self._ours.close()
            raise

    def ask(self, question: Question, descriptor: int, timeout_s: float) -> Finding | None:
        """The answer; None if the process gave none in time or ended. Blocks."""
        try:
            self._ours.settimeout(timeout_s)
            socket.send_fds(self._ours, [msgspec.msgpack.encode(question)], [descriptor])
            data = receive_frame(self._ours, max_bytes=MAX_ANSWER_BYTES)
            return None if data is None else msgspec.msgpack.decode(data, type=Finding)
        except (OSError, FrameError, msgspec.DecodeError):
            return None

    def end(self) -> None:
        """Ended by force: it holds nothing that could be lost."""
        self._process.kill()
        self._process.wait()
        self._ours.close()
