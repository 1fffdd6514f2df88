"""Whose window is in front, by the packages of its nodes: the app's, a launcher's with its widgets, another's. Pure."""

from collections import Counter
from collections.abc import Iterator
from functools import lru_cache

from drover.apps.screens import Screen
from drover.apps.tables import App, load
from drover.apps.view import is_bar, is_launcher
from drover.phone.geometry import is_flat
from drover.phone.hierarchy import Hierarchy, Node


def elsewhere(app: App, hierarchy: Hierarchy, package: str | None) -> Screen | None:
    """Which other window is in front, if none of the app's is; `package` names a clone."""
    counts = _counts(hierarchy)
    if hierarchy.packages and not counts:
        return Screen.OTHER_APP
    if _is_launcher(hierarchy, counts):
        return Screen.LAUNCHER
    # A clone is not the app that it was made from: that one acts as other accounts.
    wanted = {package} if package else set(app.packages)
    if not counts or counts.keys() & wanted:
        return None
    if package or any(is_system(name) for name in counts):
        return Screen.OTHER_APP
    return None


@lru_cache(maxsize=256)
def is_system(package: str) -> bool:
    """A package of Android, of Google or of a maker of phones: never the app or a clone of it."""
    return package == "android" or package.startswith(tuple(load("android").makers))


def system_packages(hierarchy: Hierarchy) -> set[str]:
    """The windows in which Android and its makers put their own dialogs."""
    return {name for name in hierarchy.packages if is_system(name) and not is_bar(name)}


def _counts(hierarchy: Hierarchy) -> Counter[str]:
    """How many nodes each package has, without bars. A widget's nodes are the launcher's, whatever they say."""
    counts: Counter[str] = Counter()
    for node in hierarchy.nodes:
        if node.package and not is_bar(node.package):
            counts[_holder(node)] += 1
    return counts


def _holder(node: Node) -> str:
    """The launcher in whose window a node stands, else its own package."""
    return next((up.package for up in node.ancestors() if is_launcher(up.package)), node.package)


def _is_launcher(hierarchy: Hierarchy, counts: Counter[str]) -> bool:
    """Alone on the screen, or most of it where nesting, which tells widgets from windows, was lost."""
    own = sum(count for name, count in counts.items() if is_launcher(name))
    if not own or own == counts.total():
        return own > 0
    flat = all(map(is_flat, hierarchy.nodes)) and (len(hierarchy.roots) == 1 or not any(_boxes(hierarchy)))
    return own * 2 > counts.total() and flat


def _boxes(hierarchy: Hierarchy) -> Iterator[Node]:
    return (root for root in hierarchy.roots if root.children)
