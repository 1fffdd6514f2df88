"""What a route is, and what its handler gets to see. No route is defined here."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeVar
from zoneinfo import ZoneInfo

from drover.wire.control import Caller, RequestBody
from drover.wire.faults import Code
from drover_shim.body import Upload
from drover_shim.metrics import Metrics
from drover_shim.pool import ClientPool
from drover_shim.streams import Streams

B = TypeVar("B")


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
        return self.pool.client().ask(body, expected, timeout_s=timeout_s, caller=self.caller)

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

    `api` routes lie under the base path and need a plan with API access; `upload` takes bodies that are not JSON;
    `slow` ones wait for a phone, for somebody or for work on many rows, and are served by threads of their own, as are
    those with a body of at least `slow_from` bytes, where that is not 0;
    `public` tells nothing of this installation, so it needs no token; `page` may be opened from a link of another site.
    `answers` (a view or a type), `body` and `query` are what the API's description is made from; `answers` is a media
    type for what is no envelope. `refuses` are the codes that this handler answers with, next to those of every route
    of its kind (refusals.py). The first line of the handler's docstring is its summary.
    """

    method: str
    path: str
    handler: Callable[[Call], Any]
    api: bool = True
    upload: bool = False
    slow: bool = False
    slow_from: int = 0
    public: bool = False
    page: bool = False
    answers: Any = None
    body: Any = None
    query: tuple[Param, ...] = ()
    refuses: tuple[Code, ...] = ()

    @property
    def changes(self) -> bool:
        return self.method not in ("GET", "HEAD")

    def is_slow(self, body_bytes: int) -> bool:
        """Whether a request with such a body may take long."""
        return self.slow or bool(self.slow_from and body_bytes >= self.slow_from)
