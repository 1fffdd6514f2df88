"""Which methods each path has, by the route table: what a 405 says in Allow."""

import re
from collections.abc import Iterable
from typing import Final

_PARAMETER: Final = re.compile(r"<[^>]+>")


class Methods:
    """The methods of every path, from (method, path) of the routes; `<name>` stands for one part of a path."""

    def __init__(self, routes: Iterable[tuple[str, str]]) -> None:
        self._fixed: dict[str, set[str]] = {}
        self._patterns: dict[str, tuple[re.Pattern[str], set[str]]] = {}
        for method, path in routes:
            methods = {method, "HEAD"} if method == "GET" else {method}
            if _PARAMETER.search(path):
                pattern = re.compile("[^/]+".join(map(re.escape, _PARAMETER.split(path))))
                self._patterns.setdefault(path, (pattern, set()))[1].update(methods)
            else:
                self._fixed.setdefault(path, set()).update(methods)

    def of(self, path: str) -> list[str]:
        """The methods in the order of the alphabet; empty where the path does not exist.

        A path that stands in the table is no name in another one's pattern: `/task/stats` has its own methods only.
        """
        if path in self._fixed:
            return sorted(self._fixed[path])
        found: set[str] = set()
        for pattern, methods in self._patterns.values():
            if pattern.fullmatch(path):
                found |= methods
        return sorted(found)

    def refused(self, method: str, path: str) -> str:
        """What Allow says where the path exists without this method; "" where there is nothing to refuse."""
        methods = self.of(path)
        return "" if not methods or method in methods else ", ".join(methods)
