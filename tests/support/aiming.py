"""A node at a place of the screen, for tests of touches that need none of an app."""

from drover.phone.hierarchy import Node, parse
from tests.support.trees import box


def spot(x: int, y: int) -> Node:
    """A node of a few pixels whose middle is the point."""
    tree = parse(f"<hierarchy rotation='0'>{box((0, 0, 1080, 2400), box((x - 1, y - 1, x + 1, y + 1)))}</hierarchy>")
    return tree.roots[0].children[0]
