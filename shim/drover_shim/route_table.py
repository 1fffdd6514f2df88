"""Finds a request's route by method and path, and which methods a path has. Knows nothing of what a route does."""

import re
from collections.abc import Iterable
from typing import Final

from drover_shim.openapi import API_PREFIX
from drover_shim.route import Route

_PARAMETER: Final = re.compile(r"<[^>]+>")


def path_of(route: Route) -> str:
    """The whole path of a route; `<name>` stands for one part of it."""
    return f"{API_PREFIX}{route.path}" if route.api else route.path


def plain_path(path: str) -> str:
    """The path as routes have it: one slash in front, none at the end."""
    return f"/{path.strip('/')}"


class RouteTable:
    """Routes by path and method. A path that stands in the table is no name in another one's pattern: `/task/stats`
    has its own methods only."""

    def __init__(self, routes: Iterable[Route]) -> None:
        self._fixed: dict[str, dict[str, Route]] = {}
        self._patterns: dict[str, tuple[re.Pattern[str], dict[str, Route]]] = {}
        for route in routes:
            path = path_of(route)
            if _PARAMETER.search(path):
                pattern = re.compile("[^/]+".join(map(re.escape, _PARAMETER.split(path))))
                here = self._patterns.setdefault(path, (pattern, {}))[1]
            else:
                here = self._fixed.setdefault(path, {})
            here[route.method] = route
            if route.method == "GET":
                here["HEAD"] = route

    def find(self, method: str, path: str) -> Route | None:
        """The route that serves this; None where the path does not exist or has no such method."""
        return self._at(path).get(method)

    def methods(self, path: str) -> list[str]:
        """The methods of a path in the order of the alphabet; empty where it does not exist."""
        return sorted(self._at(path))

    def _at(self, path: str) -> dict[str, Route]:
        if path in self._fixed:
            return self._fixed[path]
        found: dict[str, Route] = {}
        for pattern, routes in self._patterns.values():
            if pattern.fullmatch(path):
                found |= routes
        return found
