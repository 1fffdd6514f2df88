"""What a selector can see of a label, for comparing a model's screen with the recording it was modelled on."""

from dataclasses import dataclass

from tests.support.screens import Node, nodes_of
from tests.support.uidumps import dump


def recorded(name: str) -> list[Node]:
    """The nodes of one recorded hierarchy; skips where the recordings are missing."""
    return nodes_of(dump(name.removesuffix(".xml")))


@dataclass(frozen=True)
class Shape:
    """What a selector can see of a label."""

    cls: str
    clickable: str
    levels: int | None
    clickable_cls: str
    described: bool


def shape(node: Node) -> Shape:
    levels = node.levels_to_clickable
    above = (node, *reversed(node.parents))[levels] if levels is not None else None
    return Shape(node["class"], node["clickable"], levels, above["class"] if above else "", bool(node["content-desc"]))


def labelled(nodes: list[Node], words: str, *, id_: str = "", cls: str = "") -> Node:
    """The first node with this text or description; with the last part of its id, or its class, if given."""
    for node in nodes:
        named = words in (node["text"].strip(), node["content-desc"].strip())
        if named and node["resource-id"].endswith(id_) and node["class"].endswith(cls):
            return node
    raise AssertionError(f"no node {words!r} {id_!r} {cls!r}")
