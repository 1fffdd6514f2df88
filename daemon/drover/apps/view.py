"""One hierarchy read with the words of one app: which meanings are shown, where, and what takes their taps. Pure."""

from collections.abc import Iterable, Iterator
from functools import cached_property, lru_cache
from typing import Final

from drover.apps.lexicon import normal
from drover.apps.tables import App, load
from drover.phone.counts import is_count
from drover.phone.geometry import clickable_ancestor, is_field
from drover.phone.hierarchy import Hierarchy, Node
from drover.phone.hit_test import landing

LISTS: Final = ("RecyclerView", "ListView", "ViewPager", "ViewPager2", "GridView")


class View:
    """The nodes of the app's own windows. System bars and a launcher behind the app are left out."""

    def __init__(self, app: App, hierarchy: Hierarchy, packages: Iterable[str] | None = None) -> None:
        self.app = app
        self.hierarchy = hierarchy
        own = _own_nodes(hierarchy)
        self.nodes = own if packages is None else [node for node in own if node.package in packages]
        self.width, self.height = _size(hierarchy)
        self.held: dict[str, bool] = {}
        """Features that were asked for before (features.py): rules ask the same of a screen many times."""

    @cached_property
    def labelled(self) -> list[Node]:
        """Nodes with something to read that are no text fields; unplaced ones only if nothing else says a word."""
        found = [node for node in self.nodes if self.words(node) and not is_field(node)]
        return found or self._unplaced()

    @cached_property
    def fields(self) -> list[Node]:
        return [node for node in self.nodes if is_field(node)]

    @cached_property
    def clickable(self) -> list[Node]:
        return [node for node in self.nodes if node.clickable]

    @cached_property
    def _shown(self) -> dict[str, list[Node]]:
        return self._index(self.labelled)

    @cached_property
    def _shown_fields(self) -> dict[str, list[Node]]:
        return self._index(self.fields)

    def _index(self, nodes: Iterable[Node]) -> dict[str, list[Node]]:
        index: dict[str, list[Node]] = {}
        for node in nodes:
            for meaning in {name for text in self.words(node) for name, _ in self.app.lexicon.meanings(text)}:
                index.setdefault(meaning, []).append(node)
        return index

    def words(self, node: Node) -> list[str]:
        """What the node says, without unresolved descriptions."""
        if not (node.text or node.desc or node.hint):
            return []  # most nodes are boxes
        return [word for word in dict.fromkeys((node.text, node.desc, node.hint)) if normal(word)]

    def shown(self, *meanings: str, fields: bool = False) -> list[Node]:
        """Nodes that say one of these, in the order of the meanings; text fields only if asked for."""
        found = [node for meaning in meanings for node in self._shown.get(meaning, ())]
        if fields:
            found += [node for meaning in meanings for node in self._shown_fields.get(meaning, ())]
        return list(dict.fromkeys(found))

    def means(self, node: Node, *meanings: str) -> bool:
        return any(node in self._shown.get(meaning, ()) for meaning in meanings)

    def with_id(self, *meanings: str) -> list[Node]:
        wanted = {name for meaning in meanings for name in self.app.ids.get(meaning, ())}
        return [node for node in self.nodes if node.id in wanted]

    def target(self, node: Node) -> Node | None:
        """The node that takes the tap of a label."""
        return clickable_ancestor(node, self.hierarchy)

    def covered(self, target: Node) -> bool:
        """Whether no touch can reach it: by layers something else lies over all of it (phone/hit_test.py)."""
        return landing(target) is None

    def buttons(self, *meanings: str) -> list[tuple[Node, Node]]:
        """Labels of these meanings that can be tapped, with the node that takes the tap."""
        pairs = ((node, self.target(node)) for node in self.shown(*meanings))
        return [(node, target) for node, target in pairs if target is not None]

    def row_of(self, node: Node) -> Iterator[Node]:
        """Other labelled nodes that stand in one row with this one, large containers left out."""
        for other in self.labelled:
            if other is node or other.bounds.height > 3 * node.bounds.height:
                continue
            if other.bounds.overlaps_rows_of(node.bounds):
                yield other

    @cached_property
    def counts(self) -> list[Node]:
        return [node for node in self.labelled if is_count(node.label)]

    @property
    def language(self) -> str | None:
        return self.app.lexicon.language(word for node in self.labelled for word in self.words(node))

    def _unplaced(self) -> list[Node]:
        return [
            node
            for root in self.hierarchy.roots
            for node in root.walk()
            if node.bounds.area == 0 and self.words(node) and not is_field(node)
        ]


# What a script asks of a screen next is what the recogniser found out of it; a view says the same for ever.
@lru_cache(maxsize=4)
def view_of(app: App, hierarchy: Hierarchy) -> View:
    """The view of a whole hierarchy, made once."""
    return View(app, hierarchy)


def _size(hierarchy: Hierarchy) -> tuple[int, int]:
    """The screen's size as the dump names it, unless its nodes fill so little that they are another screen's."""
    right = max((node.bounds.right for node in hierarchy.nodes), default=0)
    bottom = max((node.bounds.bottom for node in hierarchy.nodes), default=0)
    if right < 0.85 * hierarchy.width:
        return max(right, 1), max(bottom, 1)
    return max(hierarchy.width, 1), max(hierarchy.height, 1)


@lru_cache(maxsize=256)
def is_launcher(package: str) -> bool:
    return any(part in package.lower() for part in load("android").launchers)


@lru_cache(maxsize=256)
def is_bar(package: str) -> bool:
    """Status and navigation bar, and keyboards: windows around the app's own."""
    return any(part in package for part in load("android").bars)


def _own_nodes(hierarchy: Hierarchy) -> list[Node]:
    nodes = [node for node in hierarchy.nodes if not is_bar(node.package)]
    front = [node for node in nodes if not is_launcher(node.package)]
    return front or nodes
