"""Requests and answers over one control connection. Connects when needed; never sends a request twice."""

from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Final, TypeVar

from drover.client.errors import AnswerLostError, DaemonUnreachableError, VersionMismatchError
from drover.client.events import EventStream
from drover.client.paths import socket_path
from drover.client.transport import FrameLostError, Transport
from drover.readable import readable
from drover.wire.codec import PROTOCOL_VERSION, MalformedMessageError
from drover.wire.control import (
    REQUESTS,
    RESPONSES,
    Caller,
    Hello,
    Request,
    RequestBody,
    Response,
    ResponseBody,
    Subscribe,
    Subscribed,
    Welcome,
    Working,
)
from drover.wire.faults import Code, Failure, RequestError

B = TypeVar("B")

MAX_QUOTED_CHARS: Final = 200


def _ignore(_working: Working) -> None:
    """The default of `progress`."""


class ControlClient:
    """A client of one daemon. Not for use by two threads at once: give each thread its own."""

    def __init__(self, path: Path | None = None, *, client_name: str, timeout_s: float = 15.0) -> None:
        """`path` is the control socket (default: the runtime directory's). Connects with the first call.

        `timeout_s` bounds each call, or the silence within a long one; it must exceed the ten seconds that StopTask
        may take.
        """
        self.path = path or socket_path()
        self._client_name = client_name
        self._timeout_s = timeout_s
        self._transport: Transport | None = None
        self._welcome: Welcome | None = None
        self._last_id = 0

    @property
    def welcome(self) -> Welcome:
        """The daemon's answer to Hello on this connection; connects if need be."""
        self.connect()
        if self._welcome is None:
            raise DaemonUnreachableError(f"no connection to {self.path}")
        return self._welcome

    def connect(self) -> None:
        """Connect and exchange versions unless that is done; an end that the daemon closed is replaced."""
        if self._transport is not None:
            # Nothing is outstanding here, so anything readable is the peer's end (or nothing we asked for).
            if not self._transport.readable(timeout_s=0):
                return
            self.close()
        self._transport = Transport(self.path, timeout_s=self._timeout_s)
        try:
            self._welcome = self._greet()
        except BaseException:
            self.close()
            raise

    def call(
        self,
        body: RequestBody,
        *,
        timeout_s: float | None = None,
        caller: Caller | None = None,
        progress: Callable[[Working], None] = _ignore,
    ) -> ResponseBody:
        """The daemon's answer; `caller` is for whom this program asks.

        The time-out starts again whenever the daemon reports progress; `progress` is called with the report.

        Raises RequestError for a refusal, DaemonUnreachableError when nothing was carried out for lack of a daemon,
        and AnswerLostError when it may or may not have been carried out.
        """
        self.connect()
        return self._exchange(body, timeout_s or self._timeout_s, caller, progress)

    def ask(
        self,
        body: RequestBody,
        expected: type[B],
        *,
        timeout_s: float | None = None,
        caller: Caller | None = None,
        progress: Callable[[Working], None] = _ignore,
    ) -> B:
        """`call`, for a request whose answer is of one type."""
        return of_type(expected, self.call(body, timeout_s=timeout_s, caller=caller, progress=progress), body)

    def subscribe(self, after: int | None = None) -> EventStream:
        """Events from now on, or first the stored ones that came after that id; on its own connection."""
        own = ControlClient(self.path, client_name=self._client_name, timeout_s=self._timeout_s)
        own.connect()
        transport, last_id = own._transport, own._last_id
        answer = own.ask(Subscribe(after=after), Subscribed)
        if transport is None:
            raise DaemonUnreachableError(f"no connection to {self.path}")
        known = answer.last_event_id if after is None else after
        return EventStream(transport, request_id=last_id + 1, last_event_id=known)

    def wait_until_lost(self, stop: Callable[[], bool], *, poll_s: float = 0.25) -> None:
        """Return when the daemon has closed this connection, or `stop` says so (asked every `poll_s` seconds)."""
        while self._transport is not None and not stop():
            if self._transport.readable(timeout_s=poll_s):
                self.close()

    def close(self) -> None:
        """Close the connection; the next call opens another."""
        if self._transport is not None:
            self._transport.close()
        self._transport = None
        self._welcome = None

    def __enter__(self) -> "ControlClient":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _greet(self) -> Welcome:
        try:
            welcome: ResponseBody = self._exchange(
                Hello(version=PROTOCOL_VERSION, client=self._client_name), self._timeout_s
            )
        except RequestError as error:
            welcome = error.failure
        except AnswerLostError as error:
            # Hello does nothing, so losing its answer leaves nothing in doubt.
            raise DaemonUnreachableError(f"the daemon at {self.path} did not greet: {error}") from None
        return welcome_of(welcome, self.path)

    def _exchange(
        self,
        body: RequestBody,
        timeout_s: float,
        caller: Caller | None = None,
        progress: Callable[[Working], None] = _ignore,
    ) -> ResponseBody:
        transport = self._transport
        if transport is None:
            raise DaemonUnreachableError(f"no connection to {self.path}")
        self._last_id += 1
        data = encoded(Request(id=self._last_id, body=body, caller=caller, progress=True))
        try:
            transport.send(data, timeout_s=timeout_s)
        except OSError as error:
            self.close()
            why = error.strerror or str(error)
            raise not_asked(self.path, why) from None
        try:
            return self._answer(transport, timeout_s, progress)
        except (FrameLostError, MalformedMessageError) as error:
            # A late answer must not be taken for the next one's.
            self.close()
            raise answer_lost(body, error) from None
        except RequestError:
            raise
        except BaseException:
            self.close()
            raise

    def _answer(self, transport: Transport, timeout_s: float, progress: Callable[[Working], None]) -> ResponseBody:
        while isinstance((response := self._next(transport, timeout_s)).body, Working):
            progress(response.body)
        return not_refused(response.body)

    def _next(self, transport: Transport, timeout_s: float) -> Response:
        response = RESPONSES.decode(transport.receive(timeout_s=timeout_s))
        if response.id != self._last_id and not isinstance(response.body, Failure):
            raise MalformedMessageError(f"an answer to request {response.id} came for {self._last_id}")
        return response


