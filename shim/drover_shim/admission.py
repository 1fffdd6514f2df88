"""Whether a request is let in, decided once, as soon as its head is there: its route, and how large its body may be.

The parser asks before a body is read; the decision goes along with the request to lanes and application.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from drover.wire.faults import Failure
from drover_shim import guard
from drover_shim.guard import LetOff, Rules
from drover_shim.metrics import Metrics
from drover_shim.route import Route
from drover_shim.route_table import RouteTable, plain_path
from drover_shim.routes import ROUTES
from drover_shim.settings import Settings

ADMITTED: Final = "drover.admitted"
"""Environ key of what was decided; where a server does not set it, the application decides itself."""


@dataclass(frozen=True, kw_only=True)
class Admitted:
    """A request that the guard lets pass. Without `route` its path has only the methods in `allowed`, or none."""

    route: Route | None
    allowed: tuple[str, ...] = ()
    max_body: int


Admit = Callable[[Mapping[str, Any]], Admitted | Failure]


def admission(settings: Settings, metrics: Metrics, *, routes: tuple[Route, ...] = ROUTES) -> Admit:
    """The function that decides; what it refuses is counted.

    Only uploads that the guard lets pass may be large: no page of another origin, and no client without the token,
    fills the disk with what is refused.
    """
    table, rules = RouteTable(routes), rules_of(settings)

    def admit(environ: Mapping[str, Any]) -> Admitted | Failure:
        path = plain_path(str(environ.get("PATH_INFO", "")))
        route = table.find(environ["REQUEST_METHOD"], path)
        allowed = () if route is not None else tuple(table.methods(path))
        refused = guard.check(environ, rules, _let_off(route, allowed))
        if refused is not None:
            metrics.answered("refused", refused.code.http_status)
            return refused
        upload = route is not None and route.upload
        limit = settings.max_upload_bytes if upload else settings.max_body_bytes
        return Admitted(route=route, allowed=allowed, max_body=limit)

    return admit


def rules_of(settings: Settings) -> Rules:
    """What the guard holds every request to."""
    token = settings.token
    return Rules(allowed_hosts=settings.allowed_hosts, token_matches=token.matches if token else None)


def _let_off(route: Route | None, allowed: tuple[str, ...]) -> LetOff:
    """What the route table lets a request off. A method that the path does not have does nothing, whatever its body is:
    it is told so (405), as long as the rest of the guard lets it pass."""
    if route is None:
        return LetOff(upload=bool(allowed))
    return LetOff(upload=route.upload, public=route.public, page=route.page)
