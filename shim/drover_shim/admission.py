"""Whether a request is let in, decided once, as soon as its head is there: its route, and how large its body may be.

The parser asks before a body is read; the decision goes along with the request to thread pools and application.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from drover.wire.faults import Failure
from drover_shim import guard
from drover_shim.guard import Exemptions, Rules
from drover_shim.metrics import Metrics
from drover_shim.route import Route
from drover_shim.route_table import Found, RouteTable, plain_path
from drover_shim.settings import Settings

ADMITTED: Final = "drover.admitted"
"""Environ key of what was decided; where a server does not set it, the application decides itself."""


@dataclass(frozen=True, kw_only=True)
class Admitted(Found):
    """A request that the guard lets pass, and how many bytes its body may have."""

    max_body: int


Admit = Callable[[Mapping[str, Any]], Admitted | Failure]


def admission(settings: Settings, metrics: Metrics, routes: Iterable[Route]) -> Admit:
    """The function that decides; what it refuses is counted.

    Only uploads that the guard lets pass may be large: no page of another origin, and no client without the token,
    fills the disk with what is refused.
    """
    table, rules = RouteTable(routes), rules_of(settings)

    def admit(environ: Mapping[str, Any]) -> Admitted | Failure:
        found = table.find(environ["REQUEST_METHOD"], plain_path(str(environ.get("PATH_INFO", ""))))
        refused = guard.check(environ, rules, _exemptions(found))
        if refused is not None:
            metrics.answered("refused", refused.code.http_status)
            return refused
        upload = found.route is not None and found.route.upload
        limit = settings.max_upload_bytes if upload else settings.max_body_bytes
        return Admitted(route=found.route, args=found.args, allowed=found.allowed, max_body=limit)

    return admit


def rules_of(settings: Settings) -> Rules:
    """What the guard holds every request to."""
    token = settings.token
    return Rules(allowed_hosts=settings.allowed_hosts, token_matches=token.matches if token else None)


def _exemptions(found: Found) -> Exemptions:
    """The checks that a request is exempt from.

    A method that the path does not have does nothing, whatever its body is: the answer is 405 if the rest of the guard
    lets the request pass.
    """
    route = found.route
    if route is None:
        return Exemptions(upload=bool(found.allowed))
    return Exemptions(upload=route.upload, public=route.public, page=route.page)
