"""What a route is, and what its handler gets to see. No route is defined here."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from drover.wire.control import RequestBody
from drover_shim.body import Upload
from drover_shim.envelope import Answer
from drover_shim.pool import ClientPool

B = TypeVar("B")


@dataclass(frozen=True, kw_only=True)
class Call:
    """One request as a handler sees it. `read_json` reads the body when it is asked for; `upload` is it unread."""

    pool: ClientPool
    args: Mapping[str, str]
    query: Mapping[str, str]
    header: Callable[[str], str | None]
    read_json: Callable[[], dict[str, Any]]
    upload: Upload

    def ask(self, body: RequestBody, expected: type[B], *, timeout_s: float | None = None) -> B:
        """The daemon's answer to one request; `timeout_s` for one that takes longer than the usual."""
        return self.pool.client().ask(body, expected, timeout_s=timeout_s)

    @property
    def zone(self) -> ZoneInfo:
        return self.pool.zone()


@dataclass(frozen=True, kw_only=True)
class Route:
    """One method on one path. A handler returns the `data` of the envelope, or a whole Answer.

    `api` routes lie under the base path and need a plan with API access; `upload` takes bodies that are not JSON.
    """

    method: str
    path: str
    handler: Callable[[Call], dict[str, Any] | Answer]
    api: bool = True
    upload: bool = False

    @property
    def changes(self) -> bool:
        return self.method not in ("GET", "HEAD")