def welcome_of(answer: ResponseBody, path: Path) -> Welcome:
    """The daemon's greeting out of its answer to Hello; raises VersionMismatchError, and RequestError for a refusal."""
    if isinstance(answer, Failure) and answer.code is Code.CONFLICT:
        raise VersionMismatchError(f"the daemon at {path} refuses this program: {answer.message}")
    welcome = not_refused(answer)
    if not isinstance(welcome, Welcome) or welcome.version != PROTOCOL_VERSION:
        theirs = welcome.version if isinstance(welcome, Welcome) else "unknown"
        raise VersionMismatchError(
            f"the daemon at {path} speaks version {theirs} of the control protocol and this program version "
            f"{PROTOCOL_VERSION}: install the same version of both and restart droverd"
        )
    return welcome


def not_refused(answer: ResponseBody) -> ResponseBody:
    """The answer; raises RequestError for a refusal."""
    if isinstance(answer, Failure):
        raise RequestError(answer.code, answer.message, answer.data, answer.retry_after_s)
    return answer


def of_type(expected: type[B], answer: ResponseBody, body: RequestBody) -> B:
    """The answer to that request; raises AnswerLostError for one that is of another type."""
    if not isinstance(answer, expected):
        raise AnswerLostError(f"the daemon answered {type(body).__name__} with {type(answer).__name__}")
    return answer


def answer_lost(body: RequestBody, why: object) -> AnswerLostError:
    """The error of a request that was sent."""
    return AnswerLostError(
        f"{type(body).__name__} was sent to the daemon and its answer was lost ({why}): "
        "it may or may not have been carried out"
    )


def not_asked(path: Path, why: str) -> DaemonUnreachableError:
    """The error of a request that the daemon did not get, or not all of."""
    return DaemonUnreachableError(f"the daemon at {path} went away before it was asked ({why})")


def encoded(request: Request) -> bytes:
    """The frame's bytes; raises RequestError for what the wire does not carry."""
    try:
        return REQUESTS.encode(request)
    except MalformedMessageError as error:
        raise RequestError(Code.TOO_LARGE, f"the request is too large for the daemon: {error}") from None
    except UnicodeEncodeError as error:
        raise RequestError(Code.INVALID, f"{_short(readable(error.object))}: is not UTF-8") from None
    except OverflowError:
        raise RequestError(Code.INVALID, "a number in the request is too large: at most 64 bits are taken") from None
    except RecursionError:
        raise RequestError(Code.INVALID, "a value in the request is nested too deeply") from None


def _short(text: str) -> str:
    return text if len(text) <= MAX_QUOTED_CHARS else f"{text[:MAX_QUOTED_CHARS]}..."
