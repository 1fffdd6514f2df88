"""One control connection that never waits: frames out in one piece, answers back by request id. Owned by a
MultiplexedClient."""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from drover.client.control import answer_lost, not_asked, welcome_of
from drover.client.errors import ControlError, DaemonUnreachableError
from drover.client.transport import connected
from drover.framing import FrameError, FrameReader, pack
from drover.wire.codec import MAX_FRAME_BYTES, PROTOCOL_VERSION, MalformedMessageError
from drover.wire.control import (
    REQUESTS,
    RESPONSES,
    Hello,
    Request,
    RequestBody,
    Response,
    ResponseBody,
    Welcome,
    Working,
)
from drover.wire.faults import RequestError

Outcome = ResponseBody | ControlError | RequestError

_READ_BYTES: Final = 256 * 1024


class Owner(Protocol):
    """Who opened the connection."""

    def on_welcome(self, welcome: Welcome, /) -> None: ...
    def on_end(self, connection: "Connection", untouched: "list[Sent]", /) -> None: ...


@dataclass(slots=True, eq=False)
class Sent:
    """One request on its way; `ends` is where its frame ends in the connection's bytes, once it has its place there."""

    id: int
    body: RequestBody
    frame: bytes
    on_outcome: Callable[[Outcome], object]
    timeout_s: float
    deadline: float
    ends: int = 0


class Connection:
    """A connection to the daemon. It greets by itself; requests wait until it was greeted."""

    def __init__(self, path: Path, owner: Owner, *, client_name: str, timeout_s: float) -> None:
        """Connect; raises DaemonUnreachableError or UntrustedPeerError at once."""
        self._path = path
        self._owner = owner
        self._socket = connected(path, timeout_s=0)
        self._frames = FrameReader(max_bytes=MAX_FRAME_BYTES)
        self._waiting: list[Sent] = []
        self._in_flight: dict[int, Sent] = {}
        hello = Request(id=0, body=Hello(version=PROTOCOL_VERSION, client=client_name))
        self._unsent = bytearray(pack(REQUESTS.encode(hello)))
        self._queued_bytes = len(self._unsent)
        self._greet_by = time.monotonic() + timeout_s
        self._greeted = False
        self._ended = False
        self.retired = False
        """It takes no more requests: one was not answered in time, and ends with the connection."""

    def fileno(self) -> int:
        return self._socket.fileno()

    @property
    def load(self) -> int:
        """Requests that wait or are in flight."""
        return len(self._waiting) + len(self._in_flight)

    @property
    def wants_write(self) -> bool:
        """Whether the socket did not take all that is to be sent."""
        return bool(self._unsent)

    def add(self, sent: Sent) -> None:
        """Take a request; it goes out with the next `flush`."""
        self._waiting.append(sent)

    def flush(self) -> None:
        """Send as much as the socket takes."""
        if self._greeted and self._waiting:
            self._frame_waiting()
        if not self._unsent:
            return
        try:
            taken = self._socket.send(self._unsent)
        except BlockingIOError:
            return
        except OSError as error:
            self.lose(error.strerror or str(error))
            return
        del self._unsent[:taken]

    def on_readable(self) -> None:
        """Read what has come, and tell the outcomes of what it answers."""
        try:
            data = self._socket.recv(_READ_BYTES)
        except BlockingIOError:
            return
        except OSError as error:
            self.lose(f"the connection broke: {error.strerror}")
            return
        if not data:
            self.lose("the daemon closed the connection")
            return
        try:
            for frame in self._frames.feed(data):
                self._take(RESPONSES.decode(frame))
        except (FrameError, MalformedMessageError) as error:
            self.lose(str(error))
        except (ControlError, RequestError) as error:
            self.lose(str(error), greeting=error)
        self._end_if_done()

    def expire(self, now: float) -> None:
        """Give up what is late. The connection then ends with its last answer, and with it what the daemon still does
        for the request that was given up."""
        if not self._greeted and now > self._greet_by:
            self.lose("no answer came in time")
            return
        late = [sent for sent in self._in_flight.values() if now > sent.deadline]
        if any(sent.ends > self._taken for sent in late):
            self.lose("it takes no requests")  # the rest of a frame must not follow its time-out
            return
        for sent in late:
            self.retired = True
            del self._in_flight[sent.id]
            sent.on_outcome(answer_lost(sent.body, "no answer came in time"))
        self._end_if_done()

    def lose(self, why: str, *, greeting: ControlError | RequestError | None = None) -> None:
        """End the connection, and tell what became of each request; `greeting` is why the daemon was not greeted."""
        if self._ended:
            return
        taken, now = self._taken, time.monotonic()
        requests = [*self._in_flight.values(), *self._waiting]
        untouched: list[Sent] = []
        if self._greeted:
            untouched = [sent for sent in requests if _begins(sent) >= taken and now <= sent.deadline]
        elif greeting is None:
            greeting = DaemonUnreachableError(f"the daemon at {self._path} did not greet: {why}")
        self._end(untouched)
        for sent in requests:
            if sent not in untouched:
                sent.on_outcome(greeting or self._outcome_of_loss(sent, taken, why))

    def _take(self, response: Response) -> None:
        if not self._greeted:
            self._owner.on_welcome(welcome_of(response.body, self._path))
            self._greeted = True
            self.flush()
            return
        sent = self._in_flight.get(response.id)
        if sent is None:
            return  # given up
        if isinstance(response.body, Working):
            sent.deadline = time.monotonic() + sent.timeout_s
            return
        del self._in_flight[response.id]
        sent.on_outcome(response.body)

    @property
    def _taken(self) -> int:
        """Bytes that the socket took so far."""
        return self._queued_bytes - len(self._unsent)

    def _frame_waiting(self) -> None:
        for sent in self._waiting:
            self._unsent += sent.frame
            self._queued_bytes += len(sent.frame)
            sent.ends = self._queued_bytes
            self._in_flight[sent.id] = sent
        self._waiting.clear()

    def _outcome_of_loss(self, sent: Sent, taken: int, why: str) -> ControlError:
        """The daemon acts on whole frames only: what it did not get all of was not carried out."""
        return answer_lost(sent.body, why) if sent.ends and sent.ends <= taken else not_asked(self._path, why)

    def _end_if_done(self) -> None:
        if self.retired and not self.load:
            self._end([])

    def _end(self, untouched: list[Sent]) -> None:
        if not self._ended:
            self._ended = True
            self._in_flight, self._waiting = {}, []
            self._owner.on_end(self, untouched)
            self._socket.close()


def _begins(sent: Sent) -> float:
    """Where the request's frame begins in the connection's bytes; nowhere yet for one that waits."""
    return sent.ends - len(sent.frame) if sent.ends else math.inf
