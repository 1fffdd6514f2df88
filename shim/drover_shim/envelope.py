"""The one shape of every answer: code, message, data. Turns data, refusals and faults into status and bytes."""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Final, Protocol

import msgspec
import structlog

from drover.client import AnswerLostError, ControlError
from drover.wire.faults import Code, Failure, RequestError

log = structlog.get_logger("drover.shim")

JSON_TYPE: Final = "application/json; charset=utf-8"

RETRY_AFTER_S: Final = 2
"""What Retry-After says when the daemon is away; it is back within two seconds of a restart."""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What goes out: a status, a body of bytes and its headers."""

    status: int
    body: bytes
    media_type: str = JSON_TYPE
    headers: dict[str, str] = field(default_factory=dict[str, str])

    @property
    def all_headers(self) -> list[tuple[str, str]]:
        """Headers in full. Nothing is cached, nothing is sniffed, and no other origin is let in."""
        length = ("Content-Length", str(len(self.body)))
        return [("Content-Type", self.media_type), length, *COMMON_HEADERS, *self.headers.items()]


COMMON_HEADERS: Final = (("Cache-Control", "no-store"), ("X-Content-Type-Options", "nosniff"))


class Pieces(Protocol):
    """Bytes that come one after the other, until they end or are closed."""

    def __iter__(self) -> Iterator[bytes]: ...
    def close(self) -> None: ...


@dataclass(frozen=True, kw_only=True)
class Stream:
    """An answer that goes on: bytes as they come. The server closes `pieces` at the end."""

    pieces: Pieces
    status: int = Code.SUCCESS.http_status
    media_type: str = "text/event-stream; charset=utf-8"

    @property
    def all_headers(self) -> list[tuple[str, str]]:
        return [("Content-Type", self.media_type), *COMMON_HEADERS]


_STATUS_LINES: Final = {status.value: f"{status.value} {status.phrase}" for status in HTTPStatus}


def status_line(answer: Answer | Stream) -> str:
    """The status with HTTP's phrase, as WSGI takes it."""
    return _STATUS_LINES[answer.status]


def success(data: Any) -> Answer:
    """200 with the data."""
    return Answer(status=Code.SUCCESS.http_status, body=_encode(Code.SUCCESS, "success", data))


def refusal(failure: Failure, headers: dict[str, str] | None = None) -> Answer:
    """The answer to a request that was not carried out."""
    extra = dict(headers or {})
    if failure.retry_after_s is not None:
        extra["Retry-After"] = str(failure.retry_after_s)
    elif failure.code is Code.UNAVAILABLE:
        extra["Retry-After"] = str(RETRY_AFTER_S)
    body = _encode(failure.code, failure.message, failure.data)
    return Answer(status=failure.code.http_status, body=body, headers=extra)


def from_error(error: Exception, *, changes: bool) -> Answer:
    """The answer for whatever a handler raised; `changes` says that the request was to change something."""
    if isinstance(error, RequestError):
        return refusal(error.failure)
    if isinstance(error, AnswerLostError) and changes:
        return _lost(error)
    if isinstance(error, ControlError):
        log.warning("daemon_away", why=str(error))
        return refusal(Failure(code=Code.UNAVAILABLE, message="the daemon does not answer; try again shortly"))
    return internal(error)


def internal(error: BaseException) -> Answer:
    """50001 with an id that the log has too; what went wrong stays in the log."""
    error_id = secrets.token_hex(6)
    log.error("internal_error", error_id=error_id, exc_info=error)
    message = f"internal error; the log says more under id {error_id}"
    return refusal(Failure(code=Code.INTERNAL, message=message))


def _lost(error: AnswerLostError) -> Answer:
    """Not 50301, which would invite a repeat that could do the thing twice."""
    error_id = secrets.token_hex(6)
    log.error("answer_lost", error_id=error_id, why=str(error))
    message = (
        "the daemon went away before it answered: this may or may not have been carried out; "
        f"look before you repeat it (id {error_id})"
    )
    return refusal(Failure(code=Code.INTERNAL, message=message))


def _encode(code: Code, message: str, data: Any) -> bytes:
    return msgspec.json.encode({"code": int(code), "message": message, "data": data})
