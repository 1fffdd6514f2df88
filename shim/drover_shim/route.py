"""What a route is, and what its handler gets to see. No route is defined here."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, Literal, TypeVar
from zoneinfo import ZoneInfo

from drover.wire.control import Caller, RequestBody
from drover.wire.faults import Code
from drover_shim.body import Upload
from drover_shim.metrics import Metrics
from drover_shim.pool import ClientPool
from drover_shim.streams import Streams

B = TypeVar("B")

API_PREFIX: Final = "/api/v1"
MAX_LOOP_BODY_BYTES: Final = 16 * 1024
"""What is read in well under a millisecond; larger JSON would hold all others up."""

PARAMETER: Final = re.compile(r"<(\w+)>")


@dataclass(frozen=True, kw_only=True)
class Call:
    """One request as a handler sees it. `read_json` reads the body when it is asked for; `upload` is it unread.

    `caller` is what the audit shall say of whoever asks; `still_wanted` tells a stream whether its client is there
    and its token still good.
    """

    pool: ClientPool
    args: Mapping[str, str]
    query: Mapping[str, str]
    header: Callable[[str], str | None]
    read_json: Callable[[], dict[str, Any]]
    upload: Upload
    streams: Streams
    metrics: Metrics
    still_wanted: Callable[[], bool]
    caller: Caller
    routes: tuple["Route", ...]
    heartbeat_s: float = 15.0

    def ask(self, body: RequestBody, expected: type[B], *, timeout_s: float | None = None) -> B:
        """The daemon's answer to one request; `timeout_s` for one that takes longer than the usual."""
        return self.pool.ask(body, expected, timeout_s=timeout_s, caller=self.caller)

    @property
    def zone(self) -> ZoneInfo:
        return self.pool.zone()


@dataclass(frozen=True)
class Param:
    """A parameter of the query, or a header, as the API's description shows it; `kind` is a type that msgspec has a
    schema for."""

    name: str
    kind: Any
    about: str = ""
    required: bool = False
    place: Literal["query", "header"] = "query"


@dataclass(frozen=True, kw_only=True)
class Route:
    """One method on one path. A handler returns what the view in `answers` shows, else the `data` of the envelope, or a
    whole Answer or Stream.

    The first line of the handler's docstring is the route's summary in the API's description.
    """

    method: str
    path: str
    handler: Callable[[Call], Any]
    api: bool = True  # lies under the base path and needs a plan with API access
    upload: bool = False  # takes bodies that are not JSON
    slow: bool = False  # waits for a phone, for a person or for work on many rows: its own thread pool serves it
    threaded: bool = False  # reads files, streams, or has much to say: a thread serves it, never the loop
    slow_from: int = 0  # bytes of a body from which on it is slow; 0: never
    public: bool = False  # tells nothing of this installation, so it needs no token
    page: bool = False  # may be opened from a link of another site
    answers: Any = None  # a view or a type; a media type for what is no envelope
    body: Any = None  # its type
    query: tuple[Param, ...] = ()
    refuses: tuple[Code, ...] = ()  # codes in addition to those of every route of its kind (refusals.py)

    @cached_property
    def full_path(self) -> str:
        """The whole path; `<name>` stands for one part of it."""
        return f"{API_PREFIX}{self.path}" if self.api else self.path

    @cached_property
    def parameters(self) -> list[str]:
        """The names of what stands for a part of the path."""
        return PARAMETER.findall(self.path)

    @cached_property
    def label(self) -> str:
        """Method and path, for figures and the audit."""
        return f"{self.method} {self.full_path}"

    @property
    def changes(self) -> bool:
        return self.method not in ("GET", "HEAD")

    def is_slow(self, body_bytes: int) -> bool:
        """Whether a request with such a body may take long."""
        return self.slow or bool(self.slow_from and body_bytes >= self.slow_from)

    def on_loop(self, body_bytes: int) -> bool:
        """Whether the server's loop itself serves a request with such a body: it then asks the daemon, and waits for
        nothing else."""
        return not (self.threaded or self.upload or self.is_slow(body_bytes)) and body_bytes <= MAX_LOOP_BODY_BYTES
