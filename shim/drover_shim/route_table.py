"""Finds a request's route by method and path, once a request. Knows nothing of what a route does."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from drover_shim.route import PARAMETER, Route


def plain_path(path: str) -> str:
    """The path as routes have it: one slash in front, none at the end."""
    return f"/{path.strip('/')}"


@dataclass(frozen=True, kw_only=True)
class Found:
    """The route that serves a request, with what stands in its path for each `<name>`.

    Without `route` the path has only the methods in `allowed`, or does not exist.
    """

    route: Route | None = None
    args: Mapping[str, str] = field(default_factory=dict[str, str])
    allowed: tuple[str, ...] = ()


class RouteTable:
    """Routes by path and method. A path that stands in the table is no name in another one's pattern: `/task/stats`
    has its own methods only."""

    def __init__(self, routes: Iterable[Route]) -> None:
        self._fixed: dict[str, dict[str, Route]] = {}
        self._patterns: dict[str, tuple[re.Pattern[str], dict[str, Route]]] = {}
        for route in routes:
            here = self._methods_of(route.full_path)
            here[route.method] = route
            if route.method == "GET":
                here["HEAD"] = route

    def find(self, method: str, path: str) -> Found:
        """What serves this method on this path."""
        at: list[tuple[dict[str, Route], dict[str, str]]]
        if (fixed := self._fixed.get(path)) is not None:
            at = [(fixed, {})]
        else:
            matches = ((pattern.fullmatch(path), routes) for pattern, routes in self._patterns.values())
            at = [(routes, match.groupdict()) for match, routes in matches if match is not None]
        for routes, args in at:
            if method in routes:
                return Found(route=routes[method], args=args)
        return Found(allowed=tuple(sorted({name for routes, _ in at for name in routes})))

    def _methods_of(self, path: str) -> dict[str, Route]:
        if not PARAMETER.search(path):
            return self._fixed.setdefault(path, {})
        pattern = re.compile(PARAMETER.sub(r"(?P<\1>[^/]+)", path.replace(".", r"\.")))
        return self._patterns.setdefault(path, (pattern, {}))[1]
